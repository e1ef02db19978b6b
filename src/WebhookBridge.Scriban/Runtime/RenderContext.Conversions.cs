using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using WebhookBridge.Scriban.Functions;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>How values print, and what they become when a function wants a text, an integer or a list.</summary>
internal sealed partial class RenderContext
{
    public string ToText(Value value) => Localize(value, CultureInfo.InvariantCulture);

    public string Localize(Value value, CultureInfo culture)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                return "";
            case ValueKind.Bool:
                return value.AsBool ? "true" : "false";
            case ValueKind.Int or ValueKind.Exact:
                return value.Bits.ToString(culture);
            case ValueKind.Double:
                return value.AsDouble.ToString(culture);
            case ValueKind.Float:
                return ((float)value.AsDouble).ToString(culture);
            case ValueKind.String:
                return value.AsString!;
            case ValueKind.Safe:
                return ((SafeText)value.AsHeap!).Text;
            case ValueKind.BigInt:
                return ((BigIntValue)value.AsHeap!).Number.ToString(culture);
            case ValueKind.Decimal:
                var number = (DecimalValue)value.AsHeap!;
                return number.Source ?? number.Number.ToString(culture);
            case ValueKind.Date:
                return DateFunctions.Print(this, ((DateValue)value.AsHeap!).Moment);
            case ValueKind.TimeSpan:
                return value.AsTimeSpan.ToString();
            default:
                var text = new StringBuilder();
                Print(text, value, culture, 0);
                AllocateText(text.Length);
                return text.ToString();
        }
    }

    /// <summary>An integer for an index, a count or a length; fractions are rounded to the nearest even.</summary>
    public int ToInt(Value value, int position)
    {
        if (TryToInt(value, out long number) && number is >= int.MinValue and <= int.MaxValue)
        {
            return (int)number;
        }

        throw Fault(position, $"Unable to convert {Describe(value)} to an integer");
    }

    public static bool TryToInt(Value value, out long number)
    {
        number = 0;
        switch (value.Kind)
        {
            case ValueKind.Null:
                return true;
            case ValueKind.Bool or ValueKind.Int or ValueKind.Exact:
                number = value.Bits;
                return true;
            case ValueKind.Double or ValueKind.Float:
                double rounded = Math.Round(value.AsDouble);
                number = Math.Abs(rounded) < 9e18 ? (long)rounded : 0;
                return Math.Abs(rounded) < 9e18;
            case ValueKind.Decimal:
                var exact = (DecimalValue)value.AsHeap!;
                bool fits = exact.Fits && Math.Abs(exact.Number) < 9e18m;
                number = fits ? (long)Math.Round(exact.Number) : 0;
                return fits;
            case ValueKind.String or ValueKind.Safe:
                return long.TryParse(value.TextOrNull, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out number);
            default:
                return false;
        }
    }

    /// <summary>Any value as a list: null is empty, an object gives its members as key and value, a single value itself.</summary>
    public ScribanArray ToList(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                return new ScribanArray();
            case ValueKind.Array:
                var array = (ScribanArray)value.AsHeap!;
                Charge(array.Count >> 3);
                return array;
            case ValueKind.Range:
                return Materialize((RangeValue)value.AsHeap!);
            default:
                return new ScribanArray([value]);
        }
    }

    /// <summary>What a for loop walks through; null when the value cannot be walked through.</summary>
    public ScribanArray? ToIterable(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null or ValueKind.Array or ValueKind.Range:
                return ToList(value);
            case ValueKind.Object when value.AsHeap is ScribanObject entries:
                AllocateItems(entries.Count * 4L);
                var pairs = new ScribanArray(entries.Count);
                foreach ((string key, Value member) in entries.Entries)
                {
                    var pair = new ScribanObject();
                    pair.Set("key", Value.From(key));
                    pair.Set("value", member);
                    pairs.Add(Value.From(pair));
                }

                return pairs;
            case ValueKind.String or ValueKind.Safe:
                string text = value.TextOrNull!;
                AllocateItems(text.Length * 2L);
                var characters = new ScribanArray(text.Length);
                foreach (char c in text)
                {
                    characters.Add(Value.From(c.ToString()));
                }

                return characters;
            default:
                return null;
        }
    }

    public ScribanArray Materialize(RangeValue range)
    {
        if (range.Count > Budget.LoopSteps)
        {
            throw Exceeded($"Range expression exceeds LoopLimit `{Budget.LoopSteps}`.");
        }

        AllocateItems(range.Count);
        var items = new ScribanArray((int)range.Count);
        for (long i = 0; i < range.Count; i++)
        {
            items.Add(Value.From(range[i]));
        }

        return items;
    }

    /// <summary>The kind of a value in words, for messages.</summary>
    public string Describe(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.String or ValueKind.Safe => $"the text `{Short(value.TextOrNull!)}`",
        ValueKind.Array or ValueKind.Range => "a list",
        ValueKind.Object => "an object",
        ValueKind.Function => "a function",
        _ => $"`{Short(ToText(value))}` ({KindName(value)})",
    };

    /// <summary>The name that <c>object.kind</c> gives.</summary>
    public static string? KindName(Value value) => value.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Bool => "bool",
        ValueKind.Int or ValueKind.Exact => value.Bits is >= int.MinValue and <= int.MaxValue ? "int" : "long",
        ValueKind.Double => "double",
        ValueKind.Float => "float",
        ValueKind.BigInt => "bigint",
        ValueKind.Decimal => ((DecimalValue)value.AsHeap!).Source is { } source && !source.AsSpan().ContainsAny('.', 'e', 'E') ? "bigint" : "decimal",
        ValueKind.String or ValueKind.Safe => "string",
        ValueKind.Array => "array",
        ValueKind.Range => "range",
        ValueKind.Function => "function",
        ValueKind.Date => "datetime",
        ValueKind.TimeSpan => "timespan",
        _ => "object",
    };

    private static string Short(string text) => text.Length <= 40 ? text.ReplaceLineEndings(" ") : text[..40].ReplaceLineEndings(" ") + "…";

    private void Print(StringBuilder text, Value value, CultureInfo culture, int depth)
    {
        Charge(2);
        if (text.Length > Budget.TextLength)
        {
            AllocateText(text.Length);
        }

        switch (value.Kind)
        {
            case ValueKind.Null:
                text.Append(depth == 0 ? "" : "null");
                break;
            case ValueKind.String or ValueKind.Safe:
                StringFunctions.AppendLiteral(text, value.TextOrNull!);
                break;
            case ValueKind.Array or ValueKind.Range:
                CheckDepth(depth);
                PrintList(text, ToList(value), culture, depth);
                break;
            case ValueKind.Object when value.AsHeap is ScribanObject members:
                CheckDepth(depth);
                PrintMembers(text, members.Entries, culture, depth);
                break;
            case ValueKind.Object:
                text.Append(value.AsHeap is BuiltinNamespace space ? space.Name : "{}");
                break;
            case ValueKind.Function:
                text.Append(value.AsHeap is BuiltinFunction builtin ? builtin.Name : (value.AsHeap as UserFunction)?.Name ?? "function");
                break;
            default:
                text.Append(Localize(value, culture));
                break;
        }
    }

    private void PrintList(StringBuilder text, ScribanArray list, CultureInfo culture, int depth)
    {
        text.Append('[');
        bool first = true;
        foreach (Value item in list.Items)
        {
            text.Append(first ? "" : ", ");
            first = false;
            Print(text, item, culture, depth + 1);
        }

        text.Append(']');
    }

    private void PrintMembers(StringBuilder text, IEnumerable<KeyValuePair<string, Value>> members, CultureInfo culture, int depth)
    {
        text.Append('{');
        bool first = true;
        foreach ((string name, Value member) in members)
        {
            text.Append(first ? "" : ", ").Append(name).Append(": ");
            first = false;
            Print(text, member, culture, depth + 1);
        }

        text.Append('}');
    }
}
