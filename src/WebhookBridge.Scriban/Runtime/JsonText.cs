using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Texts of JSON documents, read from their raw bytes; broken surrogates become U+FFFD instead of an exception.</summary>
internal static class JsonText
{
    public static string Decode(JsonElement element)
    {
        ReadOnlySpan<byte> content = Content(element);
        if (!content.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(content);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(content.Length);
        int length = Unescape(content, rented);
        string text = Encoding.UTF8.GetString(rented, 0, length);
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>The bytes between the quotes, still escaped.</summary>
    public static ReadOnlySpan<byte> Content(JsonElement text)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(text);
        return raw[1..^1];
    }

    /// <summary>Writes the text of an escaped JSON string as UTF-8; never longer than its source.</summary>
    public static int Unescape(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int written = 0;
        while (!source.IsEmpty)
        {
            int plain = source.IndexOf((byte)'\\');
            if (plain < 0)
            {
                source.CopyTo(target[written..]);
                return written + source.Length;
            }

            source[..plain].CopyTo(target[written..]);
            written += plain;
            byte escape = source[plain + 1];
            source = source[(plain + 2)..];
            if (escape != (byte)'u')
            {
                target[written++] = escape switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    _ => escape,
                };
                continue;
            }

            Rune rune = ReadUnicode(ref source);
            written += rune.EncodeToUtf8(target[written..]);
        }

        return written;
    }

    private static Rune ReadUnicode(ref ReadOnlySpan<byte> source)
    {
        char first = ReadFour(source);
        source = source[4..];
        if (Rune.TryCreate(first, out Rune single))
        {
            return single;
        }

        if (char.IsHighSurrogate(first) && source.Length >= 6 && source[0] == '\\' && source[1] == 'u')
        {
            char second = ReadFour(source[2..]);
            if (Rune.TryCreate(first, second, out Rune pair))
            {
                source = source[6..];
                return pair;
            }
        }

        return Rune.ReplacementChar;
    }

    private static char ReadFour(ReadOnlySpan<byte> digits) =>
        (char)ushort.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
