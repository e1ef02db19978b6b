using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Dialogues;

/// <summary>What every connector to an HTTP API has to get right, over a real server on loopback.</summary>
public sealed class ApiDialogueTests : IAsyncLifetime
{
    private StubServer _stub = null!;

    public static TheoryData<string> Names => Api.Names;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Send_Taken_DeliveredWithItsId_AndTheSecretIsNowhere(string name)
    {
        Api api = Api.Of(name);
        await using Scene scene = api.Open(_stub);
        _stub.Plays(api.Good());
        Classification.Delivered delivered = (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Delivered>();
        delivered.RemoteId.ShouldBe(api.RemoteId);
        StubRequest sent = _stub.Requests[^1];
        sent.Method.ShouldBe("POST");
        sent.Path.ShouldBe(api.Path);
        sent.BodyText.ShouldNotContain(Api.Secret);
        scene.Redactor.Text($"x {Api.Secret} y").ShouldNotContain(Api.Secret);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Send_Throttled_WaitsAsLongAsItIsTold(string name)
    {
        Api api = Api.Of(name);
        await using Scene scene = api.Open(_stub);
        _stub.Plays(StubReply.Status(429, "", ("Retry-After", "7")), StubReply.Status(429));
        Classification.Wait told = (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Wait>();
        (told.After, told.Cause).ShouldBe((TimeSpan.FromSeconds(7), RetryCause.Throttled));
        Classification.Wait untold = (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Wait>();
        (untold.After, untold.Cause).ShouldBe((null, RetryCause.Throttled));
        scene.Description.Pacing.ThrottledWait.ShouldNotBeNull("a throttled answer that names no time needs one");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Send_StatusesThatEveryApiHas_MeanWhatTheyMean(string name)
    {
        Api api = Api.Of(name);
        await using Scene scene = api.Open(_stub);
        _stub.Default = StubReply.Status(503);
        (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Failure);
        _stub.Default = StubReply.Status(401);
        (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Credentials);
        _stub.Default = StubReply.Status(400, "{}");
        (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Refuse>();
        _stub.Default = StubReply.Status(302, "", ("Location", "http://169.254.169.254/latest/meta-data"));
        (await scene.AttemptAsync(api.Request)).ShouldBeOfType<Classification.Refuse>();
        _stub.Requests.ShouldAllBe(r => r.Path == api.Path || r.Path == "/token", "no redirect is followed");
    }

    public static TheoryData<string> NamesWithAnswers => [.. Api.All.Where(static a => a.Name != "sendgrid").Select(static a => a.Name)]; // SendGrid's good answer has no body that could tell

    [Theory]
    [MemberData(nameof(NamesWithAnswers))]
    public async Task Send_APortalsPageInPlaceOfTheApi_IsNoSuccess(string name)
    {
        Api api = Api.Of(name);
        await using Scene scene = api.Open(_stub);
        _stub.Plays(StubReply.Status(200, "<html>Sign in to the WLAN, ok?</html>", ("Content-Type", "text/html")));
        (await scene.AttemptAsync(api.Request)).ShouldNotBeOfType<Classification.Delivered>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Send_HangResetAndHugeAnswer_AreUnknownAndNeverDelivered(string name)
    {
        Api api = Api.Of(name);
        await using Scene scene = api.Open(_stub);
        if (name == "google-sheets")
        {
            _stub.Plays(api.Good());
            await scene.AttemptAsync(api.Request); // signed in
        }

        int before = _stub.RequestCount;
        _stub.Plays(StubReply.Hang);
        ShouldBeInDoubt(name, await scene.AttemptAsync(api.Request, timeIsUp: _stub.WhenRequestsAsync(before + 1)));
        _stub.Plays(StubReply.Reset);
        ShouldBeInDoubt(name, await scene.AttemptAsync(api.Request));
        _stub.Plays(StubReply.CloseHalfWay);
        (await scene.AttemptAsync(api.Request)).ShouldNotBeOfType<Classification.Delivered>();
        _stub.Plays(StubReply.Huge(8 * 1024 * 1024));
        (await scene.AttemptAsync(api.Request)).ShouldNotBeOfType<Classification.Delivered>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task SendAndCheck_PrivateAddressesOff_NothingIsReached(string name)
    {
        Api api = Api.Of(name);
        await using Scene open = api.Open(_stub);
        await using StubServer other = await StubServer.StartAsync();
        using StubHost shut = new(open.Time, memory: null, EgressPolicy.PublicOnly);
        IConnectorSession session = Reopen(name, other, shut);
        Exception thrown = await Should.ThrowAsync<Exception>(async () => await session.SendAsync(api.Request, default));
        Classification.Of(thrown, new AttemptTrace(), timedOut: false, Scene.Timeout, UnknownOutcomePolicy.Retry)
            .ShouldBeOfType<Classification.Refuse>().Code.ShouldBe(DeliveryReasons.AddressNotAllowed);
        (await session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>();
        other.RequestCount.ShouldBe(0);
        await session.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Check_Answered_LeavesNothingBehind(string name)
    {
        Api api = Api.Of(name);
        await using Scene scene = api.Open(_stub);
        if (name == "slack")
        {
            (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.NotPossible>();
            _stub.RequestCount.ShouldBe(0);
            return;
        }

        _stub.Default = name switch
        {
            "google-sheets" => StubReply.Status(200, """{"properties":{"title":"Sales"},"sheets":[{"properties":{"title":"Sheet1"}}]}"""),
            _ => StubReply.Status(200, """{"ok":true,"result":{"username":"shop_bot"},"verified_name":"Shop"}"""),
        };
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
        _stub.Requests.Where(static r => r.Path != "/token").ShouldAllBe(static r => r.Method == "GET");
        _stub.Default = StubReply.Status(401, """{"ok":false,"error_code":401,"description":"Unauthorized"}""");
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.PtBr.ShouldNotBeNullOrWhiteSpace();
        _stub.Default = StubReply.Status(200, "<html>");
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>();
    }

    /// <summary>Nobody knows: held where a repeat would hurt, tried again with the mark where it would not; an API that knows repeats is simply asked again.</summary>
    private static void ShouldBeInDoubt(string name, Classification what)
    {
        if (name is "sendgrid" or "postmark" or "whatsapp")
        {
            what.ShouldBeOfType<Classification.HoldUnknown>(name);
        }
        else if (what is Classification.HoldUnknown)
        {
            name.ShouldBeOneOf("resend", "brevo"); // out of time: the gateway's own judgement, by the setting
        }
        else
        {
            what.ShouldBeOfType<Classification.Wait>(name).Unknown.ShouldBe(name is not ("resend" or "brevo"));
        }
    }

    private static IConnectorSession Reopen(string name, StubServer stub, StubHost host)
    {
        (IConnector connector, ConnectorSettings settings) = name switch
        {
            "slack" => ((IConnector)new Connectors.Messaging.SlackConnector(), Settings(new { }, ("url", stub.Url + "/services/T/B/x"))),
            "telegram" => (new Connectors.Messaging.TelegramConnector(), Settings(new { apiAddress = stub.Url }, ("token", "123:abc"))),
            "whatsapp" => (new Connectors.Messaging.WhatsAppConnector(), Settings(new { apiAddress = stub.Url, phoneNumberId = "1", apiVersion = "v23.0" }, ("accessToken", "x"))),
            "google-sheets" => (new Connectors.Files.GoogleSheetsConnector(), Settings(new { apiAddress = stub.Url, sheet = "1AbCdEfGhIjKlMnOpQrStUvWxYz", tab = "Sheet1" }, ("keyFile", Api.KeyFile(stub.Url + "/token")))),
            _ => (new Connectors.Email.EmailConnector(), Settings(new { provider = name, from = "a@b.example", apiAddress = stub.Url }, ("apiKey", "x"))),
        };
        return connector.Open(settings, host.Host);
    }

    private static ConnectorSettings Settings(object settings, (string Id, string Value) secret) => new(
        System.Text.Json.JsonSerializer.SerializeToElement(settings).EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value, StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal) { [secret.Id] = secret.Value });
}
