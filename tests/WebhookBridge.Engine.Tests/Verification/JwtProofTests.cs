using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Tests.Platforms;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Tests.Verification;

/// <summary>JSON Web Tokens with public keys (RFC 7518, RFC 8037), through the shipped description of FusionAuth.</summary>
public sealed class JwtProofTests
{
    private const string Body = """{"event":{"id":"e_1","type":"user.create"}}""";

    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("jwt-rs256", "RS256")]
    [InlineData("jwt-rs512", "RS512")]
    [InlineData("jwt-es256", "ES256")]
    public void Verify_TokenOfThePrivateKey_IsGenuine(string scheme, string algorithm)
    {
        using var keys = new Keys(algorithm);
        SourceVerifier verifier = Verifier(scheme, keys.PublicPem);
        verifier.Problems.ShouldBeEmpty();
        Judge(verifier, keys.Token(algorithm, Body)).ShouldBeOfType<VerifyResult.Genuine>();
        Judge(verifier, keys.Token(algorithm, Body + " ")).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.SignatureMismatch);
        Judge(verifier, keys.Token(algorithm, Body, expires: Now.AddSeconds(-1))).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.TimestampTooOld);
        Judge(verifier, keys.Token(algorithm, Body)[..^4] + "AAAA").ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.SignatureMismatch);
        using var others = new Keys(algorithm);
        Judge(verifier, others.Token(algorithm, Body)).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.SignatureMismatch);
    }

    [Fact]
    public void Verify_TokenThatNamesAnotherAlgorithm_IsRefused()
    {
        using var keys = new Keys("RS256");
        Judge(Verifier("jwt-rs256", keys.PublicPem), keys.Token("RS256", Body, named: "none")).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.SignatureMalformed);
    }

    [Fact]
    public void CreateVerifier_PublicKeyAsSharedSecret_IsAProblem()
    {
        // Whoever knows the public key could sign with it as if it were the secret.
        using var keys = new Keys("RS256");
        SourceVerifier verifier = Verifier("jwt", keys.PublicPem);
        verifier.Problems.ShouldHaveSingleItem().En.ShouldContain("public keys");
        string head = Base64Url.EncodeToString("""{"alg":"HS256"}"""u8) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"exp":{{Now.AddMinutes(5).ToUnixTimeSeconds()}}}"""));
        string forged = head + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(keys.PublicPem), Encoding.ASCII.GetBytes(head)));
        Judge(verifier, forged).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.SecretMissing);
    }

    [Fact]
    public void Verify_TokenOfRfc8037_IsSignedByItsKey()
    {
        // RFC 8037, appendix A.4: it is no webhook (its payload is a text), but it shows that EdDSA signatures are read.
        SourceVerifier verifier = Verifier("jwt-eddsa", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        verifier.Problems.ShouldBeEmpty();
        const string Token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        Judge(verifier, Token).ShouldBeOfType<VerifyResult.Refused>().Text.ShouldBe("The JSON Web Token does not hold JSON.");
        Judge(verifier, Token.Replace("hgyY", "hgyZ", StringComparison.Ordinal)).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.SignatureMismatch);
    }

    [Fact]
    public void Make_PublicKeyToken_CannotBeSimulated()
    {
        using var keys = new Keys("ES256");
        SourceDefinition source = Shipped.Source("fusionauth", [keys.PublicPem], ("scheme", "jwt-es256"));
        Simulator.Make(Shipped.Catalog.Get("fusionauth")!, Shipped.Catalog.Get("github")!.Samples[0], source, new SimulationOptions { Now = Now, Random = new Random(1), PublicOrigin = "http://localhost", Path = "/in/x" })
            .ShouldBeOfType<SimulationResult.Impossible>().Reason.ShouldContain("private key");
    }

    private static SourceVerifier Verifier(string scheme, string secret) =>
        Shipped.Catalog.Get("fusionauth")!.CreateVerifier(Shipped.Source("fusionauth", [secret], ("scheme", scheme)));

    private static VerifyResult Judge(SourceVerifier verifier, string token) =>
        verifier.Verify(Shipped.Request(Encoding.UTF8.GetBytes(Body), [new("X-FusionAuth-Signature-JWT", token)], at: Now), Now);

    private sealed class Keys : IDisposable
    {
        private readonly RSA? _rsa;
        private readonly ECDsa? _ecdsa;

        public Keys(string algorithm)
        {
            _rsa = algorithm[0] == 'R' ? RSA.Create(2048) : null;
            _ecdsa = algorithm[0] == 'E' ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
            PublicPem = _rsa?.ExportSubjectPublicKeyInfoPem() ?? _ecdsa!.ExportSubjectPublicKeyInfoPem();
        }

        public string PublicPem { get; }

        public string Token(string algorithm, string body, DateTimeOffset? expires = null, string? named = null)
        {
            string digest = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
            string head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{named ?? algorithm}}","typ":"JWT"}""")) + "."
                + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"exp":{{(expires ?? Now.AddMinutes(5)).ToUnixTimeSeconds()}},"request_body_sha256":"{{digest}}"}"""));
            byte[] signed = Encoding.ASCII.GetBytes(head);
            byte[] signature = _ecdsa is not null
                ? _ecdsa.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                : _rsa!.SignData(signed, algorithm == "RS512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return head + "." + Base64Url.EncodeToString(signature);
        }

        public void Dispose()
        {
            _rsa?.Dispose();
            _ecdsa?.Dispose();
        }
    }
}
