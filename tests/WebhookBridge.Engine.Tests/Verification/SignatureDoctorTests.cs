using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Tests.Platforms;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Tests.Verification;

public sealed class SignatureDoctorTests
{
    private const string Body = "{\"id\":\"own-1\",\"url\":\"https://a/b\",\"name\":\"é\"}";
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private static string Hex(string key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)));

    private static IReadOnlyList<DoctorFinding> Diagnose(string platform, string secret, string body, params (string Name, string Value)[] headers) => Diagnose(Shipped.Source(platform, [secret]), Request(body, headers));

    private static IReadOnlyList<DoctorFinding> Diagnose(SourceDefinition source, InboundRequest request, params SourceDefinition[] others) =>
        SignatureDoctor.Diagnose(Shipped.Catalog.Get(source.Platform)!, source, request, Now, Shipped.Catalog, others);

    private static InboundRequest Request(string body, params (string Name, string Value)[] headers) =>
        Shipped.Request(Encoding.UTF8.GetBytes(body), headers.Select(h => new KeyValuePair<string, string>(h.Name, h.Value)), at: Now);

    [Fact]
    public void Diagnose_HeaderMissing_ShowsNearNames()
    {
        DoctorFinding finding = Diagnose("altafinex", "s", Body, ("X-Altafinex-Signatur", "00")).ShouldHaveSingleItem();
        finding.Code.ShouldBe("header_missing");
        finding.Proven.ShouldBeFalse();
        finding.Text.En.ShouldContain("X-Altafinex-Signatur");
        finding.Text.PtBr!.ShouldContain("ausente");
    }

    [Fact]
    public void Diagnose_HeaderMisnamed_SaysSoOnceItVerifies() =>
        Proven(Diagnose("altafinex", "s", Body, ("X-Signature", Hex("s", Body)))).ShouldBe("header_misnamed");

    [Fact]
    public void Diagnose_TimestampTooOld_SaysByHowMuch()
    {
        SourceDefinition source = Shipped.Source("stripe", ["whsec_x"]);
        long then = Now.ToUnixTimeSeconds() - 412;
        DoctorFinding finding = Diagnose(source, Request(Body, ("Stripe-Signature", $"t={then},v1={Hex("whsec_x", $"{then}.{Body}")}"))).ShouldHaveSingleItem();
        finding.Code.ShouldBe(RefusalCodes.TimestampTooOld);
        finding.Text.En.ShouldContain("412 s");
    }

    [Theory]
    [InlineData("s ", "secret_has_blanks")]
    [InlineData("s\n", "secret_has_blanks")]
    [InlineData("\"s\"", "secret_has_quotes")]
    [InlineData("whsec_s", "secret_prefix")]
    [InlineData("S", "secret_case")]
    public void Diagnose_SecretSpoiled_FindsHow(string pasted, string code) =>
        Proven(Diagnose("altafinex", pasted, Body, ("X-Altafinex-Signature", Hex("s", Body)))).ShouldBe(code);

    [Fact]
    public void Diagnose_SecretUsedAsTextInsteadOfDecoded_SaysKeyForm()
    {
        const string Secret = "whsec_c2VjcmV0LW9mLW91ci1vd24=";
        string t = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        byte[] mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"m1.{t}.{Body}"));
        Proven(Diagnose("yoco", Secret, Body, ("webhook-id", "m1"), ("webhook-timestamp", t), ("webhook-signature", "v1," + Convert.ToBase64String(mac)))).ShouldBe("key_form");
    }

    [Fact]
    public void Diagnose_Base64InsteadOfHex_SaysEncoding() =>
        Proven(Diagnose("altafinex", "s", Body, ("X-Altafinex-Signature", Convert.ToBase64String(Convert.FromHexString(Hex("s", Body)))))).ShouldBe("signature_encoding");

    [Theory]
    [InlineData("{ \"id\": \"own-1\", \"url\": \"https://a/b\", \"name\": \"é\" }", Body)]
    [InlineData(Body, "{\"id\": \"own-1\", \"url\": \"https://a/b\", \"name\": \"é\"}")]
    [InlineData(Body, Body + "\n")]
    [InlineData(Body, "{\"id\":\"own-1\",\"url\":\"https:\\/\\/a\\/b\",\"name\":\"é\"}")]
    public void Diagnose_BodyReserialised_FindsTheFormThatMatches(string arrived, string original) =>
        Proven(Diagnose("altafinex", "s", arrived, ("X-Altafinex-Signature", Hex("s", original)))).ShouldBe("body_changed");

    [Fact]
    public void Diagnose_ProxyChangedTheAddress_NamesTheSignedOne()
    {
        string signature = Convert.ToBase64String(HMACSHA256.HashData("k"u8, Encoding.UTF8.GetBytes("https://shop.example/in/test" + Body)));
        InboundRequest request = Shipped.Request(Encoding.UTF8.GetBytes(Body), [new("x-square-hmacsha256-signature", signature), new("X-Forwarded-Host", "shop.example")], url: "http://10.0.0.5:8080/in/test", at: Now);
        IReadOnlyList<DoctorFinding> findings = Diagnose(Shipped.Source("square", ["k"]), request);
        Proven(findings).ShouldBe("address_changed");
        findings[0].Text.En.ShouldContain("https://shop.example/in/test");
    }

    [Fact]
    public void Diagnose_OtherPlatformsScheme_NamesThePlatform()
    {
        IReadOnlyList<DoctorFinding> findings = Diagnose("altafinex", "s", Body, ("X-Hub-Signature-256", "sha256=" + Hex("s", Body)));
        findings.ShouldContain(f => f.Proven);
        findings.First(f => f.Proven).Code.ShouldBeOneOf("other_platform", "header_misnamed");
    }

    [Fact]
    public void Diagnose_SecretOfAnotherSource_NamesIt() =>
        Proven(Diagnose(Shipped.Source("altafinex", ["live"]), Request(Body, ("X-Altafinex-Signature", Hex("test", Body))), Shipped.Source("altafinex", ["test"]) with { Name = "altafinex-sandbox" })).ShouldBe("secret_of_other_source");

    [Fact]
    public void Diagnose_ApiKeyAsSecret_SaysTheKind() =>
        Diagnose("altafinex", "sk_live_1", Body, ("X-Altafinex-Signature", Hex("other", Body))).ShouldContain(f => f.Code == "secret_of_wrong_kind" && !f.Proven);

    [Fact]
    public void Diagnose_ForgedRequest_SaysThatNothingExplainsItAndNoSecret()
    {
        DoctorFinding finding = Diagnose("altafinex", "very-secret-text", Body, ("X-Altafinex-Signature", Hex("other", Body))).ShouldHaveSingleItem();
        finding.Code.ShouldBe("unexplained");
        finding.Text.En.ShouldNotContain("very-secret-text");
        finding.Text.En.ShouldNotContain(Hex("very-secret-text", Body));
    }

    [Fact]
    public void Diagnose_AfterMending_SaysThatItMatchesNow() =>
        Proven(Diagnose("altafinex", "s", Body, ("X-Altafinex-Signature", Hex("s", Body)))).ShouldBe("matches_now");

    private static string Proven(IReadOnlyList<DoctorFinding> findings) => findings.First(f => f.Proven).Code;
}
