using System.Collections.Frozen;
using WebhookBridge.Scriban.Additions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>Every name that templates know without being told: the language's own functions and our additions.</summary>
internal static class Builtins
{
    private static readonly FrozenDictionary<string, Value> All = Create();

    public static IEnumerable<string> Names => All.Keys;

    public static Value Find(string name) => All.TryGetValue(name, out Value value) ? value : Value.Null;

    private static FrozenDictionary<string, Value> Create()
    {
        var all = new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["array"] = Value.From(new BuiltinNamespace("array", ArrayFunctions.All)),
            ["date"] = Value.From(new BuiltinNamespace("date", DateFunctions.All, new Dictionary<string, Value>(StringComparer.Ordinal)
            {
                ["format"] = Value.From(DateFunctions.DefaultFormat),
                ["default_format"] = Value.From(DateFunctions.DefaultFormat),
            })),
            ["html"] = Value.From(new BuiltinNamespace("html", HtmlFunctions.All)),
            ["math"] = Value.From(new BuiltinNamespace("math", MathFunctions.All)),
            ["object"] = Value.From(new BuiltinNamespace("object", ObjectFunctions.All)),
            ["regex"] = Value.From(new BuiltinNamespace("regex", RegexFunctions.All)),
            ["string"] = Value.From(new BuiltinNamespace("string", StringFunctions.All)),
            ["timespan"] = Value.From(new BuiltinNamespace("timespan", TimeSpanFunctions.All, new Dictionary<string, Value>(StringComparer.Ordinal)
            {
                ["zero"] = Value.From(TimeSpan.Zero),
            })),
        };
        foreach (BuiltinFunction function in IncludeFunctions.All.Concat(AdditionalFunctions.All))
        {
            all.Add(function.Name, Value.From(function));
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
