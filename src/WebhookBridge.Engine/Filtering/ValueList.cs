using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Engine.Filtering;

/// <summary>A named list in memory: up to 1,000,000 texts, each with an optional end. Held as 16-byte hashes, since an attacker may choose the texts and the list may be large.</summary>
/// <remarks>Thread-safe. The database is the truth; this is what conditions look at.</remarks>
public sealed class ValueList
{
    /// <summary>Most values that a list may have.</summary>
    public const int MaxValues = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, long> _endByHash = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _endByHash.Count;
            }
        }
    }

    /// <summary>Adds a value or gives it a new end; null = without end.</summary>
    public void Put(string value, DateTimeOffset? end)
    {
        UInt128 hash = Hash(value);
        lock (_gate)
        {
            _endByHash[hash] = end?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        }
    }

    public void Remove(string value)
    {
        UInt128 hash = Hash(value);
        lock (_gate)
        {
            _endByHash.Remove(hash);
        }
    }

    public bool Contains(string value, DateTimeOffset now)
    {
        UInt128 hash = Hash(value);
        lock (_gate)
        {
            return _endByHash.TryGetValue(hash, out long end) && end > now.ToUnixTimeMilliseconds();
        }
    }

    private static UInt128 Hash(string value)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        int size = Encoding.UTF8.GetByteCount(value);
        if (size <= 256)
        {
            Span<byte> text = stackalloc byte[size];
            Encoding.UTF8.GetBytes(value, text);
            SHA256.HashData(text, hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(value), hash);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
