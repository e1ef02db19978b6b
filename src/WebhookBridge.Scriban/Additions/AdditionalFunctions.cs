using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Additions;

/// <summary>What the language does not have and people who send webhooks need; documented in docs/templates.md.</summary>
internal static class AdditionalFunctions
{
    /// <summary>Namespace of UUIDs made from URLs and other texts (RFC 9562 §6.6).</summary>
    private static readonly Guid UrlNamespace = new("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789. ");

    private static readonly string[] Titles = ["mr", "mrs", "ms", "miss", "dr", "prof", "sr", "sra", "srta", "dra", "adv", "rev"];

    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("raw", "text", static (in a) => Value.From(new SafeText(a.TextOrEmpty(0), SafeFor.Raw))),
        new("money", "amount currency locale?", Money),
        new("minor_units", "amount currency", MinorUnits),
        new("phone", "text country", Phone),
        new("mask", "text keep?", Mask),
        new("sha256", "text", static (in a) => a.Text(0) is { } text ? Value.From(Convert.ToHexStringLower(SHA256.HashData(Bytes(a, text)))) : Value.Null),
        new("hmac", "text key algorithm? encoding?", Hmac),
        new("uuid_from", "text", UuidFrom),
        new("iso_date", "date", Moments.IsoDate),
        new("local_time", "date zone format? locale?", Moments.LocalTime),
        new("slack_escape", "text", SlackEscape),
        new("csv_escape", "text", CsvEscape),
        new("first_name", "name", FirstName),
    ];

    private static byte[] Bytes(in Arguments a, string text)
    {
        a.Context.AllocateText(text.Length);
        return Encoding.UTF8.GetBytes(text);
    }

    private static (decimal Amount, string Code)? AmountOf(in Arguments a)
    {
        Value value = a[0];
        if (value.IsNull)
        {
            return null;
        }

        string code = Currencies.Code(a.Text(1)) ?? throw a.Fault(1, $"`{a.Function.Name}` expects a currency such as ZAR instead of {a.Context.Describe(a[1])}");
        if (value.TextOrNull is { } text)
        {
            return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal read)
                ? (read, code)
                : throw a.Fault(0, $"`{a.Function.Name}` expects an amount instead of {a.Context.Describe(value)}");
        }

        return value.IsNumber
            ? (DecimalMath.Exact(a.Context, value, a.PositionOf(0)), code)
            : throw a.Fault(0, $"`{a.Function.Name}` expects an amount instead of {a.Context.Describe(value)}");
    }

    private static Value Money(in Arguments a)
    {
        Locale locale = Locale.Find(a.Text(2)) ?? throw a.Fault(2, $"The locale is not one of {string.Join(", ", Locale.Known)}");
        return AmountOf(a) is { } money ? Value.From(locale.Money(money.Amount, money.Code, Currencies.Decimals(money.Code))) : Value.Null;
    }

    private static Value MinorUnits(in Arguments a)
    {
        if (AmountOf(a) is not { } money)
        {
            return Value.Null;
        }

        int decimals = Currencies.Decimals(money.Code);
        decimal factor = decimals switch
        {
            0 => 1,
            3 => 1_000,
            4 => 10_000,
            _ => 100,
        };
        if (Math.Abs(money.Amount) > 9_000_000_000_000_000_00m / factor)
        {
            throw a.Fault(0, "The amount is too large");
        }

        decimal minor = money.Amount * factor;
        return minor == Math.Truncate(minor)
            ? Value.FromExact((long)minor)
            : throw a.Fault(0, $"The amount {money.Amount.ToString(CultureInfo.InvariantCulture)} has more than the {decimals} decimals of {money.Code}");
    }

    private static Value Phone(in Arguments a)
    {
        if (a.Text(0) is not { Length: > 0 } text)
        {
            return Value.Null;
        }

        string country = a.TextOrEmpty(1);
        if (!Phones.IsKnown(country))
        {
            throw a.Fault(1, $"The country {a.Context.Describe(a[1])} is not known; write it as two letters, such as ZA");
        }

        return Value.From(text.Length > 40 ? null : Phones.Normalize(text, country));
    }

    /// <summary>An e-mail address keeps its first letter and its domain, anything else its last characters.</summary>
    private static Value Mask(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        a.Context.AllocateText(text.Length);
        int at = text.LastIndexOf('@');
        if (at > 0 && a[1].IsNull)
        {
            return Value.From(string.Concat(text.AsSpan(0, 1), new string('*', Math.Max(1, at - 1)), text.AsSpan(at)));
        }

        int keep = Math.Clamp(a.Int(1, 4), 0, text.Length);
        keep = text.Length <= keep && a[1].IsNull ? 0 : keep;
        return Value.From(new string('*', text.Length - keep) + text[(text.Length - keep)..]);
    }

    private static Value Hmac(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        byte[] key = Encoding.UTF8.GetBytes(a.Text(1) ?? throw a.Fault(1, "`hmac` expects a key"));
        byte[] bytes = Bytes(a, text);
        byte[] hash = (a.Text(2) ?? "sha256") switch
        {
            "sha256" => HMACSHA256.HashData(key, bytes),
            "sha512" => HMACSHA512.HashData(key, bytes),
            "sha384" => HMACSHA384.HashData(key, bytes),
#pragma warning disable CA5350 // Some receivers ask for SHA-1; as a keyed hash it still holds.
            "sha1" => HMACSHA1.HashData(key, bytes),
#pragma warning restore CA5350
            _ => throw a.Fault(2, "The algorithm is one of sha1, sha256, sha384, sha512"),
        };
        return Value.From((a.Text(3) ?? "hex") switch
        {
            "hex" => Convert.ToHexStringLower(hash),
            "base64" => Convert.ToBase64String(hash),
            _ => throw a.Fault(3, "The encoding is hex or base64"),
        });
    }

    /// <summary>The same text always gives the same UUID (version 5, RFC 9562 §5.5).</summary>
    private static Value UuidFrom(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing is secured by it.
        byte[] hash = SHA1.HashData([.. UrlNamespace.ToByteArray(bigEndian: true), .. Bytes(a, text)]);
#pragma warning restore CA5350
        return Value.From(Identifiers.Format(hash, version: 5));
    }

    /// <summary>The three characters that Slack gives a meaning to.</summary>
    private static Value SlackEscape(in Arguments a) =>
        a.Text(0) is { } text
            ? StringFunctions.Made(a, text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal))
            : Value.Null;

    /// <summary>A field of a CSV file (RFC 4180); a text that a spreadsheet would run as a formula gets an apostrophe.</summary>
    private static Value CsvEscape(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.From("");
        }

        bool isFormula = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
            && !(a[0].IsNumber || !text.AsSpan(1).ContainsAnyExcept(OfNumbers));
        text = isFormula ? "'" + text : text;
        return StringFunctions.Made(a, text.AsSpan().ContainsAny("\",\r\n;")
            ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
            : text);
    }

    /// <summary>The given name out of a whole one: "Nkosi, Thandi" and "Dr Thandi Nkosi" are Thandi.</summary>
    private static Value FirstName(in Arguments a)
    {
        if (a.Text(0) is not { } name || name.Length > 1000)
        {
            return Value.Null;
        }

        int comma = name.IndexOf(',', StringComparison.Ordinal);
        string given = comma > 0 && comma < name.Length - 1 ? name[(comma + 1)..] : name;
        string[] words = given.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string? first = words.FirstOrDefault(w => !Titles.Contains(w.TrimEnd('.').ToLowerInvariant(), StringComparer.Ordinal)) ?? words.FirstOrDefault();
        return Value.From(first);
    }
}
