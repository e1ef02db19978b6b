using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace WebhookBridge.Server.WebConsole.Text;

/// <summary>One language of the console: its texts and its way of writing numbers and dates.</summary>
internal sealed class Language
{
    public static readonly Language English = new("en", "English", "en-GB", "dd MMM", "dd MMM yyyy");
    public static readonly Language Portuguese = new("pt-BR", "Português (Brasil)", "pt-BR", "dd MMM", "dd MMM yyyy");
    public static readonly IReadOnlyList<Language> All = [English, Portuguese];

    private readonly Lazy<FrozenDictionary<string, string>> _texts;

    private Language(string code, string name, string culture, string day, string dayAndYear)
    {
        Code = code;
        Name = name;
        Culture = CultureInfo.GetCultureInfo(culture);
        DayFormat = day;
        DayAndYearFormat = dayAndYear;
        _texts = new(() => Read(code));
    }

    /// <summary>BCP 47, as in the page's <c>lang</c>.</summary>
    public string Code { get; }

    /// <summary>In the language itself.</summary>
    public string Name { get; }

    public CultureInfo Culture { get; }

    public string DayFormat { get; }

    public string DayAndYearFormat { get; }

    public FrozenDictionary<string, string> Texts => _texts.Value;

    public static Language? Find(string? code) => All.FirstOrDefault(l => string.Equals(l.Code, code, StringComparison.OrdinalIgnoreCase));

    /// <summary>The best of ours for an Accept-Language header: its order counts, weights are taken as given in order.</summary>
    public static Language Accepted(string? header)
    {
        foreach (string part in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string code = part.Split(';')[0];
            if (code.StartsWith("pt", StringComparison.OrdinalIgnoreCase))
            {
                return Portuguese;
            }

            if (code.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            {
                return English;
            }
        }

        return English;
    }

    private static FrozenDictionary<string, string> Read(string code)
    {
        using Stream stream = typeof(Language).Assembly.GetManifestResourceStream($"console/text/{code}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
