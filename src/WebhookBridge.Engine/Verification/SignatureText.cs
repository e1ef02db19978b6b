using System.Buffers.Text;
using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>Texts of public-key signatures and JWT parts, decoded strictly: no blanks, no bits left over.</summary>
internal static class SignatureText
{
    public static bool TryDecode(ReadOnlySpan<char> text, DigestEncoding encoding, Span<byte> to, out int length)
    {
        length = 0;
        if (encoding is DigestEncoding.Hex or DigestEncoding.HexWithoutLeadingZeros)
        {
            return text.Length % 2 == 0 && text.Length / 2 <= to.Length
                && Convert.FromHexString(text, to, out _, out length) == System.Buffers.OperationStatus.Done;
        }

        if (text.Length > 2048 || text.ContainsAny(" \t\r\n"))
        {
            return false;
        }

        Span<char> standard = stackalloc char[2052];
        ReadOnlySpan<char> bare = text.TrimEnd('=');
        if (text.Length - bare.Length > 2)
        {
            return false;
        }

        bare.CopyTo(standard);
        Span<char> padded = standard[..((bare.Length + 3) / 4 * 4)];
        padded[bare.Length..].Fill('=');
        if (encoding == DigestEncoding.Base64Url)
        {
            if (bare.ContainsAny('+', '/'))
            {
                return false;
            }

            padded.Replace('-', '+');
            padded.Replace('_', '/');
        }

        if (!Convert.TryFromBase64Chars(padded, to, out length))
        {
            return false;
        }

        // The one text for these bytes: otherwise a changed last letter would be the same signature.
        Span<char> again = stackalloc char[2052];
        return Convert.TryToBase64Chars(to[..length], again, out int written) && padded.SequenceEqual(again[..written]);
    }
}
