using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>string</c>. Positions and lengths count UTF-16 units; comparisons are ordinal unless said otherwise.</summary>
internal static partial class StringFunctions
{
    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("string.escape", "text", Escape),
        new("string.append", "text with", static (in a) => Concat(a, a.TextOrEmpty(0), a.TextOrEmpty(1))),
        new("string.capitalize", "text", static (in a) => a.Text(0) is { Length: > 0 } text ? Made(a, char.ToUpperInvariant(text[0]) + text[1..]) : Value.From("")),
        new("string.capitalizewords", "text", CapitalizeWords),
        new("string.contains", "text value", static (in a) => Value.From(a.Text(0) is { } text && a.Text(1) is { } value && TextSearch.IndexOf(a.Context, text, value, 0) >= 0)),
        new("string.empty", "text", static (in a) => Value.From(string.IsNullOrEmpty(a.Text(0)))),
        new("string.whitespace", "text", static (in a) => Value.From(string.IsNullOrWhiteSpace(a.Text(0)))),
        new("string.downcase", "text", static (in a) => a.Text(0) is { } text ? Made(a, text.ToLowerInvariant()) : Value.Null),
        new("string.ends_with", "text value", static (in a) => Value.From(a.Text(0) is { } text && a.Text(1) is { } value && text.EndsWith(value, StringComparison.Ordinal))),
        new("string.equals_ignore_case", "text value", static (in a) => Value.From(string.Equals(a.Text(0), a.Text(1), StringComparison.OrdinalIgnoreCase))),
        new("string.handleize", "text", Handleize),
        new("string.literal", "text", Literal),
        new("string.lstrip", "text", static (in a) => a.Text(0) is { } text ? Made(a, text.TrimStart()) : Value.Null),
        new("string.pluralize", "number singular plural", Pluralize),
        new("string.prepend", "text by", static (in a) => Concat(a, a.TextOrEmpty(1), a.TextOrEmpty(0))),
        new("string.remove", "text remove", static (in a) => Replace(a, a.Text(1), "")),
        new("string.remove_first", "text remove", static (in a) => ReplaceOne(a, a.Text(1), "", fromEnd: false)),
        new("string.remove_last", "text remove", static (in a) => ReplaceOne(a, a.Text(1), "", fromEnd: true)),
        new("string.replace", "text match replace", static (in a) => Replace(a, a.Text(1), a.TextOrEmpty(2))),
        new("string.replace_first", "text match replace fromEnd?", static (in a) => ReplaceOne(a, a.Text(1), a.TextOrEmpty(2), a.Bool(3))),
        new("string.rstrip", "text", static (in a) => a.Text(0) is { } text ? Made(a, text.TrimEnd()) : Value.Null),
        new("string.size", "text", static (in a) => Value.From(a.Text(0)?.Length ?? 0)),
        new("string.slice", "text start length?", static (in a) => Slice(a, a.Int(2))),
        new("string.slice1", "text start length?", static (in a) => Slice(a, a.Int(2, 1))),
        new("string.split", "text match", Split),
        new("string.starts_with", "text value", static (in a) => Value.From(a.Text(0) is { } text && a.Text(1) is { } value && text.StartsWith(value, StringComparison.Ordinal))),
        new("string.strip", "text", static (in a) => a.Text(0) is { } text ? Made(a, text.Trim()) : Value.Null),
        new("string.strip_newlines", "text", StripNewLines),
        new("string.to_int", "text", static (in a) => int.TryParse(a.Text(0), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? Value.From(number) : Value.Null),
        new("string.to_long", "text", static (in a) => long.TryParse(a.Text(0), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? Value.From(number) : Value.Null),
        new("string.to_float", "text", static (in a) => float.TryParse(a.Text(0), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out float number) ? Value.FromFloat(number) : Value.Null),
        new("string.to_double", "text", static (in a) => double.TryParse(a.Text(0), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out double number) ? Value.From(number) : Value.Null),
        new("string.truncate", "text length ellipsis?", Truncate),
        new("string.truncatewords", "text count ellipsis?", TruncateWords),
        new("string.upcase", "text", static (in a) => a.Text(0) is { } text ? Made(a, text.ToUpperInvariant()) : Value.Null),
#pragma warning disable CA5350, CA5351 // The language offers these hashes; they guard nothing here.
        new("string.md5", "text", static (in a) => Hash(a, MD5.HashData)),
        new("string.sha1", "text", static (in a) => Hash(a, SHA1.HashData)),
        new("string.hmac_sha1", "text secretKey", static (in a) => Hmac(a, HMACSHA1.HashData)),
#pragma warning restore CA5350, CA5351
        new("string.sha256", "text", static (in a) => Hash(a, SHA256.HashData)),
        new("string.sha512", "text", static (in a) => Hash(a, SHA512.HashData)),
        new("string.hmac_sha256", "text secretKey", static (in a) => Hmac(a, HMACSHA256.HashData)),
        new("string.hmac_sha512", "text secretKey", static (in a) => Hmac(a, HMACSHA512.HashData)),
        new("string.pad_left", "text width paddingChar?", static (in a) => Pad(a, left: true)),
        new("string.pad_right", "text width paddingChar?", static (in a) => Pad(a, left: false)),
        new("string.base64_encode", "text", static (in a) => Made(a, Convert.ToBase64String(Encoding.UTF8.GetBytes(a.TextOrEmpty(0))))),
        new("string.base64_decode", "text", Base64Decode),
        new("string.index_of", "text search startIndex? count? stringComparison?", IndexOf),
    ];

    /// <summary>A text between double quotes, with the escapes of the language, which are those of JSON too.</summary>
    public static void AppendLiteral(StringBuilder target, string text)
    {
        target.Append('"');
        AppendEscaped(target, text);
        target.Append('"');
    }

    internal static Value Made(in Arguments a, string text)
    {
        a.Context.AllocateText(text.Length);
        return Value.From(text);
    }

    private static void AppendEscaped(StringBuilder target, string text)
    {
        foreach (char c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    target.Append('\\').Append(c);
                    break;
                case '\n':
                    target.Append("\\n");
                    break;
                case '\r':
                    target.Append("\\r");
                    break;
                case '\t':
                    target.Append("\\t");
                    break;
                case '\b':
                    target.Append("\\b");
                    break;
                case '\f':
                    target.Append("\\f");
                    break;
                default:
                    if (char.IsControl(c))
                    {
                        target.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    }
                    else
                    {
                        target.Append(c);
                    }

                    break;
            }
        }
    }

