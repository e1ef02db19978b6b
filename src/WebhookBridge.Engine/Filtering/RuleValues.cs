using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Jint;
using Jint.Native;
using Jint.Runtime.Descriptors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Hands an event to an engine: a JSON object becomes an ordinary object whose members are made when first read. What a rule writes to it stays in this judgement.</summary>
/// <remarks>Objects with the same keys in the same order share a layout, which is what lets the engine find a member without searching. One instance belongs to one engine.</remarks>
internal sealed class RuleValues(Jint.Engine engine, int arrayLength)
{
    /// <summary>A layout is for records; with more keys it is a table, and goes the other way.</summary>
    private const int MaxLayoutKeys = 64;

    /// <summary>Shapes of events are few; someone who sends a new one each time must not fill the memory.</summary>
    private const int MaxLayouts = 512;

    /// <summary>The largest integer up to which a double holds every one (2^53).</summary>
    private const double LargestExact = 9007199254740992;

    private static readonly JsValue?[] NoValues = new JsValue?[MaxLayoutKeys];

    private readonly Dictionary<int, Layout> _layouts = [];

    public JsValue Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(value),
        JsonValueKind.Array => ReadArray(value),
        JsonValueKind.String => JsString.Create(value.GetString()!),
        JsonValueKind.Number => ReadNumber(JsonMarshal.GetRawUtf8Value(value)),
        JsonValueKind.True => JsBoolean.True,
        JsonValueKind.False => JsBoolean.False,
        JsonValueKind.Null => JsValue.Null,
        _ => JsValue.Undefined,
    };

    /// <summary>An integer beyond 2^53, or a number that does not come back from a double as it was, is handed over as its text (design invariant 6).</summary>
    public static JsValue ReadNumber(ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out double number, out int used) || used != text.Length || Math.Abs(number) > LargestExact)
        {
            return JsString.Create(Encoding.UTF8.GetString(text));
        }

        // Fifteen significant digits always survive (IEEE 754: DBL_DIG).
        if (text.Length <= 15 && !text.ContainsAny((byte)'e', (byte)'E'))
        {
            return JsNumber.Create(number);
        }

        Span<byte> shortest = stackalloc byte[32];
        number.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        return ExactNumber.TryCompare(text, shortest[..length], out int order) && order == 0
            ? JsNumber.Create(number)
            : JsString.Create(Encoding.UTF8.GetString(text));
    }

    /// <summary>The headers as an object of texts.</summary>
    public JsObject ReadHeaders(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var made = new JsObject(engine);
        foreach ((string name, string value) in headers)
        {
            made.FastSetDataProperty(name, JsString.Create(value));
        }

        return made;
    }

    private JsObject ReadObject(JsonElement value)
    {
        var hash = new HashCode();
        int count = 0;
        bool plain = true;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            ReadOnlySpan<byte> name = JsonMarshal.GetRawUtf8PropertyName(property);
            hash.AddBytes(name);
            hash.Add(name.Length);
            count++;
            plain &= IsPlain(name);
            if (count > MaxLayoutKeys || !plain)
            {
                return ReadTable(value);
            }
        }

        if (count == 0)
        {
            return new JsObject(engine);
        }

        int key = hash.ToHashCode();
        if (!_layouts.TryGetValue(key, out Layout? layout) || !layout.Fits(value))
        {
            layout = Layout.For(value);
            if (layout is null)
            {
                return ReadTable(value);
            }

            if (_layouts.Count >= MaxLayouts)
            {
                _layouts.Clear();
            }

            _layouts[key] = layout;
        }

        return JsObject.Create(engine, layout.Shape, NoValues.AsSpan(0, count)!, new Source(this, value));
    }

    /// <summary>A name that a layout can hold. Digits come first in JavaScript's order of keys, and a backslash stands for another character.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> name) =>
        name.Length > 0 && name[0] is not (>= (byte)'0' and <= (byte)'9') && !name.Contains((byte)'\\') && !name.SequenceEqual("__proto__"u8);

    /// <summary>Any object at all, member by member; of a key that stands twice the last value counts (design invariant 6).</summary>
    private JsObject ReadTable(JsonElement value)
    {
        var made = new JsObject(engine);
        int count = 0;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            CheckEvery1024(++count);
            made.FastSetProperty(JsString.Create(property.Name), PropertyDescriptor.CreateLazy(new Source(this, property.Value), static source => source.Values.Read(source.Element), PropertyFlag.ConfigurableEnumerableWritable));
        }

        return made;
    }

    private JsArray ReadArray(JsonElement value)
    {
        int length = value.GetArrayLength();
        if (length > arrayLength)
        {
            throw RuleBuiltIns.RangeError(engine, $"the event has a list of {length} entries, and a rule can handle {arrayLength}");
        }

        var items = new JsValue[length];
        int count = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            items[count++] = Read(item);
            CheckEvery1024(count);
        }

        return new JsArray(engine, items);
    }

    private void CheckEvery1024(int count)
    {
        if ((count & 1023) == 0)
        {
            engine.Constraints.Check();
        }
    }

    /// <summary>A JSON value that has not been read yet.</summary>
    private sealed record Source(RuleValues Values, JsonElement Element);

    /// <summary>The keys of an object in their order, and the engine's description of it.</summary>
    private sealed class Layout(byte[][] names, JsObjectLayout shape)
    {
        public JsObjectLayout Shape { get; } = shape;

        public static Layout? For(JsonElement value)
        {
            var names = new List<byte[]>();
            var seen = new HashSet<string>();
            JsObjectLayout.Builder builder = JsObjectLayout.CreateBuilder();
            foreach (JsonProperty property in value.EnumerateObject())
            {
                byte[] name = JsonMarshal.GetRawUtf8PropertyName(property).ToArray();
                if (!seen.Add(property.Name))
                {
                    return null;
                }

                names.Add(name);
                builder.AddLazy(property.Name, (_, state) =>
                {
                    var source = (Source)state!;
                    return source.Element.TryGetProperty(name, out JsonElement member) ? source.Values.Read(member) : JsValue.Undefined;
                });
            }

            return new Layout([.. names], builder.Build());
        }

        public bool Fits(JsonElement value)
        {
            int at = 0;
            foreach (JsonProperty property in value.EnumerateObject())
            {
                if (at == names.Length || !names[at++].AsSpan().SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(property)))
                {
                    return false;
                }
            }

            return at == names.Length;
        }
    }
}
