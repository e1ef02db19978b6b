using System.Text.Json.Nodes;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Api.OpenApi;

/// <summary>Writes the OpenAPI 3.1 document from the one table of operations; the shapes of bodies stand in <c>schemas.json</c>.</summary>
internal static class OpenApiDocument
{
    public const string Path = "/openapi/v1.json";

    private const string Schemes = "#/components/schemas/";
    private const string ProblemJson = "application/problem+json";

    /// <summary>What any call may be answered.</summary>
    private static readonly Problem[] OfEvery =
        [Problems.NotAuthenticated, Problems.KeyExpired, Problems.ScopeMissing, Problems.UnknownQuery, Problems.InvalidQuery, Problems.TooManyRequests, Problems.Internal, Problems.Unavailable];

    private static readonly Problem[] OfPosts = [Problems.IdempotencyKeyBusy, Problems.IdempotencyKeyReused, Problems.BodyTooLarge];

    private static readonly Problem[] OfBodies = [Problems.InvalidBody, Problems.BodyTooLarge];

    public static byte[] Write(IReadOnlyList<Operation> operations)
    {
        JsonObject given = Load();
        JsonObject schemas = given["schemas"]!.DeepClone().AsObject();
        schemas["Kind"]!["enum"] = Texts(EventKinds.All);
        schemas["Subscribable"]!["enum"] = Texts(EventKinds.Subscribable);
        schemas["DeliveryState"]!["enum"] = Texts(DeliveriesApi.States);
        JsonObject paths = [];
        foreach (Operation operation in operations)
        {
            if (paths[operation.Pattern] is not JsonObject path)
            {
                paths[operation.Pattern] = path = [];
            }

            path[operation.Method.ToLowerInvariant()] = Write(operation, given["parameters"]!.AsObject());
        }

        JsonObject document = new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "WebhookBridge",
                ["summary"] = "Management API of a WebhookBridge gateway.",
                ["description"] = "docs/api.md explains it with examples, docs/problems.md every code of a problem.",
                ["version"] = "1",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ApiHost.Prefix, ["description"] = "This gateway." }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. operations.Select(Tag).Distinct().Select(tag => new JsonObject { ["name"] = tag, ["description"] = given["tags"]![tag]!.GetValue<string>() })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["headers"] = Headers(),
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key: `webhookbridge key create`, or POST /keys." },
                },
            },
        };
        return System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static JsonObject Write(Operation operation, JsonObject known)
    {
        OperationText text = operation.Text;
        JsonObject written = new()
        {
            ["operationId"] = text.Id,
            ["summary"] = text.Summary,
            ["description"] = operation.Scope == ApiScopes.Any ? "Any key will do." : $"Needs a key with the scope `{operation.Scope}`.",
            ["tags"] = new JsonArray(Tag(operation)),
            // Roles of a scheme that is not OAuth, as OpenAPI 3.1 allows them.
            ["security"] = new JsonArray(new JsonObject { ["key"] = operation.Scope == ApiScopes.Any ? new JsonArray() : new JsonArray(operation.Scope) }),
        };
        JsonArray parameters =
        [
            .. operation.Segments.Where(segment => segment[0] == '{').Select(segment => Parameter(operation, segment, "path", known)),
            .. operation.Query.Select(name => Parameter(operation, name, "query", known)),
            .. RequestHeaders(operation),
        ];
        if (parameters.Count > 0)
        {
            written["parameters"] = parameters;
        }

        if (text.Takes is { } takes)
        {
            JsonObject content = [];
            foreach (string type in text.TakesTypes)
            {
                content[type] = new JsonObject { ["schema"] = type == "application/json" ? Reference(takes) : new JsonObject { ["type"] = "string" } };
            }

            written["requestBody"] = new JsonObject { ["required"] = !text.TakesOptional, ["content"] = content };
        }

        JsonObject answers = new() { [text.Status.ToString()] = Success(operation, text.Status, text.Gives) };
        foreach ((int status, string gives) in text.Also)
        {
            answers[status.ToString()] = Success(operation, status, gives);
        }

        foreach (IGrouping<int, Problem> same in ProblemsOf(operation).GroupBy(problem => problem.Status).OrderBy(group => group.Key))
        {
            JsonObject refusal = new()
            {
                ["description"] = string.Join(", ", same.Select(problem => problem.Code).Order(StringComparer.Ordinal)),
                ["content"] = new JsonObject { [ProblemJson] = new JsonObject { ["schema"] = Reference("Problem") } },
            };
            if (same.Key is 429 or 503)
            {
                refusal["headers"] = HeaderReferences("Retry-After");
            }

            answers[same.Key.ToString()] = refusal;
        }

        written["responses"] = answers;
        return written;
    }

    /// <summary>Every way in which an operation may be refused.</summary>
    public static IEnumerable<Problem> ProblemsOf(Operation operation) => OfEvery
        .Concat(operation.Method == HttpMethods.Post ? OfPosts : [])
        .Concat(operation.Text.Takes is not null ? OfBodies : [])
        .Concat(operation.Text.Refuses)
        .Distinct();

    private static JsonObject Success(Operation operation, int status, string? gives)
    {
        JsonObject answer = new() { ["description"] = status switch { 201 => "Made.", 202 => "Begun.", 204 => "Done.", _ => "As asked." } };
        string[] headers =
        [
            "RateLimit", "RateLimit-Policy",
            .. operation.Text.Tagged && gives is not null ? ["ETag"] : Array.Empty<string>(),
            .. operation.Method == HttpMethods.Post ? ["Idempotency-Replayed"] : Array.Empty<string>(),
            .. status == 202 ? ["Location"] : Array.Empty<string>(),
            .. operation.Text.Id == "exportConfig" ? [ConfigApi.VariablesHeader] : Array.Empty<string>(),
        ];
        answer["headers"] = HeaderReferences(headers);
        if (gives is not null)
        {
            answer["content"] = gives == OperationText.Bytes
                ? new JsonObject { ["application/octet-stream"] = new JsonObject { ["schema"] = new JsonObject() } }
                : new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(gives) } };
        }

        return answer;
    }

    /// <summary>A name means the same everywhere, unless schemas.json says otherwise for one part of the API (<c>alerts.state</c>).</summary>
    private static JsonObject Parameter(Operation operation, string name, string where, JsonObject known)
    {
        JsonObject parameter = (known[$"{Tag(operation)}.{name}"] ?? known[name])?.DeepClone().AsObject() ?? throw new InvalidOperationException($"schemas.json does not describe the parameter {name}.");
        return new JsonObject
        {
            ["name"] = name.Trim('{', '}'),
            ["in"] = where,
            ["required"] = where == "path",
            ["description"] = parameter["description"]!.DeepClone(),
            ["schema"] = parameter["schema"]!.DeepClone(),
        };
    }

    private static IEnumerable<JsonObject> RequestHeaders(Operation operation)
    {
        if (operation.Method == HttpMethods.Post)
        {
            yield return Header("Idempotency-Key", "For 24 hours the same key gives the first answer again and does nothing.", new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 255, ["pattern"] = "^[ -~]+$" });
        }

        if (operation.Text.Tagged && operation.Method != HttpMethods.Get)
        {
            yield return Header("If-Match", "The ETag of what was read; needed to replace.", new JsonObject { ["type"] = "string" });
            yield return Header("If-None-Match", "`*`: only if there is none yet.", new JsonObject { ["const"] = "*" });
        }

        foreach ((string name, string description) in operation.Text.Headers)
        {
            yield return Header(name, description, new JsonObject { ["type"] = "string" });
        }

        static JsonObject Header(string name, string description, JsonObject schema) =>
            new() { ["name"] = name, ["in"] = "header", ["required"] = false, ["description"] = description, ["schema"] = schema };
    }

    private static JsonObject Headers()
    {
        JsonObject headers = [];
        foreach ((string name, string description, string type) in (ReadOnlySpan<(string, string, string)>)
        [
            ("RateLimit", "What is left of the quota, and the seconds until it is whole again: `\"key\";r=5999;t=60`.", "string"),
            ("RateLimit-Policy", "The quota and its window in seconds: `\"key\";q=6000;w=60`.", "string"),
            ("Retry-After", "Seconds to wait.", "integer"),
            ("ETag", "The revision, for If-Match.", "string"),
            ("Location", "Where to look how it goes on.", "string"),
            ("Idempotency-Replayed", "`true` when this is the first answer again.", "string"),
            (ConfigApi.VariablesHeader, "The variables that the document names.", "string"),
        ])
        {
            headers[name] = new JsonObject { ["description"] = description, ["schema"] = new JsonObject { ["type"] = type } };
        }

        return headers;
    }

    private static JsonObject HeaderReferences(params string[] names)
    {
        JsonObject headers = [];
        foreach (string name in names)
        {
            headers[name] = new JsonObject { ["$ref"] = "#/components/headers/" + name };
        }

        return headers;
    }

    private static string Tag(Operation operation) => operation.Segments[0];

    private static JsonObject Reference(string schema) => new() { ["$ref"] = Schemes + schema };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonObject Load()
    {
        using Stream stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi/schemas.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
