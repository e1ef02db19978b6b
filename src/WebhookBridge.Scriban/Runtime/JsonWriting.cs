using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Values as JSON: numbers keep their source text, of equal names the last one counts, white space goes.</summary>
internal static class JsonWriting
{
    public static void Write(OutputBuffer output, RenderContext context, JsonElement element)
    {
        context.EnsureStack();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMembers(output, context, element);
                break;
            case JsonValueKind.Array:
                output.AppendRaw((byte)'[');
                bool first = true;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Separate(output, context, ref first);
                    Write(output, context, item);
                }

                output.AppendRaw((byte)']');
                break;
            case JsonValueKind.Undefined:
                output.AppendRaw("null"u8);
                break;
            default:
                output.AppendRaw(JsonMarshal.GetRawUtf8Value(element));
                break;
        }
    }

    public static void Write(OutputBuffer output, RenderContext context, Value value, int depth)
    {
        switch (value.Kind)
        {
            case ValueKind.Null or ValueKind.Function:
                output.AppendRaw("null"u8);
                break;
            case ValueKind.Bool:
                output.AppendRaw(value.AsBool ? "true"u8 : "false"u8);
                break;
            case ValueKind.Int or ValueKind.Exact:
                output.AppendInteger(value.Bits);
                break;
            case ValueKind.Double or ValueKind.Float:
                if (!double.IsFinite(value.AsDouble))
                {
                    throw context.Fault($"The number {value.AsDouble.ToString(CultureInfo.InvariantCulture)} cannot be written as JSON.");
                }

                output.AppendRawText(context.ToText(value));
                break;
            case ValueKind.BigInt or ValueKind.Decimal:
                output.AppendRawText(context.ToText(value));
                break;
            case ValueKind.Safe when value.Reference is SafeText { For: SafeFor.Json or SafeFor.Raw } safe:
                output.AppendRawText(safe.Text);
                break;
            case ValueKind.Array or ValueKind.Range:
                WriteList(output, context, value, depth);
                break;
            case ValueKind.Object when value.AsHeap is ScribanObject members:
                WriteObject(output, context, members, depth);
                break;
            case ValueKind.Object:
                // The language's own objects have no members that are data.
                output.AppendRaw("{}"u8);
                break;
            default:
                Quote(output, context.ToText(value));
                break;
        }
    }

    private static void WriteList(OutputBuffer output, RenderContext context, Value value, int depth)
    {
        if (value.AsHeap is ScribanArray array && array.TryGetPristineJson(out JsonElement json))
        {
            Write(output, context, json);
            return;
        }

        context.CheckDepth(depth);
        output.AppendRaw((byte)'[');
        bool first = true;
        foreach (Value item in context.ToList(value).Items)
        {
            Separate(output, context, ref first);
            Write(output, context, item, depth + 1);
        }

        output.AppendRaw((byte)']');
    }

    private static void WriteObject(OutputBuffer output, RenderContext context, ScribanObject value, int depth)
    {
        if (value.TryGetPristineJson(out JsonElement json))
        {
            Write(output, context, json);
            return;
        }

        context.CheckDepth(depth);
        output.AppendRaw((byte)'{');
        bool first = true;
        foreach ((string name, Value member) in value.Entries)
        {
            Separate(output, context, ref first);
            Quote(output, name);
            output.AppendRaw((byte)':');
            Write(output, context, member, depth + 1);
        }

        output.AppendRaw((byte)'}');
    }

    private static void WriteMembers(OutputBuffer output, RenderContext context, JsonElement element)
    {
        output.AppendRaw((byte)'{');
        bool first = true;
        HashSet<string>? seen = DuplicateNames(element);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string? name = null;
            if (seen is not null && !seen.Add(name = property.Name))
            {
                continue;
            }

            Separate(output, context, ref first);
            output.AppendRaw((byte)'"');
            output.AppendRaw(JsonMarshal.GetRawUtf8PropertyName(property));
            output.AppendRaw("\":"u8);
            Write(output, context, name is null ? property.Value : element.GetProperty(name));
        }

        output.AppendRaw((byte)'}');
    }

    /// <summary>An empty set when a name occurs twice, else null: the common case needs no bookkeeping.</summary>
    private static HashSet<string>? DuplicateNames(JsonElement element)
    {
        int count = element.GetPropertyCount();
        if (count < 2)
        {
            return null;
        }

        if (count > 16)
        {
            var names = new HashSet<string>(count, StringComparer.Ordinal);
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    return new HashSet<string>(StringComparer.Ordinal);
                }
            }

            return null;
        }

        int at = 0;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            ReadOnlySpan<byte> name = JsonMarshal.GetRawUtf8PropertyName(property);
            int other = 0;
            foreach (JsonProperty later in element.EnumerateObject())
            {
                if (other++ > at && (name.SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(later)) || name.Contains((byte)'\\')))
                {
                    return new HashSet<string>(StringComparer.Ordinal);
                }
            }

            at++;
        }

        return null;
    }

    private static void Separate(OutputBuffer output, RenderContext context, ref bool first)
    {
        context.Charge(1);
        if (!first)
        {
            output.AppendRaw((byte)',');
        }

        first = false;
    }

    private static void Quote(OutputBuffer output, string text)
    {
        output.AppendRaw((byte)'"');
        output.AppendJsonEscaped(text);
        output.AppendRaw((byte)'"');
    }
}
