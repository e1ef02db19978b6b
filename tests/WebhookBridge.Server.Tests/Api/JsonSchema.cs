using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WebhookBridge.Server.Tests.Api;

/// <summary>Holds a JSON value against a schema of an OpenAPI 3.1 document: the words of JSON Schema 2020-12 that our document uses. A word that it does not know fails the test, so that nothing passes unlooked at.</summary>
public sealed class JsonSchema(JsonElement document)
{
    private static readonly string[] Notes = ["description", "examples", "default"];

    /// <summary>Everything in which <paramref name="value"/> is not as <paramref name="schema"/> says, with its path.</summary>
    public List<string> Problems(JsonElement value, JsonElement schema, string path = "$")
    {
        List<string> problems = [];
        foreach (JsonProperty word in schema.EnumerateObject())
        {
            if (!Notes.Contains(word.Name))
            {
                Check(value, schema, word, path, problems);
            }
        }

        return problems;
    }

    private void Check(JsonElement value, JsonElement schema, JsonProperty word, string path, List<string> problems)
    {
        switch (word.Name)
        {
            case "$ref":
                problems.AddRange(Problems(value, Resolve(word.Value.GetString()!), path));
                break;
            case "type":
                string[] types = word.Value.ValueKind == JsonValueKind.Array ? [.. word.Value.EnumerateArray().Select(type => type.GetString()!)] : [word.Value.GetString()!];
                Expect(types.Any(type => Is(value, type)), $"is {value.ValueKind}, not {string.Join(" or ", types)}");
                break;
            case "enum":
                Expect(word.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)), $"is {value.GetRawText()}, none of {word.Value.GetRawText()}");
                break;
            case "const":
                Expect(JsonElement.DeepEquals(word.Value, value), $"is {value.GetRawText()}, not {word.Value.GetRawText()}");
                break;
            case "oneOf":
                Expect(word.Value.EnumerateArray().Count(one => Problems(value, one, path).Count == 0) == 1, $"{value.GetRawText()} does not fit exactly one of {word.Value.GetRawText()}");
                break;
            case "required" when value.ValueKind == JsonValueKind.Object:
                foreach (JsonElement name in word.Value.EnumerateArray())
                {
                    Expect(value.TryGetProperty(name.GetString()!, out _), $"lacks {name}");
                }

                break;
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (JsonProperty property in word.Value.EnumerateObject())
                {
                    if (value.TryGetProperty(property.Name, out JsonElement member))
                    {
                        problems.AddRange(Problems(member, property.Value, $"{path}.{property.Name}"));
                    }
                }

                break;
            case "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject().Where(member => !(schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(member.Name, out _))))
                {
                    if (word.Value.ValueKind == JsonValueKind.False)
                    {
                        problems.Add($"{path}: has {member.Name}, which the document does not know");
                    }
                    else
                    {
                        problems.AddRange(Problems(member.Value, word.Value, $"{path}.{member.Name}"));
                    }
                }

                break;
            case "items" when value.ValueKind == JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    problems.AddRange(Problems(item, word.Value, $"{path}[{index++}]"));
                }

                break;
            case "pattern" when value.ValueKind == JsonValueKind.String:
                Expect(Regex.IsMatch(value.GetString()!, word.Value.GetString()!, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), $"{value.GetRawText()} is not like {word.Value}");
                break;
            case "format" when value.ValueKind == JsonValueKind.String:
                Expect(word.Value.GetString() switch
                {
                    "date-time" => DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _),
                    "uri" => Uri.TryCreate(value.GetString(), UriKind.Absolute, out _),
                    _ => false,
                }, $"{value.GetRawText()} is no {word.Value}");
                break;
            case "minimum" when value.ValueKind == JsonValueKind.Number:
                Expect(value.GetDouble() >= word.Value.GetDouble(), $"{value.GetRawText()} is below {word.Value}");
                break;
            case "maximum" when value.ValueKind == JsonValueKind.Number:
                Expect(value.GetDouble() <= word.Value.GetDouble(), $"{value.GetRawText()} is above {word.Value}");
                break;
            case "minLength" when value.ValueKind == JsonValueKind.String:
                Expect(value.GetString()!.Length >= word.Value.GetInt32(), "is too short");
                break;
            case "maxLength" when value.ValueKind == JsonValueKind.String:
                Expect(value.GetString()!.Length <= word.Value.GetInt32(), "is too long");
                break;
            case "minItems" when value.ValueKind == JsonValueKind.Array:
                Expect(value.GetArrayLength() >= word.Value.GetInt32(), "has too few items");
                break;
            case "maxItems" when value.ValueKind == JsonValueKind.Array:
                Expect(value.GetArrayLength() <= word.Value.GetInt32(), "has too many items");
                break;
            case "required" or "properties" or "additionalProperties" or "items" or "pattern" or "format" or "minimum" or "maximum" or "minLength" or "maxLength" or "minItems" or "maxItems":
                break; // says nothing of a value of this type
            default:
                problems.Add($"{path}: the word {word.Name} is not known to this test");
                break;
        }

        void Expect(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add($"{path}: {problem}");
            }
        }
    }

    private JsonElement Resolve(string reference)
    {
        JsonElement at = document;
        foreach (string step in reference[2..].Split('/'))
        {
            at = at.GetProperty(step);
        }

        return at;
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() % 1 == 0,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
