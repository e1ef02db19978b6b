using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Engine.Secrets;

/// <summary>The one place where secrets are compared (design invariant 10): the time taken tells nothing about where they differ.</summary>
public static class FixedTime
{
    /// <summary>Whether both are the same bytes; a difference in length is no secret.</summary>
    public static bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => CryptographicOperations.FixedTimeEquals(left, right);

    /// <summary>Whether both are the same text.</summary>
    /// <remarks>Hashes are compared, so that not even the length of the expected text shows.</remarks>
    public static bool Equals(string left, string right)
    {
        Span<byte> a = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> b = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(left), a);
        SHA256.HashData(Encoding.UTF8.GetBytes(right), b);
        return CryptographicOperations.FixedTimeEquals(a, b);
    }
}
