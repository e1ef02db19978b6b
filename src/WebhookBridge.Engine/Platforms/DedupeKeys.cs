using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>What makes an event the same as another (design invariant 3). Where the key is missing there is none, so nothing is suppressed.</summary>
internal static class DedupeKeys
{
    /// <summary>How long keys are remembered where every request carries a signed timestamp.</summary>
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromDays(7);

    public static DedupeKey? Make(Platform platform, SourceDefinition source, VerifyResult.Genuine genuine, string? externalId, in EventScope scope, ReadOnlyMemory<byte> normalForm, ReadOnlySpan<byte> bodyHash)
    {
        DedupeDefinition rule = source.Dedupe;
        if (rule.Window == TimeSpan.Zero)
        {
            return null;
        }

        TimeSpan? window = Window(platform, rule, genuine);
        if (rule.Fields.Count > 0)
        {
            return Fields(rule.Fields, scope, normalForm) is string fields ? new DedupeKey(Hash("fields\0", fields, []), window) : null;
        }

        EventReading reading = platform.Reading;
        if (reading.DedupeByBody)
        {
            return new DedupeKey(Key(bodyHash), window);
        }

        if (reading.Dedupe is EventValue own)
        {
            return own.Text(scope) is string text ? new DedupeKey(Hash("own\0", text, []), window) : null;
        }

        if (externalId is null)
        {
            return null;
        }

        // A header outside the signature can be changed by whoever replays a captured request: then the body counts too.
        bool fromHeader = reading.Id?.FirstHeader is string header && scope.Request.Header(header) == externalId;
        bool signed = fromHeader ? genuine.MessageIdSigned && genuine.MessageId == externalId : genuine.CoversBody;
        return signed
            ? new DedupeKey(Hash("id\0", externalId, []), window)
            : new DedupeKey(Hash("id\0", externalId, bodyHash), window, Key(bodyHash), rule.RefuseSuspectedReplay);
    }

    private static TimeSpan? Window(Platform platform, DedupeDefinition rule, VerifyResult.Genuine genuine)
    {
        if (rule.Window == TimeSpan.MaxValue || (rule.Window is null && genuine.SignedAt is null))
        {
            return null;
        }

        // A tolerance is at most seven days (Platform.CreateVerifier), and the sender may repeat itself for as long as its retries last.
        TimeSpan window = rule.Window ?? DefaultWindow;
        TimeSpan least = platform.Delivery?.RetrySpan ?? TimeSpan.FromHours(1);
        return window < least ? least : window;
    }

    /// <summary>The values of the named fields, each with its length so that no two lists look alike; null when one is missing.</summary>
    private static string? Fields(IReadOnlyList<string> names, in EventScope scope, ReadOnlyMemory<byte> normalForm)
    {
        using var normal = JsonDocument.Parse(normalForm);
        var text = new StringBuilder();
        foreach (string name in names)
        {
            bool inEvent = name.StartsWith("event.", StringComparison.Ordinal);
            if (!BodyPath.TryParse(inEvent ? name["event.".Length..] : name, out BodyPath path, out _)
                || !path.TryGet(inEvent ? scope.Item : normal.RootElement, inEvent && scope.IsForm, out JsonElement value)
                || Locator.AsText(value) is not string found)
            {
                return null;
            }

            text.Append(found.Length).Append(':').Append(found).Append(';');
        }

        return text.ToString();
    }

    private static UInt128 Hash(string tag, string text, ReadOnlySpan<byte> more)
    {
        var buffer = default(ByteBuffer);
        buffer.AppendText(tag);
        buffer.AppendText(text);
        buffer.AppendByte(0);
        buffer.Append(more);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.Written, hash);
        buffer.Dispose();
        return Key(hash);
    }

    private static UInt128 Key(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);
}
