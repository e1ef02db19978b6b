using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Receiving;

/// <summary>Senders that show a certificate: over the gateway's own TLS, and told by a proxy. Efí registers an address only when a call without one is refused.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private const string Body = """{"pix":[{"endToEndId":"E1","txid":"t1","valor":"10.00","horario":"2026-03-01T10:00:00.000Z"}]}""";

    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _sender = Make("efi-own-test");
    private readonly X509Certificate2 _stranger = Make("somebody-else");
    private Gateway _gateway = null!;

    private string Hash => _sender.GetCertHashString(HashAlgorithmName.SHA256);

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = _folder.Of("data"), Limits = new() { MinFreeDiskBytes = 0 } }, TimeProvider.System, NullLoggerFactory.Instance);
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(
            Encoding.UTF8.GetBytes($$"""{ "sources": [ { "name": "efi", "platform": "efi", "settings": { "scheme": "client-certificate" }, "secrets": ["{{Hash}}"] } ] }"""), SecretSyntax.Plain);
        (await _gateway.Configuration.ApplyAsync(reading.Value.ShouldNotBeNull(string.Join("; ", reading.Problems)), dryRun: false, "test")).ShouldBeOfType<ChangeResult.Done>();
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _sender.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Post_OverTls_OnlyTheSendersCertificateIsGenuine()
    {
        using X509Certificate2 own = Make("localhost");
        await File.WriteAllTextAsync(_folder.Of("cert.pem"), own.ExportCertificatePem());
        using (RSA key = own.GetRSAPrivateKey()!)
        {
            await File.WriteAllTextAsync(_folder.Of("key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        await using GatewayHost host = await GatewayHost.StartAsync(
            Options("https://127.0.0.1:0") with { TlsCertificate = _folder.Of("cert.pem"), TlsKey = _folder.Of("key.pem") }, _gateway, NullLoggerFactory.Instance);
        Uri address = new(host.Server.Urls[0] + "/in/efi");
        (await PostAsync(address, null)).ShouldBe(401, "Efí's probe without a certificate expects to be refused");
        (await PostAsync(address, _stranger)).ShouldBe(401);
        (await PostAsync(address, _sender)).ShouldBe(200);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "Client-Cert", "der", 200)]
    [InlineData("127.0.0.0/8", "X-Forwarded-Client-Cert", "hash", 200)]
    [InlineData("127.0.0.0/8", "X-SSL-Client-Cert", "pem", 200)]
    [InlineData("127.0.0.0/8", "ssl-client-cert", "pem", 200)]
    [InlineData("127.0.0.0/8", "Client-Cert", "stranger", 401)]
    [InlineData("127.0.0.0/8", "Client-Cert", "nonsense", 401)]
    [InlineData("127.0.0.0/8", "X-SSL-Client-Cert", "nonsense", 401)]
    [InlineData("127.0.0.0/8", "X-None", "der", 401)]
    [InlineData("10.0.0.0/8", "Client-Cert", "der", 401)]
    [InlineData("10.0.0.0/8", "X-Forwarded-Client-Cert", "hash", 401)]
    public async Task Post_CertificateToldByAProxy_CountsOnlyWhenTheProxyIsTrusted(string trusted, string header, string form, int status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(Options("http://127.0.0.1:0") with { TrustedProxies = [IPNetwork.Parse(trusted)] }, _gateway, NullLoggerFactory.Instance);
        string value = form switch
        {
            "der" => $":{Convert.ToBase64String(_sender.RawData)}:",
            "stranger" => $":{Convert.ToBase64String(_stranger.RawData)}:",
            "hash" => $"By=spiffe://one;Hash={new string('0', 64)},By=spiffe://two;Hash={Hash};Subject=\"CN=efi\"",
            "pem" => Uri.EscapeDataString(_sender.ExportCertificatePem()),
            _ => ":%%%:",
        };
        (await PostAsync(new Uri(host.Server.Urls[0] + "/in/efi"), null, (header, value))).ShouldBe(status);
    }

    private ServeOptions Options(string url) => new() { Urls = ServeOptions.Addresses("--urls", url), DataDirectory = _folder.Of("data") };

    private static async Task<int> PostAsync(Uri address, X509Certificate2? certificate, params (string Name, string Value)[] headers)
    {
        using SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = certificate is null ? [] : [certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
#pragma warning disable CA5359 // The gateway's certificate of this test is signed by itself.
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            },
        };
        using HttpClient http = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using HttpResponseMessage answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static X509Certificate2 Make(string name)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
