using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/keys</c>, <c>/users</c> and <c>/audit</c>: who may do what, and who did.</summary>
internal sealed class AccessApi(Gateway gateway)
{
    private ApiKeys Keys => gateway.Keys;

    private Users People => gateway.Users;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/keys", ApiScopes.Admin, ["limit", "after"], ListKeysAsync, new("listKeys", "The keys in force and those that have ended, without the keys themselves.", "KeyPage")),
        new("POST", "/keys", ApiScopes.Admin, [], CreateKeyAsync, new("createKey", "Makes a key. It is in this answer and never again.", "NewKey") { Status = 201, Takes = "KeyBody", Refuses = [Problems.NameTaken] }),
        new("GET", "/keys/{id}", ApiScopes.Admin, [], GetKeyAsync, new("getKey", "One key, without the key itself.", "Key") { Refuses = [Problems.NotFound] }),
        new("POST", "/keys/{id}/rotate", ApiScopes.Admin, [], RotateKeyAsync, new("rotateKey", "Gives a key a new secret; the old one ends at once.", "NewKey") { Status = 201, Refuses = [Problems.NotFound] }),
        new("DELETE", "/keys/{id}", ApiScopes.Admin, [], RevokeKeyAsync, new("revokeKey", "Ends a key at once.", null) { Refuses = [Problems.NotFound] }),
        new("GET", "/users", ApiScopes.Admin, ["limit", "after"], ListUsersAsync, new("listUsers", "The people who may sign in.", "UserPage")),
        new("POST", "/users", ApiScopes.Admin, [], CreateUserAsync, new("createUser", "Adds a person.", "User") { Status = 201, Takes = "UserBody", Refuses = [Problems.NameTaken] }),
        new("DELETE", "/users/{name}", ApiScopes.Admin, [], DeleteUserAsync, new("deleteUser", "Removes a person.", null) { Refuses = [Problems.NotFound, Problems.WrongState] }),
        new("GET", "/audit", ApiScopes.Admin, ["actor", "subject", "limit", "after"], AuditAsync, new("listAudit", "Who changed what, newest first.", "AuditPage")),
    ];

    private async Task<ApiAnswer> ListKeysAsync(ApiRequest request) => ApiAnswer.PageOfAll(request, await Keys.ListAsync(), (json, row) => Write(json, row, null));

    private async Task<ApiAnswer> GetKeyAsync(ApiRequest request) => Shown(await FindKeyAsync(request), null, 200);

    private async Task<ApiAnswer> CreateKeyAsync(ApiRequest request)
    {
        (string name, IReadOnlyList<string> scopes, DateTimeOffset? expires) = await request.ReadAsync(reader =>
        {
            string name = reader.RequiredText("name", $"Give it a name: {Names.Shape}.");
            if (name.Length > 0 && !Names.IsValid(name))
            {
                reader.Add("name", $"\"{name}\" cannot be a name.", $"Use {Names.Shape}.");
            }

            IReadOnlyList<string> scopes = reader.Texts("scopes");
            if (scopes.Count == 0 || scopes.Any(scope => !ApiScopes.IsKnown(scope)))
            {
                reader.Add("scopes", "Scopes are missing or not known.", $"Write a list of {ApiScopes.Words}.");
            }

            string? expires = reader.Text("expiresAt");
            DateTimeOffset? end = expires is null ? null : ApiRequest.TryTime(expires);
            if (expires is not null && end is null)
            {
                reader.Add("expiresAt", $"\"{expires}\" is not a time.", "Write for example 2027-01-31T00:00:00Z.");
            }

            return (name, scopes, end);
        });
        (string id, string key) = await Keys.CreateAsync(name, scopes, expires, request.Caller.Name);
        return Shown((await Keys.ListAsync()).Single(row => row.Id == id), key, 201);
    }

    private async Task<ApiAnswer> RotateKeyAsync(ApiRequest request)
    {
        (string id, string key) = await Keys.RotateAsync(request["id"], request.Caller.Name) ?? throw NoKey(request);
        return Shown((await Keys.ListAsync()).Single(row => row.Id == id), key, 201);
    }

    private async Task<ApiAnswer> RevokeKeyAsync(ApiRequest request)
    {
        if (!await Keys.RevokeAsync(request["id"], request.Caller.Name))
        {
            throw NoKey(request);
        }

        await gateway.Hooks.EndOfKeyAsync(request["id"], request.Caller.Name);
        return ApiAnswer.NoContent;
    }

    private async Task<ApiKeyRow> FindKeyAsync(ApiRequest request) => (await Keys.ListAsync()).Find(row => row.Id == request["id"]) ?? throw NoKey(request);

    private static ApiAnswer Shown(ApiKeyRow row, string? key, int status) => ApiAnswer.Json(json => Write(json, row, key), status);

    /// <param name="key">The key itself, the one time that it is shown.</param>
    private static void Write(Utf8JsonWriter json, ApiKeyRow row, string? key)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("name", row.Name);
        json.WriteStartArray("scopes");
        foreach (string scope in row.Scopes.Split(' '))
        {
            json.WriteStringValue(scope);
        }

        json.WriteEndArray();
        json.WriteTime("createdAt", row.CreatedAt);
        json.WriteString("createdBy", row.CreatedBy);
        json.WriteTime("expiresAt", row.ExpiresAt);
        json.WriteTime("lastUsedAt", row.LastUsedAt);
        if (key is not null)
        {
            json.WriteString("key", key);
        }

        json.WriteEndObject();
    }

    private static ProblemException NoKey(ApiRequest request) => new(Problems.NotFound, $"There is no key {request["id"]}; GET /api/v1/keys lists all.");

    private Task<ApiAnswer> ListUsersAsync(ApiRequest request) => Task.FromResult(ApiAnswer.PageOfAll(request, People.List(), Write));

    private async Task<ApiAnswer> CreateUserAsync(ApiRequest request)
    {
        (string name, string role, string password) = await request.ReadAsync(reader =>
        {
            string name = reader.RequiredText("name", "Give a name or an e-mail address to sign in with.");
            string role = reader.Text("role") ?? Users.Viewer;
            string password = reader.RequiredText("password", $"Give a password of at least {Users.MinPassword} characters.");
            foreach ((string key, string message) in Users.Problems(name, role, password))
            {
                reader.Add(key, message, "Choose another.");
            }

            return (name, role, password);
        });
        await People.AddAsync(name, role, password, request.Caller.Name);
        return ApiAnswer.Json(json => Write(json, People.List().Single(row => row.Name == name)), 201);
    }

    private static void Write(Utf8JsonWriter json, UserRow row)
    {
        json.WriteStartObject();
        json.WriteString("name", row.Name);
        json.WriteString("role", row.Role);
        json.WriteBoolean("disabled", row.Disabled);
        json.WriteTime("createdAt", row.CreatedAt);
        json.WriteTime("lastSignIn", row.LastSignIn);
        json.WriteEndObject();
    }

    private async Task<ApiAnswer> DeleteUserAsync(ApiRequest request) =>
        await People.RemoveAsync(request["name"], request.Caller.Name) ? ApiAnswer.NoContent : throw new ProblemException(Problems.NotFound, $"There is no user {request["name"]}.");

    private async Task<ApiAnswer> AuditAsync(ApiRequest request)
    {
        Page<AuditRow> page = await request.PageAsync((after, limit) => gateway.Store.Audit.PageAsync(request.Query("subject"), request.Query("actor"), after, limit));
        return ApiAnswer.Page(page.Items, page.Next, (json, row) =>
        {
            json.WriteStartObject();
            json.WriteTime("at", row.At);
            json.WriteString("actor", row.Actor);
            json.WriteString("action", row.Action);
            json.WriteString("subject", row.Subject);
            json.WritePropertyName("detail");
            json.WriteRawValue(row.Detail ?? "null");
            json.WriteEndObject();
        });
    }
}