    private static Value Escape(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        var escaped = new StringBuilder(text.Length + 8);
        AppendEscaped(escaped, text);
        return Made(a, escaped.ToString());
    }

    /// <summary>In JSON mode the literal is a JSON text already.</summary>
    private static Value Literal(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        var literal = new StringBuilder(text.Length + 8);
        AppendLiteral(literal, text);
        a.Context.AllocateText(literal.Length);
        return a.Context.Options.Mode == TemplateMode.Json ? Value.From(new SafeText(literal.ToString(), SafeFor.Json)) : Value.From(literal.ToString());
    }

    private static Value Concat(in Arguments a, string first, string second)
    {
        a.Context.AllocateText((long)first.Length + second.Length);
        return Value.From(string.Concat(first, second));
    }

    private static Value CapitalizeWords(in Arguments a)
    {
        char[] letters = a.TextOrEmpty(0).ToCharArray();
        bool inWord = false;
        for (int i = 0; i < letters.Length; i++)
        {
            if (char.IsWhiteSpace(letters[i]))
            {
                inWord = false;
            }
            else if (!inWord)
            {
                letters[i] = char.ToUpperInvariant(letters[i]);
                inWord = true;
            }
        }

        return Made(a, new string(letters));
    }

    /// <summary>Letters and digits in lower case, everything between them as one hyphen.</summary>
    private static Value Handleize(in Arguments a)
    {
        var handle = new StringBuilder();
        foreach (char c in a.TextOrEmpty(0))
        {
            if (char.IsLetterOrDigit(c))
            {
                handle.Append(char.ToLowerInvariant(c));
            }
            else if (handle.Length > 0 && handle[^1] != '-')
            {
                handle.Append('-');
            }
        }

        return Made(a, handle.ToString().TrimEnd('-'));
    }

