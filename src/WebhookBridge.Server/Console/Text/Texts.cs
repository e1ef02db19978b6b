using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace WebhookBridge.Server.WebConsole.Text;

/// <summary>The texts, numbers, amounts and times of one answer: in the reader's language and zone.</summary>
internal sealed class Texts(Language language, TimeZoneInfo zone, DateTimeOffset now)
{
    public Language Language { get; } = language;

    public TimeZoneInfo Zone { get; } = zone;

    public DateTimeOffset Now { get; } = now;

    /// <summary>The text of a key; a missing key is a mistake that a test finds.</summary>
    public string this[string key] => Language.Texts.TryGetValue(key, out string? text) ? text : throw new KeyNotFoundException($"The text \"{key}\" is missing in {Language.Code}.");

    /// <summary>The text with its places filled: numbers by locale, everything else as it is.</summary>
    public string this[string key, params object?[] values] => string.Format(Language.Culture, this[key], [.. values.Select(Written)]);

    /// <summary>As <c>this[key, …]</c>, or null where there is no such key: for words of open vocabularies.</summary>
    public string? Find(string key) => Language.Texts.GetValueOrDefault(key);

    /// <summary>The singular (<c>key.one</c>) or plural (<c>key.other</c>) form; <c>{0}</c> is the number.</summary>
    public string Count(string key, long count, params object?[] more)
    {
        bool one = Language == Language.Portuguese ? count is 0 or 1 : count == 1;
        return this[key + (one ? ".one" : ".other"), [count, .. more]];
    }

    /// <summary>A text with markup in its places; the text itself is encoded.</summary>
    public IHtmlContent Mark(string key, params IHtmlContent[] parts)
    {
        var html = new HtmlContentBuilder();
        string text = this[key];
        int at = 0;
        while (text.IndexOf('{', at) is var open and >= 0)
        {
            html.Append(text[at..open]);
            int close = text.IndexOf('}', open);
            html.AppendHtml(parts[int.Parse(text.AsSpan(open + 1, close - open - 1), CultureInfo.InvariantCulture)]);
            at = close + 1;
        }

        return html.Append(text[at..]);
    }

    public string Number(long value) => value.ToString("N0", Language.Culture);

    /// <summary>An exact amount in major units with the reader's separators: digits are only moved, never computed.</summary>
    public string Amount(long minor, int decimals)
    {
        NumberFormatInfo format = Language.Culture.NumberFormat;
        string digits = Math.Abs((decimal)minor).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string whole = decimal.Parse(digits[..^decimals], CultureInfo.InvariantCulture).ToString("N0", Language.Culture);
        return (minor < 0 ? format.NegativeSign : "") + whole + (decimals > 0 ? format.NumberDecimalSeparator + digits[^decimals..] : "");
    }

    public string Bytes(long bytes) => bytes switch
    {
        < 1000 => Count("size.bytes", bytes),
        < 1_000_000 => this["size.kb", bytes / 1000m],
        < 1_000_000_000 => this["size.mb", bytes / 1_000_000m],
        _ => this["size.gb", bytes / 1_000_000_000m],
    };

    public DateTime Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).DateTime;

    /// <summary>The hour when it is today, else day and hour.</summary>
    public string Time(DateTimeOffset at, bool seconds = false)
    {
        DateTime local = Local(at);
        DateTime today = Local(Now).Date;
        string hour = local.ToString(seconds ? "HH:mm:ss" : "HH:mm", Language.Culture);
        return local.Date == today ? hour : $"{Day(at)}, {hour}";
    }

    public string Day(DateTimeOffset at)
    {
        DateTime local = Local(at);
        DateTime today = Local(Now).Date;
        return local.Date == today ? this["day.today"]
            : local.Date == today.AddDays(-1) ? this["day.yesterday"]
            : local.ToString(local.Year == today.Year ? Language.DayFormat : Language.DayAndYearFormat, Language.Culture);
    }

    /// <summary>"in 4 min", "3 h ago".</summary>
    public string Relative(DateTimeOffset at)
    {
        TimeSpan distance = at - Now;
        string span = Span(distance.Duration());
        return distance.Duration() < TimeSpan.FromSeconds(5) ? this["relative.now"] : distance > TimeSpan.Zero ? this["relative.in", span] : this["relative.ago", span];
    }

    /// <summary>A length of time in its largest fitting unit.</summary>
    public string Span(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1000 } => this["span.ms", (long)span.TotalMilliseconds],
        { TotalSeconds: < 60 } => this["span.s", (long)span.TotalSeconds],
        { TotalMinutes: < 60 } => this["span.min", (long)Math.Round(span.TotalMinutes)],
        { TotalHours: < 48 } => this["span.h", (long)Math.Round(span.TotalHours)],
        _ => this["span.d", (long)Math.Round(span.TotalDays)],
    };

    /// <summary>The exact moment, for the title of a time.</summary>
    public static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A text as markup: encoded.</summary>
    public static IHtmlContent Plain(string text) => new HtmlString(HtmlEncoder.Default.Encode(text));

    private object? Written(object? value) => value switch
    {
        long n => Number(n),
        int n => Number(n),
        decimal n => n.ToString("#,0.#", Language.Culture),
        _ => value,
    };
}
