using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Access;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/keys</c>, <c>/users</c> and <c>/audit</c>: who may do what, and who did.</summary>
internal sealed class AccessApi(SqliteStore store, ApiKeys keys, Users users)
{
    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/keys", ApiScopes.Admin, ["limit", "after"], ListKeysAsync),
        new("POST", "/keys", ApiScopes.Admin, [], CreateKeyAsync),
        new("POST", "/keys/{id}/rotate", ApiScopes.Admin, [], RotateKeyAsync),
        new("DELETE", "/keys/{id}", ApiScopes.Admin, [], RevokeKeyAsync),
        new("GET", "/users", ApiScopes.Admin, ["limit", "after"], ListUsersAsync),
        new("POST", "/users", ApiScopes.Admin, [], CreateUserAsync),
        new("DELETE", "/users/{name}", ApiScopes.Admin, [], DeleteUserAsync),
        new("GET", "/audit", ApiScopes.Admin, ["actor", "subject", "limit", "after"], AuditAsync),
    ];

    private async Task<ApiAnswer> ListKeysAsync(ApiRequest request) => Paged(request, await keys.ListAsync(), (json, row) =>
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
        json.WriteEndObject();
    });

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
            if (scopes.Count == 0 || scopes.Any(scope => !ApiScopes.All.Contains(scope)))
            {
                reader.Add("scopes", "Scopes are missing or not known.", $"Write a list of {string.Join(", ", ApiScopes.All)}.");
            }

            string? expires = reader.Text("expiresAt");
            DateTimeOffset? end = expires is null ? null : ApiRequest.TryTime(expires);
            if (expires is not null && end is null)
            {
                reader.Add("expiresAt", $"\"{expires}\" is not a time.", "Write for example 2027-01-31T00:00:00Z.");
            }

            return (name, scopes, end);
        });
        (string id, string key) = await keys.CreateAsync(name, scopes, expires, request.Caller.Name);
        return Shown(id, name, key);
    }

    private async Task<ApiAnswer> RotateKeyAsync(ApiRequest request) => await keys.RotateAsync(request["id"], request.Caller.Name) is { } made
        ? Shown(made.Id, null, made.Key)
        : throw NoKey(request);

    private async Task<ApiAnswer> RevokeKeyAsync(ApiRequest request) => await keys.RevokeAsync(request["id"], request.Caller.Name) ? ApiAnswer.NoContent : throw NoKey(request);

    private static ApiAnswer Shown(string id, string? name, string key) => ApiAnswer.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        if (name is not null)
        {
            json.WriteString("name", name);
        }

        json.WriteString("key", key);
        json.WriteEndObject();
    }, 201);

    private static ProblemException NoKey(ApiRequest request) => new(Problems.NotFound, $"There is no key {request["id"]}; GET /api/v1/keys lists all.");

    private async Task<ApiAnswer> ListUsersAsync(ApiRequest request) => Paged(request, await store.Access.UsersAsync(), (json, row) =>
    {
        json.WriteStartObject();
        json.WriteString("name", row.Name);
        json.WriteString("role", row.Role);
        json.WriteBoolean("disabled", row.Disabled);
        json.WriteTime("createdAt", row.CreatedAt);
        json.WriteTime("lastSignIn", row.LastSignIn);
        json.WriteEndObject();
    });

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
        await users.AddAsync(name, role, password, request.Caller.Name);
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("role", role);
            json.WriteEndObject();
        }, 201);
    }

    private async Task<ApiAnswer> DeleteUserAsync(ApiRequest request) =>
        await users.RemoveAsync(request["name"], request.Caller.Name) ? ApiAnswer.NoContent : throw new ProblemException(Problems.NotFound, $"There is no user {request["name"]}.");

    private async Task<ApiAnswer> AuditAsync(ApiRequest request)
    {
        Page<AuditRow> page = await request.PageAsync((after, limit) => store.Audit.PageAsync(request.Query("subject"), request.Query("actor"), after, limit));
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

    /// <summary>Keys and users are few: pages are cut from the whole.</summary>
    private static ApiAnswer Paged<T>(ApiRequest request, IReadOnlyList<T> all, Action<Utf8JsonWriter, T> write)
    {
        int limit = request.Limit();
        int start = (int)Math.Clamp(request.Place()?.Seq ?? 0, 0, all.Count);
        string? next = start + limit < all.Count ? new PageCursor(0, start + limit).ToString() : null;
        return ApiAnswer.Page([.. all.Skip(start).Take(limit)], next, write);
    }
}
