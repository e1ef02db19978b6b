using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>docs/roles.md is the one table of what a role or a key may do. It says what the code says, and every row of it is tried by everybody.</summary>
public sealed class RoleTests(QuietGateway gateway) : IClassFixture<QuietGateway>
{
    private static readonly string[] People = ["viewer", "operator", "administrator"];

    [Fact]
    public void Pages_AndHandlers_NeedTheRoleOfTheTable()
    {
        Dictionary<string, string> code = new(StringComparer.Ordinal);
        foreach (Type model in typeof(Role).Assembly.GetTypes().Where(static t => !t.IsAbstract && t.IsAssignableTo(typeof(PageModel))))
        {
            bool open = model.IsDefined(typeof(OpenToAllAttribute), false);
            foreach (MethodInfo handler in model.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(static m => m.Name.StartsWith("OnGet", StringComparison.Ordinal) || m.Name.StartsWith("OnPost", StringComparison.Ordinal)))
            {
                Role needed = (Role)Math.Max((int)ConsoleGate.RoleOf(model), (int)ConsoleGate.RoleOf(handler));
                code[$"{model.Name[..^"Model".Length]}.{handler.Name.Replace("Async", "", StringComparison.Ordinal)}"] = open ? "everyone" : needed.Name();
            }

            if (!code.Keys.Any(k => k.StartsWith(model.Name[..^"Model".Length] + ".", StringComparison.Ordinal)))
            {
                code[$"{model.Name[..^"Model".Length]}.OnGet"] = open ? "everyone" : ConsoleGate.RoleOf(model).Name();
            }
        }

        Said(Rows().Where(static r => r.What.Contains(".On", StringComparison.Ordinal))).ShouldBe(Said(code.Select(static c => new Row(c.Key, c.Value, ""))));
    }

    [Fact]
    public void Operations_OfTheApi_NeedTheScopeOfTheTable() =>
        Said(Rows().Where(static r => r.What.StartsWith('/') || (r.What.Contains(" /", StringComparison.Ordinal) && !r.What.Contains("/odata", StringComparison.Ordinal))))
            .ShouldBe(Said(GatewayApi.Operations(gateway.Gateway).Select(static o => new Row($"{o.Method} {o.Pattern}", o.Scope.Length == 0 ? "any" : o.Scope, ""))));

    [Fact]
    public async Task Pages_AskedByEverybody_OpenFromTheRoleOfTheTableOn()
    {
        Row[] pages = [.. Rows().Where(static r => r.What.Contains(".On", StringComparison.Ordinal) && r.Needs != "everyone")];
        pages.Length.ShouldBeGreaterThan(80);
        foreach (string? role in People.Prepend(null))
        {
            QuietGateway.Person who = await gateway.SignInAsync(role);
            foreach (Row row in pages)
            {
                using HttpResponseMessage answer = await TryAsync(who, row);
                string what = $"{role ?? "nobody"}: {row.What}";
                if (role is null)
                {
                    answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, what);
                    answer.Headers.Location!.ToString().ShouldStartWith("/sign-in", Case.Sensitive, what);
                }
                else if (Array.IndexOf(People, role) < Array.IndexOf(People, row.Needs))
                {
                    answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, what);
                }
                else
                {
                    // Let in: what is asked for does not exist or lacks its fields, and that is said without a mistake.
                    ((int)answer.StatusCode).ShouldBeInRange(200, 499, what);
                    answer.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden, what);
                    (answer.Headers.Location?.ToString() ?? "").ShouldNotStartWith("/sign-in?to", Case.Sensitive, what);
                }

