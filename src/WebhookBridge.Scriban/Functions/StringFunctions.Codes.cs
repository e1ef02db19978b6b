using System.Text;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>Hashes, padding, Base64 and searching.</summary>
internal static partial class StringFunctions
{
    /// <summary>Comparisons other than ordinal take time in proportion to the product of both lengths.</summary>
    private const int LongestForCulture = 10_000;

    private static Value Hash(in Arguments a, Func<byte[], byte[]> hash)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        a.Context.Charge(text.Length >> 2);
        return Value.From(Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(text))));
    }

    private static Value Hmac(in Arguments a, Func<byte[], byte[], byte[]> hash)
    {
        if (a.Text(0) is not { } text || a.Text(1) is not { } key)
        {
            return Value.Null;
        }

        a.Context.Charge(text.Length >> 2);
        return Value.From(Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text))));
    }

    private static Value Pad(in Arguments a, bool left)
    {
        string text = a.TextOrEmpty(0);
        int width = Math.Max(0, a.Int(1));
        string padding = a.Text(2) ?? " ";
        char with = padding.Length == 1 ? padding[0] : throw a.Fault(2, "The padding must be one character");
        a.Context.AllocateText(Math.Max(text.Length, width));
        return Value.From(left ? text.PadLeft(width, with) : text.PadRight(width, with));
    }

    private static Value Base64Decode(in Arguments a)
    {
        string text = a.TextOrEmpty(0);
        byte[] bytes = new byte[(text.Length * 3 / 4) + 3];
        if (!Convert.TryFromBase64String(text, bytes, out int length))
        {
            throw a.Fault(0, "The text is not Base64");
        }

        return Made(a, Encoding.UTF8.GetString(bytes, 0, length));
    }

    private static Value IndexOf(in Arguments a)
    {
        string text = a.TextOrEmpty(0);
        string search = a.TextOrEmpty(1);
        int start = Math.Clamp(a.Int(2), 0, text.Length);
        int count = Math.Clamp(a.Int(3, int.MaxValue), 0, text.Length - start);
        StringComparison comparison = a.Text(4) switch
        {
            null or "" or "Ordinal" => StringComparison.Ordinal,
            "OrdinalIgnoreCase" => StringComparison.OrdinalIgnoreCase,

            // The culture of a rendering is the invariant one, whatever the machine is set to.
            "CurrentCulture" or "InvariantCulture" => StringComparison.InvariantCulture,
            "CurrentCultureIgnoreCase" or "InvariantCultureIgnoreCase" => StringComparison.InvariantCultureIgnoreCase,
            _ => throw a.Fault(4, "Allowed comparisons are CurrentCulture, InvariantCulture, Ordinal, each also with IgnoreCase behind it"),
        };
        if (comparison == StringComparison.Ordinal)
        {
            int found = TextSearch.IndexOf(a.Context, text[..(start + count)], search, start);
            return Value.From(found);
        }

        if (text.Length > LongestForCulture || search.Length > LongestForCulture)
        {
            throw a.Fault(0, $"Texts longer than {LongestForCulture} characters are searched with the comparison Ordinal only");
        }

        a.Context.Charge(count * 4);
        return Value.From(text.IndexOf(search, start, count, comparison));
    }
}
