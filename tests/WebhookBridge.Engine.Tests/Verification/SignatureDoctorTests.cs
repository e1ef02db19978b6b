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
        then = Now.ToUnixTimeSeconds() + 900;
        finding = Diagnose(source, Request(Body, ("Stripe-Signature", $"t={then},v1={Hex("whsec_x", $"{then}.{Body}")}"))).ShouldHaveSingleItem();
        finding.Code.ShouldBe(RefusalCodes.TimestampInFuture);
        finding.Text.En.ShouldContain("900 s after");
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
    public void Diagnose_SenderSignsWithALineBreakBehindTheSecret_SaysSo() =>
        Proven(Diagnose("altafinex", "s", Body, ("X-Altafinex-Signature", Hex("s\n", Body)))).ShouldBe("secret_lacks_newline");

    [Fact]
    public void Diagnose_PrefixOfTheSignatureMissing_SaysSo() =>
        Proven(Diagnose("github", "s", Body, ("X-Hub-Signature-256", Hex("s", Body)))).ShouldBe("signature_prefix");

    [Fact]
    public void Diagnose_AnotherHash_NamesIt()
    {
        string sha512 = Convert.ToHexStringLower(HMACSHA512.HashData("s"u8, Encoding.UTF8.GetBytes(Body)));
        DoctorFinding finding = Diagnose("altafinex", "s", Body, ("X-Altafinex-Signature", sha512)).ShouldHaveSingleItem();
        finding.Code.ShouldBe("signature_algorithm");
        finding.Text.En.ShouldContain("SHA-512");
    }

    [Theory]
    [InlineData("yoco", "sk_test_1", "an API key (sk_", "uma chave de API (sk_")]
    [InlineData("yoco", "\"whsec_c2VjcmV0\"", "in quotes", "entre aspas")]
    [InlineData("yoco", "whsec_%%%", "'whsec_' and base64", "seguido de base64")]
    [InlineData("yoco", "  ", "is empty", "está vazio")]
    [InlineData("adyen", "no hex", "is not hexadecimal", "não é hexadecimal")]
    public void Diagnose_SecretThatCannotBeAKey_SaysWhyInBothLanguages(string platform, string secret, string en, string pt)
    {
        DoctorFinding finding = Diagnose(platform, secret, Body)[0];
        finding.Code.ShouldBe("source_unusable");
        finding.Text.En.ShouldContain(en);
        finding.Text.PtBr.ShouldNotBeNull().ShouldContain(pt);
    }

    /// <summary>Peach's card API is said to encrypt: such a body carries nothing that could be checked, and is refused.</summary>
    [Fact]
    public void Diagnose_EncryptedBodyWithoutSignature_DoesNotBlameTheSecret()
    {
        DoctorFinding finding = Diagnose("peach-payments", "s", """{"encryptedBody":"F8E2F759"}""", ("Content-Type", "application/json"), ("X-Initialization-Vector", "00"), ("X-Authentication-Tag", "00")).ShouldHaveSingleItem();
        finding.Code.ShouldBe("unexplained");
        finding.Text.En.ShouldContain("nothing that could be checked");
        finding.Text.PtBr!.ShouldContain("nada que possa ser conferido");
    }

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
