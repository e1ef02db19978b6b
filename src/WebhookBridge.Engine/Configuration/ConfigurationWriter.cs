using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Where a secret stands.</summary>
/// <param name="Field">The destination's field, or null for a secret of a source.</param>
/// <param name="Index">The place in the source's list.</param>
public readonly record struct SecretSlot(ConfigurationKind Kind, string Item, string? Field, int Index);

/// <summary>Writes definitions in the form that <see cref="ConfigurationDocument"/> reads. What stands for a secret is the caller's word; a writer that is given none leaves secrets out.</summary>
public static class ConfigurationWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = false,
    };

    private static readonly JsonWriterOptions Compact = Options with { Indented = false };

    /// <summary>The whole document, indented.</summary>
    public static byte[] Write(GatewayDefinition gateway, Func<SecretSlot, SecretText, string> secret)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            Section("sources", gateway.Sources, source => Write(json, source, secret));
            Section("lists", gateway.Lists, list => Write(json, list));
            Section("destinations", gateway.Destinations, destination => Write(json, destination, secret));
            Section("templates", gateway.Templates, template => Write(json, template));
            Section("routes", gateway.Routes, route => Write(json, route));
            json.WriteEndObject();

            void Section<T>(string name, IReadOnlyList<T> items, Action<T> write)
            {
                json.WriteStartArray(name);
                foreach (T item in items)
                {
                    write(item);
                }

                json.WriteEndArray();
            }
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>One item, compact; <paramref name="secret"/> null leaves its secrets out.</summary>
    public static byte[] WriteItem(object item, Func<SecretSlot, SecretText, string>? secret)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Compact))
        {
            WriteItem(json, item, secret);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One item into a larger answer.</summary>
    public static void WriteItem(Utf8JsonWriter json, object item, Func<SecretSlot, SecretText, string>? secret)
    {
        switch (item)
        {
            case SourceDefinition source:
                Write(json, source, secret);
                break;
            case ListDefinition list:
                Write(json, list);
                break;
            case DestinationDefinition destination:
                Write(json, destination, secret);
                break;
            case TemplateDefinition template:
                Write(json, template);
                break;
            case RouteDefinition route:
                Write(json, route);
                break;
            default:
                throw new ArgumentException("Not a thing that is configured.", nameof(item));
        }
    }

    private static void Write(Utf8JsonWriter json, SourceDefinition source, Func<SecretSlot, SecretText, string>? secret)
    {
        json.WriteStartObject();
        json.WriteString("name", source.Name);
        json.WriteString("platform", source.Platform);
        json.WriteBoolean("enabled", source.Enabled);
        if (secret is not null)
        {
            json.WriteStartArray("secrets");
            for (int i = 0; i < source.Secrets.Count; i++)
            {
                json.WriteStringValue(secret(new(ConfigurationKind.Source, source.Name, null, i), source.Secrets[i]));
            }

            json.WriteEndArray();
        }

        WriteSettings(json, source.Settings);
        json.WriteStartObject("dedupe");
        if (source.Dedupe.Window is { } window)
        {
            json.WriteString("window", window == TimeSpan.MaxValue ? "unlimited" : window == TimeSpan.Zero ? "off" : Durations.Format(window));
        }

        if (source.Dedupe.Fields.Count > 0)
        {
            WriteTexts(json, "fields", source.Dedupe.Fields);
        }

        if (source.Dedupe.RefuseSuspectedReplay)
        {
            json.WriteBoolean("refuseSuspectedReplay", true);
        }

        json.WriteEndObject();
        json.WriteNumber("maxBodyBytes", source.MaxBodyBytes);
        json.WriteString("publicUrl", source.PublicUrl);
        if (source.RatePerSecond is { } rate)
        {
            json.WriteNumber("ratePerSecond", rate);
        }

        if (source.Silence is { } silence)
        {
            Write(json, silence);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SilenceDefinition silence)
    {
        json.WriteStartObject("silence");
        json.WriteString("after", Durations.Format(silence.After));
        WriteTexts(json, "days", [.. ConfigurationDocument.Days.Where(day => silence.Days.Contains(day.Day)).Select(day => day.Word)]);
        json.WriteString("from", ConfigurationDocument.TimeOfDay(silence.From));
        json.WriteString("to", ConfigurationDocument.TimeOfDay(silence.To));
        json.WriteString("timeZone", silence.TimeZone);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ListDefinition list)
    {
        json.WriteStartObject();
        json.WriteString("name", list.Name);
        WriteTexts(json, "values", list.Values);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DestinationDefinition destination, Func<SecretSlot, SecretText, string>? secret)
    {
        json.WriteStartObject();
        json.WriteString("name", destination.Name);
        json.WriteString("connector", destination.Connector);
        json.WriteBoolean("enabled", destination.Enabled);
        WriteSettings(json, destination.Settings);
        if (secret is not null)
        {
            json.WriteStartObject("secrets");
            foreach ((string field, SecretText value) in destination.Secrets.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(field, secret(new(ConfigurationKind.Destination, destination.Name, field, 0), value));
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("limits");
        if (destination.Limits.PerSecond is { } perSecond)
        {
            json.WriteNumber("perSecond", perSecond);
        }

        if (destination.Limits.Concurrency is { } concurrency)
        {
            json.WriteNumber("concurrency", concurrency);
        }

        if (destination.Limits.Timeout is { } timeout)
        {
            json.WriteString("timeout", Durations.Format(timeout));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TemplateDefinition template)
    {
        json.WriteStartObject();
        json.WriteString("name", template.Name);
        json.WriteString("contentType", template.ContentType);
        json.WriteString("body", template.Body);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RouteDefinition route)
    {
        json.WriteStartObject();
        json.WriteString("name", route.Name);
        if (route.Sources is [var only])
        {
            json.WriteString("source", only);
        }
        else
        {
            WriteTexts(json, "source", route.Sources);
        }

        json.WriteString("destination", route.Destination);
        json.WriteBoolean("enabled", route.Enabled);
        json.WritePropertyName("when");
        Write(json, route.When);
        if (route.Rule is not null)
        {
            json.WriteString("rule", route.Rule);
        }

        switch (route.Template)
        {
            case TemplateReference.Named named:
                json.WriteString("template", named.Name);
                break;
            case TemplateReference.Gallery gallery:
                json.WriteString("template", "gallery:" + gallery.Name);
                break;
            case TemplateReference.Inline inline:
                json.WriteStartObject("template");
                json.WriteString("contentType", inline.ContentType);
                json.WriteString("body", inline.Body);
                json.WriteEndObject();
                break;
        }

        if (route.Late != LateHandling.Send)
        {
            json.WriteString("late", route.Late == LateHandling.Skip ? "skip" : "hold");
        }

        json.WriteStartObject("fields");
        foreach ((string id, FieldTemplate field) in route.Fields)
        {
            if (field is FieldTemplate.Map map)
            {
                json.WriteStartObject(id);
                foreach ((string target, string template) in map.Templates)
                {
                    json.WriteString(target, template);
                }

                json.WriteEndObject();
            }
            else
            {
                json.WriteString(id, ((FieldTemplate.Text)field).Template);
            }
        }

        json.WriteEndObject();
        json.WritePropertyName("retry");
        Write(json, route.Retry);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RetryDefinition retry)
    {
        switch (retry)
        {
            case RetryDefinition.Preset preset:
                json.WriteStringValue(preset.Name);
                break;
            case RetryDefinition.Delays delays:
                json.WriteStartArray();
                foreach (TimeSpan delay in delays.Each)
                {
                    json.WriteStringValue(Durations.Format(delay));
                }

                json.WriteEndArray();
                break;
            case RetryDefinition.Growing growing:
                json.WriteStartObject();
                json.WriteString("first", Durations.Format(growing.First));
                json.WriteNumber("factor", growing.Factor);
                json.WriteString("max", Durations.Format(growing.Max));
                json.WriteNumber("tries", growing.Tries);
                json.WriteEndObject();
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, ConditionsDefinition when)
    {
        json.WriteStartObject();
        if (when.Kinds.Count > 0)
        {
            WriteTexts(json, "kinds", when.Kinds);
        }

        if (when.Types.Count > 0)
        {
            WriteTexts(json, "types", when.Types);
        }

        if (when.Mode != RouteMode.Any)
        {
            json.WriteString("mode", when.Mode == RouteMode.Live ? "live" : "test");
        }

        switch (when.CheckoutIds)
        {
            case CheckoutCondition.Values values:
                WriteTexts(json, "checkoutIds", values.Ids);
                break;
            case CheckoutCondition.InList list:
                json.WriteStartObject("checkoutIds");
                json.WriteString("list", list.List);
                json.WriteString("unknown", list.HoldUnknown is { } hold ? "hold:" + Durations.Format(hold) : "skip");
                json.WriteEndObject();
                break;
        }

        WriteItems(json, "all", when.All);
        WriteItems(json, "any", when.Any);
        json.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter json, string key, IReadOnlyList<ConditionItem> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(key);
        foreach (ConditionItem item in items)
        {
            json.WriteStartObject();
            switch (item)
            {
                case ConditionItem.AllOf all:
                    WriteItems(json, "all", all.Items);
                    break;
                case ConditionItem.AnyOf any:
                    WriteItems(json, "any", any.Items);
                    break;
                case ConditionItem.Comparison comparison:
                    json.WriteString("field", comparison.Field);
                    json.WriteString("op", comparison.Op);
                    if (comparison.Value.ValueKind != JsonValueKind.Undefined)
                    {
                        json.WritePropertyName("value");
                        comparison.Value.WriteTo(json);
                    }

                    break;
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSettings(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement> settings)
    {
        json.WriteStartObject("settings");
        foreach ((string key, JsonElement value) in settings)
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(key);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