                if (row.What is "Me.OnPostSignOut" or "Me.OnPostEverywhere" or "Me.OnPostPassword")
                {
                    who = await gateway.SignInAsync(role);
                }
            }
        }
    }

    [Fact]
    public async Task Operations_CalledWithEveryScope_OpenForTheScopeOfTheTable()
    {
        Row[] rows = [.. Rows().Where(static r => r.What.Contains(" /", StringComparison.Ordinal) && !r.What.Contains("/odata", StringComparison.Ordinal))];
        rows.Length.ShouldBeGreaterThan(60);
        List<(string Scope, string Key)> keys = [];
        foreach (string scope in ApiScopes.All.Append("send:nothing-here"))
        {
            keys.Add((scope, await gateway.KeyAsync("only-" + scope.Replace(':', '-'), scope)));
        }

        foreach (Row row in rows)
        {
            string[] parts = row.What.Split(' ', 2);
            HttpMethod method = new(parts[0]);
            string path = "/api/v1" + Named(parts[1]);
            string? body = method == HttpMethod.Post || method == HttpMethod.Put ? "[]" : null;
            using (HttpResponseMessage none = await gateway.CallAsync(method, path, null, body))
            {
                none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, row.What);
            }

            foreach ((string scope, string key) in keys)
            {
                using HttpResponseMessage answer = await gateway.CallAsync(method, path, key, body);
                string needs = row.Needs.Replace("{name}", "nothing-here", StringComparison.Ordinal);
                bool may = needs == "any" || needs == scope || (scope == ApiScopes.Admin && !ApiScopes.IsSend(needs));
                (answer.StatusCode == HttpStatusCode.Forbidden).ShouldBe(!may, $"{scope}: {row.What}: {(int)answer.StatusCode}");
                ((int)answer.StatusCode).ShouldBeLessThan(500, $"{scope}: {row.What}");
            }
        }
    }

    [Fact]
    public async Task Doors_OfTheConsoleAndTheApi_DoNotOpenEachOther()
    {
        QuietGateway.Person administrator = await gateway.SignInAsync("administrator");
        foreach (string path in new[] { "/api/v1/events", "/api/v1/config", "/odata/v4/Events", "/api/v1/users" })
        {
            using HttpResponseMessage answer = await administrator.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        }

        string key = await gateway.KeyAsync("everything", [.. ApiScopes.All]);
        foreach (string path in new[] { "/", "/events", "/settings/people" })
        {
            using HttpResponseMessage answer = await gateway.CallAsync(HttpMethod.Get, path, key);
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, path);
        }
    }

    [Fact]
    public async Task Feed_AskedWithEveryScope_OpensForTheScopesOfTheTable()
    {
        Row[] rows = [.. Rows().Where(static r => r.What.Contains("/odata", StringComparison.Ordinal))];
        rows.Length.ShouldBe(3);
        string all = await gateway.KeyAsync("feed-set-up", [.. ApiScopes.All]);
        (await gateway.CallAsync(HttpMethod.Put, "/api/v1/sources/feed", all, """{"platform":"generic","settings":{"scheme":"none"}}""")).IsSuccessStatusCode.ShouldBeTrue();
        (await gateway.CallAsync(HttpMethod.Put, "/api/v1/sources/feed-shop", all, """{"platform":"atomicpay","secrets":["secret-of-the-feed-test"]}""")).IsSuccessStatusCode.ShouldBeTrue();
        (await gateway.CallAsync(HttpMethod.Post, "/api/v1/simulate", all, """{"source":"feed-shop","event":"purchase_approved","count":1,"seed":5}""")).IsSuccessStatusCode.ShouldBeTrue();
        foreach (Row row in rows)
        {
            string key = await gateway.KeyAsync("feed-" + row.Needs.Replace(", ", "-", StringComparison.Ordinal), row.Needs.Split(", "));
            using HttpResponseMessage answer = await gateway.CallAsync(HttpMethod.Get, "/odata/v4/Events?$filter=source eq 'feed-shop'&$select=customerEmail", key);
            string text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, row.Needs);
            text.Contains("***@", StringComparison.Ordinal).ShouldBe(row.Where.StartsWith("masked", StringComparison.Ordinal), row.Needs + ": " + text);
            using HttpResponseMessage felt = await gateway.CallAsync(HttpMethod.Get, "/odata/v4/Events?$filter=startswith(customerEmail,'a')", key);
            felt.StatusCode.ShouldBe(row.Where.StartsWith("masked", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : HttpStatusCode.OK, row.Needs);
        }

        foreach (string scope in ApiScopes.All.Except([ApiScopes.OData, ApiScopes.Admin]))
        {
            using HttpResponseMessage answer = await gateway.CallAsync(HttpMethod.Get, "/odata/v4/Events", await gateway.KeyAsync("no-feed-" + scope, scope));
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, scope);
        }
    }

    private static Task<HttpResponseMessage> TryAsync(QuietGateway.Person who, Row row)
    {
        string handler = row.What[(row.What.IndexOf('.', StringComparison.Ordinal) + 1)..];
        bool post = handler.StartsWith("OnPost", StringComparison.Ordinal);
        string name = handler[(post ? "OnPost" : "OnGet").Length..];
        string address = Named(row.Where) + (name.Length == 0 ? "" : "?handler=" + name);
        return post ? who.PostAsync(address) : who.GetAsync(address);
    }

    /// <summary>An address about something that is not there: who is let in does no harm.</summary>
    private static string Named(string pattern) => pattern.Replace("{name}", "nothing-here", StringComparison.Ordinal).Replace("{id}", "evt_00000000000000000000000000", StringComparison.Ordinal).Replace("{value}", "x", StringComparison.Ordinal);

    private static string Said(IEnumerable<Row> rows) => string.Join('\n', rows.Select(static r => $"{r.What}: {r.Needs}").Order(StringComparer.Ordinal));

    internal static IEnumerable<Row> Rows() =>
        File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "roles.md"))
            .Select(static l => l.Split('|', StringSplitOptions.TrimEntries)).Where(static c => c.Length >= 4 && c[1].StartsWith('`'))
            .Select(static c => new Row(c[1].Trim('`'), c[2], c[3].Trim('`')));

    internal sealed record Row(string What, string Needs, string Where);
}
