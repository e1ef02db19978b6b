using System.Security.Cryptography;

namespace WebhookBridge.Engine.Verification;

/// <summary>The one place where a secret or a signature is compared with what a stranger sent (design invariant 10).</summary>
internal static class FixedTime
{
    /// <summary>Equal, in a time that depends on the lengths only.</summary>
    public static bool Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> presented) =>
        CryptographicOperations.FixedTimeEquals(expected, presented);
}
