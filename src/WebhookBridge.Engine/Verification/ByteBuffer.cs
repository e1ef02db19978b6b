using System.Buffers;
using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>Bytes that grow in rented memory. Holds keys at times, so it is cleared when given back.</summary>
internal ref struct ByteBuffer
{
    private byte[]? _rented;
    private int _length;

    public readonly int Length => _length;

    public readonly ReadOnlySpan<byte> Written => _rented is null ? default : _rented.AsSpan(0, _length);

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    public void AppendByte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    public void AppendText(scoped ReadOnlySpan<char> text)
    {
        Span<byte> room = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, room);
    }

    public void Truncate(int length) => _length = length;

    public Span<byte> Reserve(int count)
    {
        int needed = checked(_length + count);
        if (_rented is null || _rented.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 512));
            Written.CopyTo(larger);
            Return();
            _rented = larger;
        }

        return _rented.AsSpan(_length);
    }

    public void Advance(int count) => _length += count;

    /// <summary>Hands the rented array over: whoever takes it clears it and gives it back to the pool.</summary>
    public byte[] Detach()
    {
        byte[] detached = _rented ?? [];
        _rented = null;
        _length = 0;
        return detached;
    }

    public void Dispose()
    {
        Return();
        _rented = null;
        _length = 0;
    }

    private readonly void Return()
    {
        if (_rented is not null)
        {
            _rented.AsSpan(0, _length).Clear();
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
