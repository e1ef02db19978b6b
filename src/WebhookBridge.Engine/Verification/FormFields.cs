using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>One field of a form as it stands in the body.</summary>
/// <param name="Name">Decoded.</param>
/// <param name="Value">Decoded.</param>
/// <param name="Start">Where the field begins in the raw bytes.</param>
internal readonly record struct FormField(string Name, string Value, int Start);

/// <summary>A body or query of <c>name=value</c> pairs, in the order received (WHATWG URL, application/x-www-form-urlencoded parsing; bad percent-escapes stay as they are).</summary>
internal sealed class FormFields
{
    private FormFields(List<FormField> fields) => Fields = fields;

    public List<FormField> Fields { get; }

    /// <summary>The first value of that exact name, or null.</summary>
    public string? First(string name)
    {
        foreach (FormField field in Fields)
        {
            if (field.Name == name)
            {
                return field.Value;
            }
        }

        return null;
    }

    public static FormFields Parse(ReadOnlySpan<byte> raw)
    {
        var fields = new List<FormField>();
        int start = 0;
        while (start < raw.Length)
        {
            int length = raw[start..].IndexOf((byte)'&');
            ReadOnlySpan<byte> part = length < 0 ? raw[start..] : raw.Slice(start, length);
            if (!part.IsEmpty)
            {
                int equals = part.IndexOf((byte)'=');
                string name = Decode(equals < 0 ? part : part[..equals]);
                string value = equals < 0 ? string.Empty : Decode(part[(equals + 1)..]);
                fields.Add(new FormField(name, value, start));
            }

            start += part.Length + 1;
        }

        return new FormFields(fields);
    }

    /// <summary>The first value of <paramref name="name"/> in a query (with or without its question mark), decoded; null when absent.</summary>
    public static string? FromQuery(string query, string name)
    {
        ReadOnlySpan<char> rest = query.AsSpan();
        if (rest.StartsWith("?"))
        {
            rest = rest[1..];
        }

        foreach (Range range in rest.Split('&'))
        {
            ReadOnlySpan<char> part = rest[range];
            int equals = part.IndexOf('=');
            ReadOnlySpan<char> rawName = equals < 0 ? part : part[..equals];
            if (rawName.SequenceEqual(name) || (rawName.ContainsAny('%', '+') && DecodeText(rawName) == name))
            {
                return equals < 0 ? string.Empty : DecodeText(part[(equals + 1)..]);
            }
        }

        return null;
    }

    private static string DecodeText(ReadOnlySpan<char> text) =>
        text.ContainsAny('%', '+') ? Decode(Encoding.UTF8.GetBytes(text.ToString())) : text.ToString();

    private static string Decode(ReadOnlySpan<byte> raw)
    {
        if (!raw.ContainsAny((byte)'%', (byte)'+'))
        {
            return Encoding.UTF8.GetString(raw);
        }

        byte[] decoded = new byte[raw.Length];
        int n = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            byte b = raw[i];
            if (b == '%' && i + 2 < raw.Length && Nibble(raw[i + 1]) is int high and >= 0 && Nibble(raw[i + 2]) is int low and >= 0)
            {
                decoded[n++] = (byte)((high << 4) | low);
                i += 2;
            }
            else
            {
                decoded[n++] = b == '+' ? (byte)' ' : b;
            }
        }

        return Encoding.UTF8.GetString(decoded.AsSpan(0, n));
    }

    private static int Nibble(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
