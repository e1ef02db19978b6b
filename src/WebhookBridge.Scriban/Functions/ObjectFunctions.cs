using System.Buffers;
using System.Text;
using System.Text.Json;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Syntax;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>object</c>.</summary>
internal static class ObjectFunctions
{
    private static readonly SearchValues<char> MatterInHtml = SearchValues.Create("<>&'+`\\");

    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("object.default", "value default", static (in a) => a[0].IsNull || a[0].TextOrNull is { Length: 0 } ? a[1] : a[0]),
        new("object.eval", "value", Eval),
        new("object.eval_template", "value", EvalTemplate),
        new("object.format", "value format culture?", static (in a) => Formatting.Format(a, a.Text(1), a.Text(2))),
        new("object.has_key", "value key", static (in a) => Value.From(a.Text(1) is { } key && Keys(a[0]).Contains(key, StringComparer.Ordinal))),
        new("object.has_value", "value key", static (in a) => Value.From(a.Text(1) is { } key && !a[0].IsNull && !Access.Member(a.Context, a[0], key).IsNull)),
        new("object.keys", "value", ListKeys),
        new("object.size", "value", Size),
        new("object.typeof", "value", static (in a) => Value.From(TypeOf(a[0]))),
        new("object.kind", "value", static (in a) => Value.From(RenderContext.KindName(a[0]))),
        new("object.values", "value", ListValues),
        new("object.from_json", "json", FromJson),
        new("object.to_json", "value", ToJson),
    ];

    private static IEnumerable<string> Keys(Value value) => value.AsHeap switch
    {
        ScribanObject members => members.Keys,
        ScribanArray { Properties: { } properties } => properties.Keys,
        BuiltinNamespace space => space.Keys,
        _ => [],
    };

    private static string? TypeOf(Value value) => value.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Bool => "boolean",
        ValueKind.String or ValueKind.Safe => "string",
        ValueKind.Array => "array",
        ValueKind.Range => "iterator",
        _ when value.IsNumber => "number",
        _ => "object",
    };

    private static Value Size(in Arguments a) => a[0].AsHeap switch
    {
        ScribanArray list => Value.From(list.Count),
        RangeValue range => Value.From(range.Count),
        ScribanObject members => Value.From(members.Count),
        _ => Value.From(a[0].TextOrNull?.Length ?? 0),
    };

    private static Value ListKeys(in Arguments a)
    {
        var list = new ScribanArray();
        foreach (string key in Keys(a[0]))
        {
            a.Context.GrowItems(list.Count, list.Count + 1L);
            list.Add(Value.From(key));
        }

        return Value.From(list);
    }

    private static Value ListValues(in Arguments a)
    {
        var list = new ScribanArray();
        switch (a[0].AsHeap)
        {
            case ScribanObject members:
                foreach ((_, Value value) in members.Entries)
                {
                    a.Context.GrowItems(list.Count, list.Count + 1L);
                    list.Add(value);
                }

                break;
            case ScribanArray or RangeValue:
                return Value.From(a.List(0));
        }

        return Value.From(list);
    }

    private static Value Eval(in Arguments a)
    {
        RenderContext context = a.Context;
        if (a[0].AsHeap is FunctionValue function)
        {
            return context.Invoke(function, [], new CallSite(a.Position, a.Position, 0, a.Position, []));
        }

        if (a[0].TextOrNull is not { } text)
        {
            return a[0];
        }

        context.Allocate(text.Length * 64L);
        var source = new Source(text, "eval");
        if (Parser.ParseExpressionOnly(source) is { } expression)
        {
            Source caller = context.Source;
            context.Enter(a.PositionOf(0), "object.eval");
            context.Source = source;
            Value value = expression.Evaluate(context);
            context.Source = caller;
            context.Leave();
            return value;
        }

        return Run(a, source, scriptOnly: true);
    }

    private static Value EvalTemplate(in Arguments a)
    {
        RenderContext context = a.Context;
        if (a[0].AsHeap is FunctionValue function)
        {
            return context.Invoke(function, [], new CallSite(a.Position, a.Position, 0, a.Position, []));
        }

        if (a[0].TextOrNull is not { } text)
        {
            return a[0];
        }

        context.Allocate(text.Length * 64L);
        return Run(a, new Source(text, "eval_template"), scriptOnly: false);
    }

    private static Value Run(in Arguments a, Source source, bool scriptOnly)
    {
        Statement? page = Parser.Parse(source, scriptOnly, out IReadOnlyList<SyntaxFault> faults);
        if (page is null)
        {
            (int line, int column) = source.Locate(faults[0].Position);
            throw a.Fault(0, $"The text to evaluate cannot be read: ({line},{column}): {faults[0].Message}");
        }

        return IncludeFunctions.RunPage(a, page, source, new ScribanArray());
    }

    private static Value FromJson(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        try
        {
            a.Context.Allocate(text.Length * 4L);

            // The elements outlive this call, so the document is left to the collector.
            return JsonValues.FromElement(JsonDocument.Parse(text).RootElement.Clone());
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw a.Fault(0, $"{a.Context.Describe(a[0])} is not JSON");
        }
    }

    /// <summary>JSON as ASCII; in JSON mode it goes into the output as it is.</summary>
    private static Value ToJson(in Arguments a)
    {
        RenderContext context = a.Context;
        using var buffer = new OutputBuffer(context, TemplateMode.Json, context.Budget.TextLength);
        JsonWriting.Write(buffer, context, a[0], 0);
        string json = Ascii(buffer.ToString());
        context.AllocateText(json.Length);
        return context.Options.Mode == TemplateMode.Json ? Value.From(new SafeText(json, SafeFor.Json)) : Value.From(json);
    }

    /// <summary>Escapes what the platform's own serialiser escapes by default: everything that could matter inside HTML.</summary>
    private static string Ascii(string json)
    {
        if (!json.AsSpan().ContainsAnyExceptInRange(' ', '~') && !json.AsSpan().ContainsAny(MatterInHtml))
        {
            return json;
        }

        var text = new StringBuilder(json.Length + 16);
        bool inString = false;
        for (int i = 0; i < json.Length; i++)
        {
            char c = json[i];
            inString = c == '"' ? !inString : inString;
            if (c == '\\')
            {
                char next = json[++i];
                text.Append(next == '"' ? "\\u0022" : "\\" + next);
            }
            else if (c is < ' ' or > '~' or '<' or '>' or '&' or '\'' or '`' || (c == '+' && inString))
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
