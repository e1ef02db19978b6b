using System.Security.Cryptography;

namespace WebhookBridge.Engine.Model;

/// <summary>Makes the ids of everything that happens: a prefix and 26 characters of a ULID, which sort by time.</summary>
/// <remarks>Ids of one source never go backwards, even when the clock does: the last millisecond is kept and its random part counted up (https://github.com/ulid/spec, "monotonicity"). Thread-safe.</remarks>
public sealed class IdSource(TimeProvider time)
{
    /// <summary>Prefix of an event's id.</summary>
    public const string Event = "evt_";

    /// <summary>Prefix of a delivery's id.</summary>
    public const string Delivery = "dlv_";

    /// <summary>Prefix of an attempt's id.</summary>
    public const string Attempt = "att_";

    /// <summary>Prefix of a rejection's id.</summary>
    public const string Rejection = "rej_";

    /// <summary>Prefix of a replay's id.</summary>
    public const string Replay = "rpl_";

    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int RandomBits = 80;

    private readonly Lock _gate = new();
    private UInt128 _last;

    /// <summary>The next id, <paramref name="prefix"/> in front.</summary>
    public string Next(string prefix)
    {
        UInt128 value = NextValue();
        return string.Create(prefix.Length + 26, (prefix, value), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            UInt128 rest = state.value;
            for (int i = span.Length - 1; i >= state.prefix.Length; i--)
            {
                span[i] = Crockford[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }

    private UInt128 NextValue()
    {
        UInt128 now = (UInt128)(ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits;
        lock (_gate)
        {
            if (now >> RandomBits > _last >> RandomBits)
            {
                Span<byte> random = stackalloc byte[16];
                RandomNumberGenerator.Fill(random[6..]);
                random[6] &= 0x7F; // room to count up within the millisecond
                _last = now | System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(random);
            }
            else
            {
                _last += 1;
            }

            return _last;
        }
    }
}
