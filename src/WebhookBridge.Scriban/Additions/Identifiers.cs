namespace WebhookBridge.Scriban.Additions;

/// <summary>UUIDs as text (RFC 9562 §4).</summary>
internal static class Identifiers
{
    /// <summary>Sets version and variant in sixteen bytes and writes them as a UUID.</summary>
    public static string Format(ReadOnlySpan<byte> sixteen, int version)
    {
        Span<byte> bytes = stackalloc byte[16];
        sixteen[..16].CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | (version << 4));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
