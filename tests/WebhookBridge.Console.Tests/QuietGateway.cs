using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Storage.Accounts;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>A gateway in this process, asked over real HTTP without a browser: for what every page, operation and header must say, many times over.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime.
public sealed partial class QuietGateway : IAsyncLifetime
#pragma warning restore CA1001
{
    public const string Password = "correct horse battery";

    private readonly TempFolder _folder = new();
    private Gateway? _gateway;
    private GatewayHost? _host;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Destinations on this machine may be reached.</summary>
    public bool AllowPrivate { get; init; }

    internal Gateway Gateway => _gateway!;

    internal AccountStore Accounts => new(Gateway.Store);

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = _folder.Of("data"), AllowPrivate = AllowPrivate }, Clock, NullLoggerFactory.Instance);
        _host = await GatewayHost.StartAsync(
            new ServeOptions { Urls = ServeOptions.Addresses("--urls", "http://127.0.0.1:0"), DataDirectory = _folder.Of("data"), TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }, _gateway, NullLoggerFactory.Instance);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(_host.Server.Urls[0]) };
        string key = await KeyAsync("set-up", [.. ApiScopes.All]);
        foreach (string role in new[] { "administrator", "operator", "viewer" })
        {
            (await CallAsync(HttpMethod.Post, "/api/v1/users", key, $$"""{"name":"{{role}}@marula.example","role":"{{role}}","password":"{{Password}}"}""")).StatusCode.ShouldBe(HttpStatusCode.Created);
        }
    }

    public async Task<string> KeyAsync(string name, params string[] scopes) => (await Gateway.Keys.CreateAsync(name, scopes, null, "test")).Key;

    public async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, string? key, string? json = null)
    {
        using HttpRequestMessage request = new(method, path);
        if (key is not null)
        {
            request.Headers.Add("Authorization", "Bearer " + key);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        }

        return await Http.SendAsync(request);
    }

    /// <summary>Somebody with that role, signed in; null = nobody.</summary>
    internal async Task<Person> SignInAsync(string? role)
    {
        if (role is null)
        {
            return new Person(this, null);
        }

        byte[] token = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
        DateTimeOffset now = Clock.GetUtcNow();
        Account account = (await Accounts.FindAsync(role + "@marula.example", default))!;
        await Accounts.StartSessionAsync(account, ConsoleGate.KeyOf(token), now, now.AddHours(1), "127.0.0.1", "test");
        return new Person(this, "wb-session=" + System.Buffers.Text.Base64Url.EncodeToString(token));
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _host!.DisposeAsync();
        await _gateway!.DisposeAsync();
        _folder.Dispose();
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"(?<token>[^\"]+)", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Token();

    /// <summary>One browser: a cookie, and the antiforgery token that belongs to it.</summary>
    internal sealed class Person(QuietGateway gateway, string? cookie)
    {
        private string? _token;

        public async Task<HttpResponseMessage> GetAsync(string path)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            return await SendAsync(request);
        }

        public async Task<string> ReadAsync(string path)
        {
            using HttpResponseMessage answer = await GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            return await answer.Content.ReadAsStringAsync();
        }

        public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
        {
            _token ??= Token().Match(cookie is null ? "" : await ReadAsync("/me")).Groups["token"].Value;
            using HttpRequestMessage request = new(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent([new("__RequestVerificationToken", _token), .. fields.Select(static f => KeyValuePair.Create(f.Name, f.Value))]),
            };
            return await SendAsync(request);
        }

        private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            if (cookie is not null)
            {
                request.Headers.Add("Cookie", cookie);
            }

            request.Headers.Add("Accept-Language", "en");
            return await gateway.Http.SendAsync(request);
        }
    }
}
