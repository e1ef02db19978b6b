using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Shared;

/// <summary>Texts of a route as the values that APIs want. Each throws <see cref="AnswerException"/> with a refusal that names the field when a text does not fit.</summary>
public static partial class Values
{
    /// <summary>A JSON number without an exponent.</summary>
    public const string NumberPattern = @"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?";

    /// <summary>The code of a delivery that was refused for a field.</summary>
    public const string FieldInvalid = "field_invalid";

    /// <summary>A number, exactly as it is written; null when the text is empty.</summary>
    public static JsonNode? Number(string? text, string field)
    {
        string trimmed = text?.Trim() ?? "";
        return trimmed.Length == 0 ? null
            : IsNumber().IsMatch(trimmed) ? JsonNode.Parse(trimmed)
            : throw new AnswerException($"'{field}' must be a number with a full stop, like 10.99.", FieldInvalid);
    }

    /// <summary>A field of the route without the blanks around it; null when it is empty or not set.</summary>
    public static string? Line(this DeliveryRequest request, string field) => request.Field(field)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>As <see cref="Line"/>, but it must be there.</summary>
    public static string Needed(this DeliveryRequest request, string field) =>
        request.Line(field) ?? throw new AnswerException($"'{field}' came out empty. The event has to name it, or the route's field another text.", FieldInvalid);

    /// <summary>Sets what is not null.</summary>
    public static JsonObject With(this JsonObject to, string name, JsonNode? value)
    {
        if (value is not null)
        {
            to[name] = value;
        }

        return to;
    }

    /// <summary>A map of the route as an object of texts; entries that came out empty are left out, so that nothing is overwritten by nothing.</summary>
    public static JsonObject Texts(this DeliveryRequest request, string map)
    {
        JsonObject texts = [];
        foreach ((string name, string value) in request.Map(map))
        {
            if (value.Trim() is { Length: > 0 } text)
            {
                texts[name] = text;
            }
        }

        return texts;
    }

    [GeneratedRegex("\\A(?:" + NumberPattern + ")\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IsNumber();
}
