using System.Buffers;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Files;

/// <summary>One row, as a route's template made it: an object (value by heading) or an array (values in order). Numbers keep their digits.</summary>
internal sealed class Row
{
    private const string NotARow = "body_not_a_row";

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789. ()-");

    private readonly JsonElement _body;

    private Row(JsonElement body) => _body = body;

    /// <summary>Values have headings.</summary>
    public bool IsObject => _body.ValueKind == JsonValueKind.Object;

    /// <summary>The headings of an object, in the order written.</summary>
    public IReadOnlyList<string> Headings => [.. _body.EnumerateObject().Select(static p => p.Name)];

    /// <summary>The values of an array.</summary>
    public IReadOnlyList<JsonElement> Values => [.. _body.EnumerateArray()];

    /// <summary>Reads a body.</summary>
    /// <exception cref="AnswerException">It is neither an object nor an array.</exception>
    public static Row Read(DeliveryRequest request)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(request.Body);
            if (document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                return new Row(document.RootElement.Clone());
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new AnswerException("A row is a JSON object { \"Heading\": value } or an array [ value, … ]. Choose a template of the gallery, or write one of content type application/json.", NotARow);
    }

    /// <summary>The value under a heading; undefined when there is none.</summary>
    public JsonElement Value(string heading) => _body.TryGetProperty(heading, out JsonElement value) ? value : default;

    /// <summary>The whole on one line.</summary>
    public string Compact()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            _body.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A value as a cell's text: a number with its own digits, nothing for null, JSON for what is nested. A text that a spreadsheet would run as a formula gets an apostrophe.</summary>
    public static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.String => Harmless(value.GetString()!),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => Harmless(value.GetRawText()),
    };

    /// <summary>A text with an apostrophe in front when a spreadsheet would run it (OWASP, "CSV injection"). A sign before digits alone, as in a telephone number, is none.</summary>
    public static string Harmless(string text)
    {
        string start = text.TrimStart(' ', '\n');
        bool formula = start.Length > 0 && start[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠';
        bool number = formula && start[0] is '+' or '-' && start.Length > 1 && !start.AsSpan(1).ContainsAnyExcept(OfNumbers) && start.AsSpan(1).ContainsAnyInRange('0', '9') && !start.AsSpan(1).ContainsAny("-(");
        return formula && !number ? "'" + text : text;
    }
}
