using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Words that stand in most events (currencies, modes, statuses). They are found by their bytes, so that an event does not make texts of its own for them.</summary>
internal static class CommonWords
{
    private const int Longest = 16;

    private static readonly FrozenSet<string> Words = Currencies.Codes
        .Concat(["live", "test", "true", "false", "created", "pending", "processing", "authorized", "approved", "succeeded", "paid", "failed", "canceled", "expired", "refunded", "payment", "card"])
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> BySpan = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The word that a JSON string holds; null when it is none of ours.</summary>
    public static string? Find(JsonElement text)
    {
        ReadOnlySpan<byte> quoted = JsonMarshal.GetRawUtf8Value(text);
        Span<char> word = stackalloc char[Longest];
        return quoted.Length is > 2 and <= Longest + 2 && Ascii.ToUtf16(quoted[1..^1], word, out int length) == OperationStatus.Done && BySpan.TryGetValue(word[..length], out string? known)
            ? known
            : null;
    }
}
