using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Files;

public sealed class GoogleSheetsTests : IAsyncLifetime
{
    private const string Sheet = "/v4/spreadsheets/1AbCdEfGhIjKlMnOpQrStUvWxYz/values/";

    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Fact]
    public async Task SignIn_Assertion_IsSignedByTheAccountsKey()
    {
        await using Scene scene = Api.Sheets(_stub);
        _stub.Plays(Api.Of("google-sheets").Good());
        await scene.AttemptAsync(Api.Of("google-sheets").Request);
        string jwt = HttpUtility.ParseQueryString(_stub.Requests[0].BodyText)["assertion"]!;
        string[] parts = jwt.Split('.');
        JsonElement claims = JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
        claims.GetProperty("iss").GetString().ShouldBe("bridge@shop.iam.gserviceaccount.com");
        claims.GetProperty("scope").GetString().ShouldBe("https://www.googleapis.com/auth/spreadsheets");
        claims.GetProperty("aud").GetString().ShouldBe(_stub.Url + "/token");
        using RSA key = RSA.Create();
        key.ImportFromPem(JsonElement.Parse(Api.KeyFile("")).GetProperty("private_key").GetString());
        key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
    }

    [Fact]
    public async Task Row_Array_GoesOutRaw_NumbersExact_FormulasHarmless()
    {
        await using Scene scene = Api.Sheets(_stub);
        _stub.Plays(Api.Of("google-sheets").Good());
        await scene.AttemptAsync(Api.Of("google-sheets").Request);
        StubRequest sent = _stub.Requests[^1];
        sent.Query.ShouldBe("?valueInputOption=RAW&insertDataOption=INSERT_ROWS");
        sent.BodyText.ShouldBe("""{"values":[["evt_1",10.990000000000000001,"'=1+1"]]}""");
        sent.Header("Authorization").ShouldBe("Bearer " + Api.Secret);
    }

    [Fact]
    public async Task Row_Object_ByTheHeadingsOfRowOne_ReadOnce()
    {
        await using Scene scene = Api.Sheets(_stub);
        _stub.At(Sheet + "'Sheet1'!1:1", static _ => StubReply.Status(200, """{"values":[["Date","Event ID","Amount"]]}"""));
        _stub.Default = Api.Of("google-sheets").Good();
        DeliveryRequest request = Scene.Request("""{"Event ID":"evt_1","Amount":-90.50,"Date":null}""", "application/json");
        await scene.AttemptAsync(request);
        await scene.AttemptAsync(request);
        _stub.Requests[^1].BodyText.ShouldBe("""{"values":[["","evt_1",-90.50]]}""");
        _stub.Requests.Count(static r => r.Path.EndsWith("!1:1", StringComparison.Ordinal)).ShouldBe(1);
        (await scene.AttemptAsync(Scene.Request("""{"Unknown":1}""", "application/json"))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("\"Unknown\"");
    }

    [Fact]
    public async Task Row_AfterAnUnknownOutcome_IsLookedForFirst()
    {
        await using Scene scene = Api.Sheets(_stub);
        _stub.At(Sheet + "'Sheet1'!1:1", static _ => StubReply.Status(200, """{"values":[["Date","Event ID"]]}"""));
        _stub.At(Sheet + "'Sheet1'!B2:B", static _ => StubReply.Status(200, """{"values":[["evt_0","evt_1"]]}"""));
        _stub.Default = Api.Of("google-sheets").Good();
        DeliveryRequest again = Scene.Request("""{"Event ID":"evt_1"}""", "application/json") with { AfterUnknownOutcome = true };
        (await scene.AttemptAsync(again)).ShouldBeOfType<Classification.Delivered>().Note!.ShouldContain("there already");
        _stub.Requests.ShouldNotContain(static r => r.Path.EndsWith(":append", StringComparison.Ordinal));
        (await scene.AttemptAsync(Scene.Request("""{"Event ID":"evt_2"}""", "application/json") with { AfterUnknownOutcome = true })).ShouldBeOfType<Classification.Delivered>().RemoteId.ShouldBe("Sheet1!A2:C2");
    }

    [Fact]
    public async Task Row_EightAtOnceWithOneId_IsWrittenOnce()
    {
        int rows = 0;
        await using Scene scene = Api.SheetsWith(_stub, new { sheet = "1AbCdEfGhIjKlMnOpQrStUvWxYz", apiAddress = _stub.Url + "/v4", skipExisting = true });
        _stub.At(Sheet + "'Sheet1'!1:1", static _ => StubReply.Status(200, """{"values":[["Event ID"]]}"""));
        _stub.At(Sheet + "'Sheet1'!A2:A", _ => StubReply.Status(200, Volatile.Read(ref rows) == 0 ? "{}" : """{"values":[["evt_1"]]}"""));
        _stub.At(Sheet + "'Sheet1'!A1:append", _ =>
        {
            Interlocked.Increment(ref rows);
            return Api.Of("google-sheets").Good();
        });
        DeliveryRequest request = Scene.Request("""{"Event ID":"evt_1"}""", "application/json");
        Classification[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => scene.AttemptAsync(request))));
        all.ShouldAllBe(static c => c is Classification.Delivered);
        rows.ShouldBe(1);
        (await scene.AttemptAsync(Scene.Request("""[1]""", "application/json"))).ShouldBeOfType<Classification.Delivered>("a row with another id is another row");
        rows.ShouldBe(2);
    }

    [Theory]
    [InlineData(403, """{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}""", "bridge@shop.iam.gserviceaccount.com")]
    [InlineData(404, """{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}""", "no sheet at this link")]
    [InlineData(400, """{"error":{"code":400,"message":"Unable to parse range: 'Sheet1'!A1","status":"INVALID_ARGUMENT"}}""", "another name")]
    public async Task Failure_OfTheSheetItself_HoldsTheDestinationWithTheFix(int status, string body, string fix)
    {
        await using Scene scene = Api.Sheets(_stub);
        _stub.Plays(StubReply.Status(status, body));
        Classification.Wait wait = (await scene.AttemptAsync(Api.Of("google-sheets").Request)).ShouldBeOfType<Classification.Wait>();
        wait.Cause.ShouldBe(RetryCause.Credentials);
        wait.Error.ShouldContain(fix);
    }

    [Fact]
    public async Task Check_TabThatIsNotThere_NamesThoseThatAre()
    {
        await using Scene scene = Api.Sheets(_stub);
        _stub.Default = StubReply.Status(200, """{"properties":{"title":"Sales"},"sheets":[{"properties":{"title":"Jan"}},{"properties":{"title":"Feb"}}]}""");
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.En.ShouldContain("Jan, Feb");
        (await scene.Session.ListChoicesAsync("tab", default)).ShouldBeOfType<ChoicesResult.Listed>().Choices.Select(static c => c.Value).ShouldBe(["Jan", "Feb"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("""{"type":"service_account","client_email":"a@b.example","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}""")]
    [InlineData("""{"type":"authorized_user","client_email":"a@b.example"}""")]
    public void Validate_KeyFileThatIsNone_SaidWithTheFix(string file) =>
        SettingsCheck.Check(new GoogleSheetsConnector(), new Dictionary<string, JsonElement> { ["sheet"] = JsonSerializer.SerializeToElement("1AbCdEfGhIjKlMnOpQrStUvWxYz") }, new Dictionary<string, SecretText> { ["keyFile"] = new(file) })
            .Problems.ShouldHaveSingleItem().Field.ShouldBe("keyFile");
}
