using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Connectors.Http;

/// <summary>Signs as Standard Webhooks lays down (standard-webhooks specification, "Signature scheme"): HMAC-SHA256 over <c>id.timestamp.body</c>, <c>v1,</c> and base64. With two secrets there are two signatures, so that a receiver can change over without a gap. Thread-safe.</summary>
internal sealed class WebhookSigner
{
    /// <summary>What a secret begins with.</summary>
    public const string Prefix = "whsec_";

    private const int FewestBytes = 24;
    private const int MostBytes = 64;

    private readonly byte[][] _keys;

    /// <param name="secrets">The current secret, then the one before it; each <see cref="TryDecode"/> accepts.</param>
    public WebhookSigner(IEnumerable<string> secrets) =>
        _keys = [.. secrets.Select(static s => TryDecode(s, out byte[]? key) ? key : throw new FormatException("Not a whsec_ secret."))];

    /// <summary>Reads <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
    public static bool TryDecode(string secret, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? key)
    {
        key = null;
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        byte[] buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(secret.Length)];
        if (Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out int length) && length is >= FewestBytes and <= MostBytes)
        {
            key = buffer[..length];
            return true;
        }

        return false;
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="timestamp">Seconds since 1970, of this attempt.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.");
        int headLength = Encoding.UTF8.GetByteCount(head);
        byte[] text = ArrayPool<byte>.Shared.Rent(headLength + body.Length);
        try
        {
            Encoding.UTF8.GetBytes(head, text);
            body.CopyTo(text.AsSpan(headLength));
            ReadOnlySpan<byte> signed = text.AsSpan(0, headLength + body.Length);
            return _keys.Length == 1 ? One(_keys[0], signed) : One(_keys[0], signed) + " " + One(_keys[1], signed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static string One(byte[] key, ReadOnlySpan<byte> text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, mac);
        return "v1," + Convert.ToBase64String(mac);
    }
}
