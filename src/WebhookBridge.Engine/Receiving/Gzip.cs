using System.IO.Compression;

namespace WebhookBridge.Engine.Receiving;

/// <summary>Opens a gzip body (RFC 1952) without letting it grow past the source's cap.</summary>
internal static class Gzip
{
    /// <summary>What became of it.</summary>
    public enum Outcome
    {
        Opened,
        TooLarge,
        Damaged,
    }

    public static Outcome TryOpen(ReadOnlyMemory<byte> packed, int maxBytes, out ReadOnlyMemory<byte> opened)
    {
        opened = default;
        using var input = new MemoryStream(packed.ToArray(), writable: false);
        using var gzip = new GZipStream(input, CompressionMode.Decompress);
        using var output = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
            {
                if (output.Length + read > maxBytes)
                {
                    return Outcome.TooLarge;
                }

                output.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            return Outcome.Damaged;
        }

        opened = output.GetBuffer().AsMemory(0, (int)output.Length);
        return Outcome.Opened;
    }
}
