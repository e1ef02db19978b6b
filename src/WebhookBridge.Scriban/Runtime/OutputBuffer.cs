using System.Buffers;
using System.Text;
using WebhookBridge.Scriban.Syntax;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Where in JSON the output stands.</summary>
internal enum JsonPlace : byte
{
    Outside, InString, AfterBackslash,
}

/// <summary>
/// The output as UTF-8, held back until it is known to be good. Values are written by the mode of the template
/// (OutputBuffer.Values.cs); text blocks are written as they are and move the place in JSON.
/// </summary>
internal sealed partial class OutputBuffer(RenderContext context, TemplateMode mode, int limit) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;
    private JsonPlace _place;
    private bool _lineOpen;

    /// <summary>Per piece of output its offset, and its position in the template with a last bit for text blocks.</summary>
    private long[] _segments = [];
    private int _segmentCount;

    /// <summary>Which text the segments from an index on belong to; null while all belong to the first.</summary>
    private List<(int From, Source Source)>? _sources;
    private Source? _source;

    public TemplateMode Mode { get; } = mode;

    public int Length => _length;

    public JsonPlace Place => _place;

    /// <summary>White space put in front of every further line of a value (language reference 1.5); null for none.</summary>
    public string? Indent { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public override string ToString() => Encoding.UTF8.GetString(Written);

    public void Dispose()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _length = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        if (_segments.Length > 0)
        {
            ArrayPool<long>.Shared.Return(_segments);
            _segments = [];
            _segmentCount = 0;
        }
    }

    /// <summary>Remembers which part of the template the bytes that follow come from (JSON mode only).</summary>
    public void Mark(Source source, int position, bool isText)
    {
        if (Mode != TemplateMode.Json)
        {
            return;
        }

        if (_segmentCount == _segments.Length)
        {
            GrowSegments();
        }

        if (!ReferenceEquals(source, _source))
        {
            (_sources ??= new List<(int, Source)>(1)).Add((_segmentCount, source));
            _source = source;
        }

        _segments[_segmentCount++] = ((long)_length << 32) | ((uint)position << 1) | (isText ? 1u : 0u);
    }

    /// <summary>The part of the template that wrote the byte at an offset.</summary>
    public (Source Source, int Position)? Origin(int offset)
    {
        for (int i = _segmentCount - 1; i >= 0; i--)
        {
            int start = (int)(_segments[i] >> 32);
            int position = (int)((uint)_segments[i] >> 1);
            if (start > offset || (start == offset && i > 0 && offset == _length))
            {
                continue;
            }

            int characters = (_segments[i] & 1) == 0 ? 0 : Encoding.UTF8.GetCharCount(_bytes, start, Math.Min(offset, _length) - start);
            return (_sources!.FindLast(s => s.From <= i).Source, position + characters);
        }

        return null;
    }

    /// <summary>Writes a text block of the template.</summary>
    /// <param name="utf8">The block.</param>
    /// <param name="after">The place in JSON after the block, by the place before it.</param>
    public void WriteBlock(ReadOnlySpan<byte> utf8, ReadOnlySpan<JsonPlace> after)
    {
        _lineOpen = false;
        Append(utf8);
        _place = after[(int)_place];
    }

    /// <summary>The place in JSON after a piece of text.</summary>
    public static JsonPlace Follow(JsonPlace place, ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            if (place == JsonPlace.AfterBackslash)
            {
                place = JsonPlace.InString;
                utf8 = utf8[1..];
                continue;
            }

            int next = place == JsonPlace.Outside ? utf8.IndexOf((byte)'"') : utf8.IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return place;
            }

            place = utf8[next] == '\\' ? JsonPlace.AfterBackslash
                : place == JsonPlace.Outside ? JsonPlace.InString : JsonPlace.Outside;
            utf8 = utf8[(next + 1)..];
        }

        return place;
    }

    private void Append(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        _length += utf8.Length;
    }

    private void Append(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    private void AppendText(ReadOnlySpan<char> text)
    {
        // A UTF-16 unit takes at most three bytes; long texts are counted first, so as not to reserve threefold.
        int most = text.Length <= 256 ? text.Length * 3 : Encoding.UTF8.GetByteCount(text);
        Span<byte> room = text.Length <= 256 ? ReserveLoosely(most) : Reserve(most);
        _length += Encoding.UTF8.GetBytes(text, room);
        if (_length > limit)
        {
            throw context.OutputTooLong(limit);
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + (long)count > limit)
        {
            throw context.OutputTooLong(limit);
        }

        return ReserveLoosely(count);
    }

    private Span<byte> ReserveLoosely(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Grow(count);
        }

        context.Charge(count >> 5);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, _bytes.Length * 2));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private void GrowSegments()
    {
        context.Allocate(_segmentCount * 8L);
        long[] larger = ArrayPool<long>.Shared.Rent(Math.Max(64, _segmentCount * 2));
        _segments.AsSpan(0, _segmentCount).CopyTo(larger);
        if (_segments.Length > 0)
        {
            ArrayPool<long>.Shared.Return(_segments);
        }

        _segments = larger;
    }
}
