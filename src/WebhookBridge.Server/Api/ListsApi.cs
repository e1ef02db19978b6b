using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Api;

/// <summary><c>/lists/{name}/items</c>: how a shop tells the gateway its own checkout ids (contract section 3).</summary>
internal sealed class ListsApi(GatewayConfiguration configuration, ValueLists lists, AuditLog audit)
{
    internal const int MaxValueLength = 256;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/lists/{name}/items", ApiScopes.Read, ["limit", "after"], ListAsync, new("listItems", "The values of a list, in their order.", "ListItemPage") { Refuses = [Problems.NotFound] }),
        new("POST", "/lists/{name}/items", ApiScopes.Write, ["expiresIn"], BulkAsync,
            new("addItems", "Adds many values; what is held for them goes on.", "Count") { Takes = "ListItemsBody", TakesTypes = ["application/json", "text/csv"], Refuses = [Problems.NotFound] }),
        new("GET", "/lists/{name}/items/{value}", ApiScopes.Read, [], GetAsync, new("getItem", "Whether a value is in the list.", "ListValue") { Refuses = [Problems.NotFound] }),
        new("PUT", "/lists/{name}/items/{value}", ApiScopes.Write, ["expiresIn"], PutAsync, new("putItem", "Adds one value; what is held for it goes on.", null) { Refuses = [Problems.NotFound] }),
        new("DELETE", "/lists/{name}/items/{value}", ApiScopes.Write, [], DeleteAsync, new("deleteItem", "Removes one value, if it is there.", null) { Refuses = [Problems.NotFound] }),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        string name = ListName(request);
        int limit = request.Limit();
        string? after = request.Query("after") is { } cursor ? Text(cursor) : null;
        IReadOnlyList<ListItemRow> page = await lists.PageAsync(name, after, limit + 1);
        string? next = page.Count > limit ? System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page[limit - 1].Value)) : null;
        return ApiAnswer.Page([.. page.Take(limit)], next, Write);

        static string Text(string cursor)
        {
            try
            {
                return Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor));
            }
            catch (FormatException)
            {
                throw new ProblemException(Problems.InvalidQuery, "after is the value of \"next\" of the page before, unchanged.");
            }
        }
    }

    private async Task<ApiAnswer> GetAsync(ApiRequest request)
    {
        string name = ListName(request);
        string value = request["value"];
        return await lists.ContainsAsync(name, value)
            ? ApiAnswer.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("value", value);
                json.WriteEndObject();
            })
            : throw new ProblemException(Problems.NotFound, $"\"{value}\" is not in the list \"{name}\".");
    }

    private async Task<ApiAnswer> PutAsync(ApiRequest request)
    {
        string name = ListName(request);
        string value = request["value"];
        Check([value], "$");
        await lists.PutAsync(name, [value], Life(request.Query("expiresIn")));
        await audit.RecordAsync(request.Caller.Name, "list.put", "list/" + name, json => json.WriteString("value", value));
        return ApiAnswer.NoContent;
    }

    private async Task<ApiAnswer> DeleteAsync(ApiRequest request)
    {
        string name = ListName(request);
        string value = request["value"];
        await lists.RemoveAsync(name, [value]);
        await audit.RecordAsync(request.Caller.Name, "list.delete", "list/" + name, json => json.WriteString("value", value));
        return ApiAnswer.NoContent;
    }

    /// <summary>A JSON array of texts, an object <c>{ values, expiresIn }</c>, or CSV with one value on each line.</summary>
    private async Task<ApiAnswer> BulkAsync(ApiRequest request)
    {
        string name = ListName(request);
        ReadOnlyMemory<byte> body = await request.BodyAsync();
        string? expiresIn = request.Query("expiresIn");
        List<string> values = (request.Http.Request.ContentType ?? "").StartsWith("text/csv", StringComparison.OrdinalIgnoreCase)
            ? Csv(Encoding.UTF8.GetString(body.Span))
            : Json(body, ref expiresIn);
        Check(values, "$");
        await lists.PutAsync(name, values, Life(expiresIn));
        await audit.RecordAsync(request.Caller.Name, "list.put", "list/" + name, json => json.WriteNumber("count", values.Count));
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count", values.Count);
            json.WriteEndObject();
        });
    }

    private static List<string> Json(ReadOnlyMemory<byte> body, ref string? expiresIn)
    {
        List<ConfigurationProblem> problems = [];
        using JsonDocument? document = ConfigurationDocument.Parse(body, problems);
        List<string> values = [];
        if (document is not null)
        {
            JsonElement array = document.RootElement;
            string path = "$";
            if (array.ValueKind == JsonValueKind.Object)
            {
                ObjectReader reader = new(array, "$", problems);
                expiresIn = reader.Text("expiresIn") ?? expiresIn;
                if (!reader.Has("values", out array))
                {
                    reader.Add("values", "\"values\" is missing.", "Write { \"values\": [ \"…\" ] }, or the array alone.");
                }

                reader.End();
                path = "$.values";
            }

            if (problems.Count == 0)
            {
                foreach ((JsonElement item, string at) in ObjectReader.AsItems(array, path, problems))
                {
                    if (ObjectReader.AsText(item, at, problems) is { } value)
                    {
                        values.Add(value);
                    }
                }
            }
        }

        return problems.Count == 0 ? values : throw ApiRequest.Invalid(Problems.InvalidBody, problems);
    }

    /// <summary>The first field of each line (RFC 4180); a heading <c>value</c> is passed over.</summary>
    internal static List<string> Csv(string text)
    {
        List<string> values = [];
        foreach (string line in text.TrimStart('\uFEFF').Split('\n'))
        {
            string row = line.TrimEnd('\r');
            string value = row.StartsWith('"') ? Quoted(row) : row.Split(',', ';')[0].Trim();
            if (value.Length > 0 && !(values.Count == 0 && value.Equals("value", StringComparison.OrdinalIgnoreCase)))
            {
                values.Add(value);
            }
        }

        return values;

        static string Quoted(string row)
        {
            StringBuilder value = new();
            for (int i = 1; i < row.Length; i++)
            {
                if (row[i] != '"')
                {
                    value.Append(row[i]);
                }
                else if (i + 1 < row.Length && row[i + 1] == '"')
                {
                    value.Append('"');
                    i++;
                }
                else
                {
                    break;
                }
            }

            return value.ToString();
        }
    }

    private static void Check(List<string> values, string path)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Length is 0 or > MaxValueLength)
            {
                throw ApiRequest.Invalid(Problems.InvalidBody, [new($"{path}[{i}]", $"A value of a list has 1 to {MaxValueLength} characters.", "Shorten it, or remove it.")]);
            }
        }
    }

    private static TimeSpan? Life(string? expiresIn) => expiresIn is null ? null
        : Durations.TryParse(expiresIn, out TimeSpan life) && life > TimeSpan.Zero ? life
        : throw new ProblemException(Problems.InvalidQuery, $"expiresIn is {Durations.Shape}.");

    private string ListName(ApiRequest request) => configuration.Find(ConfigurationKind.List, request["name"]) is not null
        ? request["name"]
        : throw new ProblemException(Problems.NotFound, $"There is no list \"{request["name"]}\": make it with PUT /api/v1/lists/{request["name"]}.");

    private static void Write(Utf8JsonWriter json, ListItemRow item)
    {
        json.WriteStartObject();
        json.WriteString("value", item.Value);
        json.WriteTime("expiresAt", item.ExpiresAt);
        json.WriteEndObject();
    }
}
