using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace WebhookBridge.Engine.Verification;

/// <summary>What a pattern may do to a value before it is put in (<c>{body|sha256|hex}</c>).</summary>
internal enum Modifier
{
    Lower,
    Upper,
    Trim,
    Md5,
    Sha1,
    Sha256,
    Sha512,
    HmacSha1,
    HmacSha256,
    Crc32Decimal,
    Hex,
    Base64,
    UrlEncode,
    AsciiEscape,
    Json,
}

internal static class Modifiers
{
    public static Modifier? Parse(string word) => word switch
    {
        "lower" => Modifier.Lower,
        "upper" => Modifier.Upper,
        "trim" => Modifier.Trim,
        "md5" => Modifier.Md5,
        "sha1" => Modifier.Sha1,
        "sha256" => Modifier.Sha256,
        "sha512" => Modifier.Sha512,
        "hmac-sha1" => Modifier.HmacSha1,
        "hmac-sha256" => Modifier.HmacSha256,
        "crc32" => Modifier.Crc32Decimal,
        "hex" => Modifier.Hex,
        "base64" => Modifier.Base64,
        "urlencode" => Modifier.UrlEncode,
        "ascii-escape" => Modifier.AsciiEscape,
        "json" => Modifier.Json,
        _ => null,
    };

    /// <summary>Replaces what <paramref name="buffer"/> holds from <paramref name="start"/> on by its modified form.</summary>
    public static void Apply(Modifier modifier, ref RequestScope scope, ref ByteBuffer buffer, int start)
    {
        ReadOnlySpan<byte> value = buffer.Written[start..];
        byte[] changed = modifier switch
        {
            Modifier.Lower => Text(Encoding.UTF8.GetString(value).ToLowerInvariant()),
            Modifier.Upper => Text(Encoding.UTF8.GetString(value).ToUpperInvariant()),
            Modifier.Trim => Text(Encoding.UTF8.GetString(value).Trim()),
            Modifier.Md5 => Digests.Hash(MacAlgorithm.Md5, value),
            Modifier.Sha1 => Digests.Hash(MacAlgorithm.Sha1, value),
            Modifier.Sha256 => SHA256.HashData(value),
            Modifier.Sha512 => SHA512.HashData(value),
            Modifier.HmacSha1 => Digests.Mac(MacAlgorithm.Sha1, scope.Key ?? [], value),
            Modifier.HmacSha256 => Digests.Mac(MacAlgorithm.Sha256, scope.Key ?? [], value),
            Modifier.Crc32Decimal => Text(Crc32(value).ToString(CultureInfo.InvariantCulture)),
            Modifier.Hex => Text(Convert.ToHexStringLower(value)),
            Modifier.Base64 => Text(Convert.ToBase64String(value)),
            Modifier.UrlEncode => PhpUrlEncode(value),
            Modifier.AsciiEscape => AsciiEscape(value),
            Modifier.Json => Text(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Encoding.UTF8.GetString(value))),
            _ => value.ToArray(),
        };
        buffer.Truncate(start);
        buffer.Append(changed);
    }

    /// <summary>CRC-32 as in ISO 3309 and zip (PayPal signs its decimal form).</summary>
    private static uint Crc32(ReadOnlySpan<byte> value)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in value)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>PHP's urlencode: letters, digits, <c>-_.</c> stay, space is <c>+</c>, all else is an upper-case escape (PayFast).</summary>
    private static byte[] PhpUrlEncode(ReadOnlySpan<byte> value)
    {
        var to = new ArrayBufferWriter<byte>(value.Length * 3 + 1);
        foreach (byte b in value)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.')
            {
                to.Write([b]);
            }
            else if (b == ' ')
            {
                to.Write("+"u8);
            }
            else
            {
                to.Write(Text(string.Create(CultureInfo.InvariantCulture, $"%{b:X2}")));
            }
        }

        return to.WrittenSpan.ToArray();
    }

    /// <summary>Every non-ASCII character as <c>\uXXXX</c> (UTF-16 units, lower-case hex): the form that Box and Meta say they sign.</summary>
    private static byte[] AsciiEscape(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAnyExceptInRange((byte)0, (byte)127))
        {
            return value.ToArray();
        }

        var escaped = new StringBuilder(value.Length * 2);
        foreach (char c in Encoding.UTF8.GetString(value))
        {
            _ = c < 128 ? escaped.Append(c) : escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return Encoding.ASCII.GetBytes(escaped.ToString());
    }
}