    private static Value Pluralize(in Arguments a)
    {
        Value number = MathFunctions.Number(a, 0);
        return !number.IsNull && Operators.CompareNumbers(number, Value.From(1)) == 0 ? a[1] : a[2];
    }

    private static Value Replace(in Arguments a, string? match, string replacement)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        if (string.IsNullOrEmpty(match))
        {
            return Value.From(text);
        }

        var made = new StringBuilder();
        int at = 0;
        for (int found = TextSearch.IndexOf(a.Context, text, match, 0); found >= 0; found = TextSearch.IndexOf(a.Context, text, match, at))
        {
            made.Append(text, at, found - at).Append(replacement);
            at = found + match.Length;

            // A short match in a long text may multiply it: the limit is met while it grows.
            if (made.Length > a.Context.Budget.TextLength)
            {
                a.Context.AllocateText(made.Length);
            }
        }

        return Made(a, made.Append(text, at, text.Length - at).ToString());
    }

    private static Value ReplaceOne(in Arguments a, string? match, string replacement, bool fromEnd)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        int at = string.IsNullOrEmpty(match) ? -1
            : fromEnd ? TextSearch.LastIndexOf(a.Context, text, match) : TextSearch.IndexOf(a.Context, text, match, 0);
        if (at < 0)
        {
            return Value.From(text);
        }

        a.Context.AllocateText((long)text.Length + replacement.Length);
        return Value.From(string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + match!.Length)));
    }

    /// <summary>A part of a text; a negative start counts from the end, a length of zero means the rest.</summary>
    private static Value Slice(in Arguments a, int length)
    {
        string text = a.TextOrEmpty(0);
        long start = a.Int(1);
        long wanted = length > 0 ? length : text.Length;
        start = start < 0 ? start + text.Length : start;
        if (start < 0)
        {
            wanted += start;
            start = 0;
        }

        if (wanted <= 0 || start >= text.Length)
        {
            return Value.From("");
        }

        return Made(a, text.Substring((int)start, (int)Math.Min(wanted, text.Length - start)));
    }

    private static Value Split(in Arguments a)
    {
        var pieces = new ScribanArray();
        if (a.Text(0) is not { Length: > 0 } text)
        {
            return Value.From(pieces);
        }

        string match = a.TextOrEmpty(1);
        int at = 0;
        while (at < text.Length)
        {
            int end = match.Length == 0 ? -1 : TextSearch.IndexOf(a.Context, text, match, at);
            end = end < 0 ? text.Length : end;
            if (end > at)
            {
                a.Context.GrowItems(pieces.Count, pieces.Count + 1L);
                a.Context.AllocateText(end - at);
                pieces.Add(Value.From(text[at..end]));
            }

            at = end + Math.Max(1, match.Length);
        }

        return Value.From(pieces);
    }

    private static Value StripNewLines(in Arguments a) =>
        a.Text(0) is { } text
            ? Made(a, text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal))
            : Value.Null;

    private static Value Truncate(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.From("");
        }

        int length = Math.Max(0, a.Int(1));
        if (text.Length <= length)
        {
            return Value.From(text);
        }

        string ellipsis = a.Text(2) ?? "...";
        return Concat(a, text[..Math.Max(0, length - ellipsis.Length)], ellipsis);
    }

    private static Value TruncateWords(in Arguments a)
    {
        string text = a.TextOrEmpty(0);
        int count = Math.Max(0, a.Int(1));
        string[] words = text.Split((char[]?)null, count == int.MaxValue ? int.MaxValue : count + 1, StringSplitOptions.RemoveEmptyEntries);
        a.Context.AllocateItems(words.Length);
        if (words.Length <= count)
        {
            return Made(a, string.Join(' ', words));
        }

        return Concat(a, string.Join(' ', words.Take(count)), a.Text(2) ?? "...");
    }
}
