using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Registration;

namespace WebhookBridge.Server.Api;

/// <summary><c>/sources/{name}/registrations</c>: the gateway's address at the platform. The platform's API key comes in a header with each call.</summary>
internal sealed class RegistrationsApi(Registrations registrations)
{
    /// <summary>The header with the platform's API key.</summary>
    public const string KeyHeader = "WebhookBridge-Platform-Key";

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/sources/{name}/registrations", ApiScopes.Write, ["publicUrl"], ListAsync,
            new("listRegistrations", "The addresses that the platform sends to.", "RegistrationPage") { Headers = PlatformKey, Refuses = OfPlatforms }),
        new("POST", "/sources/{name}/registrations", ApiScopes.Write, [], RegisterAsync,
            new("register", "Asks the platform to send to this source; the secret that it shows once is stored.", "Registration") { Status = 201, Takes = "RegisterBody", TakesOptional = true, Headers = PlatformKey, Refuses = [.. OfPlatforms, Problems.InvalidConfiguration, Problems.Stale] }),
        new("POST", "/sources/{name}/registrations/prune", ApiScopes.Write, [], PruneAsync,
            new("pruneRegistrations", "Removes what the platform still sends to old addresses of this gateway; answers with what it removed.", "RegistrationPage") { Takes = "PruneBody", TakesOptional = true, Headers = PlatformKey, Refuses = OfPlatforms }),
        new("DELETE", "/sources/{name}/registrations/{id}", ApiScopes.Write, [], RemoveAsync,
            new("deleteRegistration", "Removes one registration at the platform.", null) { Headers = PlatformKey, Refuses = OfPlatforms }),
    ];

    private static readonly (string, string)[] PlatformKey = [(KeyHeader, "The platform's API key; it is used for this call and kept nowhere.")];

    private static readonly Problem[] OfPlatforms = [Problems.NotFound, Problems.NotPossible, Problems.PlatformRefused, Problems.PlatformUnavailable];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        string? origin = request.Query("publicUrl") is { } text
            ? ConfigurationDocument.TryOrigin(text) ?? throw new ProblemException(Problems.InvalidQuery, "publicUrl is scheme and host, such as https://hooks.example.com.")
            : null;
        return ApiAnswer.Page(await registrations.ListAsync(request["name"], Key(request), origin, request.Aborted), null, Write);
    }

    private async Task<ApiAnswer> RegisterAsync(ApiRequest request)
    {
        (string? origin, IReadOnlyList<string> events, bool replace) = await request.ReadAsync(reader => (Origin(reader), reader.Texts("events"), reader.Flag("replaceSecrets", false)), optional: true);
        SourceRegistration made = await registrations.RegisterAsync(request["name"], Key(request), origin, events, replace, request.Caller.Name, request.Aborted);
        return ApiAnswer.Json(json => Write(json, made), 201);
    }

    private async Task<ApiAnswer> PruneAsync(ApiRequest request)
    {
        string? origin = await request.ReadAsync(Origin, optional: true);
        return ApiAnswer.Page(await registrations.PruneAsync(request["name"], Key(request), origin, request.Caller.Name, request.Aborted), null, Write);
    }

    private async Task<ApiAnswer> RemoveAsync(ApiRequest request)
    {
        await registrations.RemoveAsync(request["name"], Key(request), request["id"], request.Caller.Name, request.Aborted);
        return ApiAnswer.NoContent;
    }

    private static string? Origin(ObjectReader reader)
    {
        if (reader.Text("publicUrl") is not { } text)
        {
            return null;
        }

        if (ConfigurationDocument.TryOrigin(text) is { } origin)
        {
            return origin;
        }

        reader.Add("publicUrl", $"\"{text}\" is not an origin.", "Write scheme and host as the platform sees them, such as https://hooks.example.com, without a path.");
        return null;
    }

    private static string Key(ApiRequest request) => Checked(request.Http.Request.Headers[KeyHeader] is [{ } key] ? key : null, "the header " + KeyHeader);

    /// <summary>A key that a platform's API may take, or a problem that says why it is none.</summary>
    /// <param name="place">Where it is given.</param>
    public static string Checked(string? key, string place)
    {
        if (key is not { Length: >= 8 and <= 512 } || key.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw new ProblemException(Problems.NotPossible, $"The platform's API key is missing: give it in {place}. It is used for this call and kept nowhere.");
        }

        return key.StartsWith("pk_", StringComparison.Ordinal) || key.StartsWith("whsec_", StringComparison.Ordinal)
            ? throw new ProblemException(Problems.NotPossible, $"What stands in {place} is a {(key[0] == 'p' ? "public key (pk_)" : "webhook secret (whsec_)")}: the platform's API wants its secret key (sk_).")
            : key;
    }

    /// <summary>One registration as the API shows it.</summary>
    public static void Write(Utf8JsonWriter json, SourceRegistration registration)
    {
        RemoteRegistration remote = registration.Remote;
        json.WriteStartObject();
        json.WriteString("id", remote.Id);
        json.WriteString("url", remote.Url);
        json.WriteString("name", remote.Name);
        json.WriteString("mode", remote.Mode);
        json.WriteStartArray("events");
        foreach (string name in remote.Events)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("state", registration.State.ToString().ToLowerInvariant());
        json.WriteEndObject();
    }
}
