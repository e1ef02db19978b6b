using System.Numerics;
using System.Text.Json;

namespace WebhookBridge.Scriban.Runtime;

internal enum ValueKind : byte
{
    Null, Bool, Int, Exact, Double, Float, TimeSpan, String, BigInt, Decimal, Date, Array, Object, Range, Function, Safe,
}

/// <summary>
/// A value of the language in two words: a reference (the object, or a tag that tells how to read the bits) and
/// the bits of a small scalar. <c>Exact</c> is an integer that came from JSON: it prints as it came, and what is
/// computed from it is decimal.
/// </summary>
internal readonly struct Value
{
    private static readonly Tag BoolTag = new(ValueKind.Bool);
    private static readonly Tag IntTag = new(ValueKind.Int);
    private static readonly Tag ExactTag = new(ValueKind.Exact);
    private static readonly Tag DoubleTag = new(ValueKind.Double);
    private static readonly Tag FloatTag = new(ValueKind.Float);
    private static readonly Tag TimeSpanTag = new(ValueKind.TimeSpan);

    private readonly object? _ref;
    private readonly long _bits;

    private Value(object? reference, long bits)
    {
        _ref = reference;
        _bits = bits;
    }

    public static Value Null => default;

    public static Value True => new(BoolTag, 1);

    public static Value False => new(BoolTag, 0);

    public bool IsNull => _ref is null;

    public ValueKind Kind => _ref switch
    {
        null => ValueKind.Null,
        Tag tag => tag.Kind,
        string => ValueKind.String,
        HeapValue heap => heap.Kind,
        _ => ValueKind.Null,
    };

    public object? Reference => _ref;

    public long Bits => _bits;

    public bool AsBool => _bits != 0;

    public double AsDouble => BitConverter.Int64BitsToDouble(_bits);

    public TimeSpan AsTimeSpan => new(_bits);

    public string? AsString => _ref as string;

    public HeapValue? AsHeap => _ref as HeapValue;

    public bool IsNumber => Kind is ValueKind.Int or ValueKind.Exact or ValueKind.Double or ValueKind.Float or ValueKind.BigInt or ValueKind.Decimal;

    /// <summary>A text, plain or marked as safe; null for anything else.</summary>
    public string? TextOrNull => _ref as string ?? (_ref as SafeText)?.Text;

    /// <summary>Only null and false are false (language reference 9.3).</summary>
    public bool IsTruthy => _ref is not null && (!ReferenceEquals(_ref, BoolTag) || _bits != 0);

    public static Value From(bool value) => value ? True : False;

    public static Value From(int value) => new(IntTag, value);

    public static Value From(long value) => new(IntTag, value);

    public static Value From(double value) => new(DoubleTag, BitConverter.DoubleToInt64Bits(value));

    public static Value FromFloat(float value) => new(FloatTag, BitConverter.DoubleToInt64Bits(value));

    public static Value FromExact(long value) => new(ExactTag, value);

    public static Value From(TimeSpan value) => new(TimeSpanTag, value.Ticks);

    public static Value From(string? value) => new(value, 0);

    public static Value From(HeapValue? value) => new(value, 0);

    public static Value From(decimal value) => new(new DecimalValue(value), 0);

    public static Value From(DateTimeOffset value) => new(new DateValue(value), 0);

    /// <summary>The smallest kind of integer that holds the value.</summary>
    public static Value From(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? From((long)value) : new Value(new BigIntValue(value), 0);

    private sealed class Tag(ValueKind kind)
    {
        public ValueKind Kind { get; } = kind;
    }
}

/// <summary>Base of every value that lives on the heap (texts apart).</summary>
internal abstract class HeapValue(ValueKind kind)
{
    public ValueKind Kind { get; } = kind;
}

internal sealed class BigIntValue(BigInteger number) : HeapValue(ValueKind.BigInt)
{
    public BigInteger Number { get; } = number;
}

internal sealed class DateValue(DateTimeOffset moment) : HeapValue(ValueKind.Date)
{
    public DateTimeOffset Moment { get; } = moment;
}

internal sealed class RangeValue(long first, long last) : HeapValue(ValueKind.Range)
{
    public long First { get; } = first;

    /// <summary>Included; a range may run downwards.</summary>
    public long Last { get; } = last;

    public bool IsEmpty { get; init; }

    public long Count => IsEmpty ? 0 : Math.Abs(Last - First) + 1;

    public long this[long index] => First <= Last ? First + index : First - index;
}

/// <summary>What a <see cref="SafeText"/> may be written into without escaping.</summary>
internal enum SafeFor : byte
{
    /// <summary>Anywhere as it is (the <c>raw</c> function).</summary>
    Raw,

    /// <summary>A JSON value already serialised (<c>object.to_json</c>).</summary>
    Json,

    /// <summary>HTML already escaped (<c>html.escape</c>, captured blocks in HTML mode).</summary>
    Html,
}

/// <summary>A text that the output modes must not escape again.</summary>
internal sealed class SafeText(string text, SafeFor safeFor) : HeapValue(ValueKind.Safe)
{
    public string Text { get; } = text;

    public SafeFor For { get; } = safeFor;
}

/// <summary>A decimal, with the text it came in when it came from JSON; <c>Fits</c> is false when only the text is exact.</summary>
internal sealed class DecimalValue : HeapValue
{
    public DecimalValue(decimal number)
        : base(ValueKind.Decimal)
    {
        Number = number;
        Fits = true;
    }

    /// <summary>A number as it stands in JSON.</summary>
    public DecimalValue(string source)
        : base(ValueKind.Decimal)
    {
        Source = source;
        Fits = Numbers.TryParseExact(source, out decimal number);
        Number = number;
    }

    public decimal Number { get; }

    public bool Fits { get; }

    public string? Source { get; }
}

/// <summary>Turns JSON into values without converting what is not asked for.</summary>
internal static class JsonValues
{
    /// <summary>A scalar as a value; objects and arrays become lazy wrappers.</summary>
    public static Value FromElement(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Value.From(JsonText.Decode(element)),
        JsonValueKind.Number => FromNumber(element),
        JsonValueKind.True => Value.True,
        JsonValueKind.False => Value.False,
        JsonValueKind.Object => Value.From(new ScribanObject(element)),
        JsonValueKind.Array => Value.From(new ScribanArray(element)),
        _ => Value.Null,
    };

    /// <summary>
    /// Objects and arrays are kept by who reads them, since they have an identity; long texts too, so that reading
    /// one a thousand times does not make it a thousand times.
    /// </summary>
    public static bool IsKept(JsonElement json, Value value) =>
        json.ValueKind is JsonValueKind.Object or JsonValueKind.Array || value.AsString is { Length: > LongText };

    /// <summary>A text that is made anew at every reading; longer ones are kept.</summary>
    public const int LongText = 256;

    private static Value FromNumber(JsonElement element)
    {
        ReadOnlySpan<byte> raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element);
        if (raw.Length <= 18 && raw.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is -1 or 0
            && !raw.SequenceEqual("-0"u8) && element.TryGetInt64(out long integer))
        {
            return Value.FromExact(integer);
        }

        return Value.From(new DecimalValue(System.Text.Encoding.ASCII.GetString(raw)));
    }
}
