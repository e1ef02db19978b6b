using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Shared;

[AllowAnyStatusCode]
internal interface IThings
{
    [Get("things")]
    Task<HttpResponseMessage> ListAsync(CancellationToken cancellationToken);
}

public sealed class OAuth2Tests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly ConnectorMemory _memory = ConnectorMemory.OfThisProcess();
    private StubServer _stub = null!;
    private StubHost _host = null!;

    public async Task InitializeAsync()
    {
        _stub = await StubServer.StartAsync();
        _host = new StubHost(_time, _memory);
    }

    public async Task DisposeAsync()
    {
        _host.Dispose();
        await _stub.DisposeAsync();
    }

    [Fact]
    public async Task Token_ManyAtOnce_AskedForOnce()
    {
        TaskCompletionSource let = new();
        _stub.Plays(StubReply.After(let.Task, Token("t1", 3600)));
        using OAuth2 oauth = new(_host.Host, Client());
        Task<string>[] all = [.. Enumerable.Range(0, 20).Select(_ => oauth.TokenAsync(default).AsTask())];
        await _stub.WhenRequestsAsync(1);
        let.SetResult();
        (await Task.WhenAll(all)).ShouldAllBe(static t => t == "access-t1");
        _stub.RequestCount.ShouldBe(1);
        _stub.Requests[0].BodyText.ShouldBe("grant_type=client_credentials&client_id=shop&client_secret=pssst&scope=orders");
    }

    [Fact]
    public async Task Token_BeforeItsEnd_IsRenewed()
    {
        _stub.Plays(Token("t1", 3600), Token("t2", 3600));
        using OAuth2 oauth = new(_host.Host, Client());
        await oauth.TokenAsync(default);
        _time.Advance(TimeSpan.FromMinutes(57));
        (await oauth.TokenAsync(default)).ShouldBe("access-t1");
        _time.Advance(TimeSpan.FromMinutes(1.5));
        (await oauth.TokenAsync(default)).ShouldBe("access-t2");
    }

    [Fact]
    public async Task Token_AfterARestart_IsRecalledUnlessTheSettingsChanged()
    {
        _stub.Plays(Token("t1", 3600), Token("t2", 3600));
        using (OAuth2 before = new(_host.Host, Client()))
        {
            await before.TokenAsync(default);
        }

        using OAuth2 after = new(_host.Host, Client());
        (await after.TokenAsync(default)).ShouldBe("access-t1");
        using OAuth2 changed = new(_host.Host, Client("another"));
        (await changed.TokenAsync(default)).ShouldBe("access-t2");
        _host.Redactor.Text("access-t1").ShouldBe(Redactor.Mask);
    }

    [Fact]
    public async Task RefreshToken_RotatedByTheServer_IsKeptBeforeItIsUsed()
    {
        _stub.Plays(Token("t1", 60, "r2"), Token("t2", 60, "r3"));
        OAuthGrant grant = new OAuthGrant.RefreshToken(_stub.Url + "/token", "shop", "pssst", "r1-first");
        using (OAuth2 first = new(_host.Host, grant))
        {
            await first.TokenAsync(default);
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        using OAuth2 second = new(_host.Host, grant);
        (await second.TokenAsync(default)).ShouldBe("access-t2");
        _stub.Requests[0].BodyText.ShouldEndWith("refresh_token=r1-first");
        _stub.Requests[1].BodyText.ShouldEndWith("refresh_token=refresh-r2");
    }

    [Fact]
    public async Task Refused_ByTheSignIn_CountsAsCredentials()
    {
        _stub.Plays(StubReply.Status(400, """{"error":"invalid_grant","error_description":"revoked"}"""));
        using OAuth2 oauth = new(_host.Host, Client());
        AnswerException e = await Should.ThrowAsync<AnswerException>(async () => await oauth.TokenAsync(default));
        SendResult.RetryLater later = e.Result.ShouldBeOfType<SendResult.RetryLater>();
        later.Cause.ShouldBe(RetryCause.Credentials);
        later.Reason.ShouldContain("revoked");
    }

    [Fact]
    public async Task Call_AnsweredWith401_GetsANewTokenOnce()
    {
        _stub.At("/token", _ => Token($"t{_stub.Requests.Count(static r => r.Path == "/token")}", 3600));
        _stub.Plays(StubReply.Status(401), StubReply.Status(200, "{}"), StubReply.Status(401), StubReply.Status(401));
        using OAuth2 oauth = new(_host.Host, Client());
        IThings api = ApiClient.For<IThings>(_host.Host, _stub.Url, oauth: oauth);
        using HttpResponseMessage fine = await api.ListAsync(default);
        ((int)fine.StatusCode).ShouldBe(200);
        using HttpResponseMessage not = await api.ListAsync(default);
        ((int)not.StatusCode).ShouldBe(401, "asked again once, not for ever");
        _stub.Requests.Where(static r => r.Path == "/things").Select(static r => r.Header("Authorization"))
            .ShouldBe(["Bearer access-t1", "Bearer access-t2", "Bearer access-t2", "Bearer access-t3"]);
    }

    [Fact]
    public async Task JwtBearer_Assertion_VerifiesWithThePublicKey()
    {
        using RSA key = RSA.Create(2048);
        _stub.Plays(Token("t1", 3600));
        using OAuth2 oauth = new(_host.Host, new OAuthGrant.JwtBearer(_stub.Url + "/token", "me@example.iam", key.ExportPkcs8PrivateKeyPem(), "https://token.example", "sheets"));
        await oauth.TokenAsync(default);
        string assertion = Uri.UnescapeDataString(_stub.Requests[0].BodyText.Split("assertion=")[1]);
        string[] parts = assertion.Split('.');
        key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        using JsonDocument claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        claims.RootElement.GetProperty("iss").GetString().ShouldBe("me@example.iam");
        claims.RootElement.GetProperty("aud").GetString().ShouldBe("https://token.example");
        claims.RootElement.GetProperty("scope").GetString().ShouldBe("sheets");
        long issued = claims.RootElement.GetProperty("iat").GetInt64();
        issued.ShouldBe(_time.GetUtcNow().ToUnixTimeSeconds());
        (claims.RootElement.GetProperty("exp").GetInt64() - issued).ShouldBe(180);
    }

    /// <summary>A refresh token that ends is a person's affair: they hear of it, also after a restart.</summary>
    [Fact]
    public async Task Token_ServerSaysWhenTheRefreshTokenEnds_IsTold()
    {
        DateTimeOffset end = _time.GetUtcNow().AddDays(30);
        _stub.Plays(StubReply.Status(200, """{"access_token":"access-t1","expires_in":60,"refresh_token":"refresh-r2","refresh_token_expires_in":2592000}"""), Token("t2", 3600, "r3"));
        OAuthGrant grant = new OAuthGrant.RefreshToken(_stub.Url + "/token", "shop", "pssst", "r1-first");
        using (OAuth2 oauth = new(_host.Host, grant))
        {
            await oauth.TokenAsync(default);
            _host.Host.Ending.ShouldNotBeNull().End.ShouldBe(end);
        }

        using StubHost later = new(_time, _memory);
        using OAuth2 again = new(later.Host, grant);
        await again.TokenAsync(default);
        later.Host.Ending.ShouldNotBeNull().End.ShouldBe(end, "kept over a restart");
        _time.Advance(TimeSpan.FromMinutes(2));
        await again.TokenAsync(default);
        later.Host.Ending.ShouldBeNull("the new refresh token has no end that is known");
    }

    private OAuthGrant Client(string id = "shop") => new OAuthGrant.ClientCredentials(_stub.Url + "/token", id, "pssst", "orders");

    private static StubReply Token(string name, int seconds, string? refresh = null) => StubReply.Status(200, refresh is null
        ? $$"""{"access_token":"access-{{name}}","expires_in":{{seconds}},"token_type":"Bearer"}"""
        : $$"""{"access_token":"access-{{name}}","expires_in":{{seconds}},"refresh_token":"refresh-{{refresh}}"}""");
}
