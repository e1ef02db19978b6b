using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>How a simulated request is to be made.</summary>
public sealed record SimulationOptions
{
    /// <summary>The clock of the simulation.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Seeded by the caller, who prints the seed: the same seed gives the same ids, times and amounts.</summary>
    public required Random Random { get; init; }

    /// <summary>Origin as the sender would see it (no trailing slash) and path without a path secret: what platforms that sign the address sign.</summary>
    public required string PublicOrigin { get; init; }

    public required string Path { get; init; }

    /// <summary>False = the sample's own ids, times and amounts.</summary>
    public bool Vary { get; init; } = true;

    /// <summary>A body edited by hand; null = the sample's.</summary>
    public byte[]? Body { get; init; }

    /// <summary>How old the signature is to look.</summary>
    public TimeSpan Age { get; init; }

    public bool WrongSignature { get; init; }

    /// <summary>The id that the scheme carries in a header; null = a new one. A second request with the first one's id and body is a repeat.</summary>
    public string? MessageId { get; init; }
}

/// <summary>A request made by the simulator, or why none can be made.</summary>
public abstract record SimulationResult
{
    private SimulationResult()
    {
    }

    /// <param name="Target">Path (with the path secret where the source has one) and query.</param>
    /// <param name="Headers">With <c>Content-Type</c>.</param>
    /// <param name="MessageId">The id in the scheme's header; null where it has none.</param>
    public sealed record Request(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, string? MessageId) : SimulationResult;

    /// <summary>The platform signs with a private key that only the sender has, or the source has no usable secret.</summary>
    public sealed record Impossible(string Reason) : SimulationResult;
}

/// <summary>Makes requests as a platform would send them: 1 the sample's body, varied, 2 headers and query, 3 proof.</summary>
public static class Simulator
{
    public static SimulationResult Make(Platform platform, PlatformSample sample, SourceDefinition source, SimulationOptions options)
    {
        SourceVerifier verifier = platform.CreateVerifier(source);
        if (verifier.Problems.Count > 0)
        {
            return new SimulationResult.Impossible(verifier.Problems[0].En);
        }

        bool isForm = sample.Form is not null;
        byte[] body = options.Body ?? (isForm ? Encoding.UTF8.GetBytes(sample.Form!) : JsonSerializer.SerializeToUtf8Bytes(sample.Json!.Value));
        List<KeyValuePair<string, string>> headers = [.. sample.Headers];
        if (options.Vary && options.Body is null)
        {
            body = SampleVariations.Apply(platform.Vary, body, headers, isForm, options.Now, options.Random);
        }

        if (!headers.Exists(h => h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json"));
        }

        string path = options.Path + (verifier.FirstPathSecret is string secret ? $"/{Uri.EscapeDataString(secret)}{(options.WrongSignature ? "x" : string.Empty)}" : string.Empty);
        var draft = new RequestDraft(path, sample.Query, headers, body, isForm);
        string? problem = SchemeSigner.Sign(verifier, draft, options);
        return problem is null
            ? new SimulationResult.Request("POST", draft.Path + draft.Query, draft.Headers, draft.Body, draft.MessageId)
            : new SimulationResult.Impossible(problem);
    }
}

/// <summary>A request while it is being put together.</summary>
internal sealed class RequestDraft(string path, string query, List<KeyValuePair<string, string>> headers, byte[] body, bool isForm)
{
    public string Path { get; } = path;

    public string Query { get; private set; } = query;

    public List<KeyValuePair<string, string>> Headers { get; } = headers;

    public byte[] Body { get; private set; } = body;

    public bool IsForm { get; } = isForm;

    public string? MessageId { get; set; }

    public InboundRequest ToRequest(string origin, DateTimeOffset now) => new()
    {
        Method = "POST",
        PublicOrigin = origin,
        Path = Path,
        Query = Query,
        Headers = Headers,
        Body = Body,
        ReceivedAt = now,
    };

    public void SetHeader(string name, string value)
    {
        Headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        Headers.Add(new(name, value));
    }

    /// <summary>Puts a value at a place of the request; false when nothing can be put there.</summary>
    public bool Set(Locator at, string value, JsonNode? item = null)
    {
        switch (at.Kind)
        {
            case LocatorKind.Header:
                SetHeader(at.Name.Replace("*", "1", StringComparison.Ordinal), value);
                return true;
            case LocatorKind.Query:
                Query += (Query.Length == 0 ? "?" : "&") + Uri.EscapeDataString(at.Name) + "=" + Uri.EscapeDataString(value);
                return true;
            case LocatorKind.Form:
                IEnumerable<string> others = Encoding.UTF8.GetString(Body).Split('&').Where(p => p.Length > 0 && !p.StartsWith(at.Name + "=", StringComparison.Ordinal));
                Body = Encoding.UTF8.GetBytes(string.Join('&', others.Append($"{at.Name}={Uri.EscapeDataString(value)}")));
                return true;
            case LocatorKind.Item when item is not null:
                return JsonPlaces.Set(item, at.Name, _ => JsonValue.Create(value));
            case LocatorKind.Json:
                JsonNode? root = JsonNode.Parse(Body);
                if (root is null || !JsonPlaces.Set(root, at.Name, _ => JsonValue.Create(value)))
                {
                    return false;
                }

                Body = Encoding.UTF8.GetBytes(root.ToJsonString());
                return true;
            default:
                return false;
        }
    }

    public void Replace(byte[] body) => Body = body;
}

/// <summary>Writes into JSON at a path; lists (<c>[]</c>) mean every entry.</summary>
internal static class JsonPlaces
{
    public static bool Set(JsonNode root, string path, Func<JsonNode?, JsonNode?> value) => Set(root, Names(path), 0, value);

    /// <summary>As <see cref="Set(JsonNode, string, Func{JsonNode?, JsonNode?})"/>, but adds nothing where nothing is.</summary>
    public static void SetExisting(JsonNode root, string path, Func<JsonNode, JsonNode?> value) => Set(root, Names(path), 0, old => old is null ? null : value(old), onlyExisting: true);

    private static string[] Names(string path) => path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);

    private static bool Set(JsonNode? at, string[] names, int from, Func<JsonNode?, JsonNode?> value, bool onlyExisting = false)
    {
        if (names[from] == "[]")
        {
            if (at is not JsonArray list)
            {
                return false;
            }

            bool any = false;
            for (int i = 0; i < list.Count; i++)
            {
                any |= from + 1 == names.Length ? Put(list, i, value) : Set(list[i], names, from + 1, value, onlyExisting);
            }

            return any;
        }

        if (at is not JsonObject inner)
        {
            return false;
        }

        if (from + 1 < names.Length)
        {
            return inner[names[from]] is JsonNode next && Set(next, names, from + 1, value, onlyExisting);
        }

        if (onlyExisting && inner[names[from]] is null)
        {
            return false;
        }

        inner[names[from]] = value(inner[names[from]]);
        return true;
    }

    private static bool Put(JsonArray list, int i, Func<JsonNode?, JsonNode?> value)
    {
        list[i] = value(list[i]);
        return true;
    }
}
