using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>Where the gateway listens, whom it believes, and by which way it goes out.</summary>
[Trait("Pace", "normal")]
public sealed class ListenTests
{
    [Fact]
    public async Task Serve_AdminUrls_ServesSendersAndOperatorsApart()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        int admin = GatewayProcess.FreePort();
        await using GatewayProcess gateway = await scenario.OpenAsync(options: ["--admin-urls", $"http://127.0.0.1:{admin}"]);
        (await scenario.Sender.SendAsync(1, default)).ShouldBe(200);
        (await StatusAsync(gateway, $"http://127.0.0.1:{scenario.Port}/health/live")).ShouldBe(200);
        foreach (string path in new[] { "/api/v1/events", "/", "/sign-in", "/metrics", "/health/ready", "/openapi/v1.json", "/odata/v4/" })
        {
            (await StatusAsync(gateway, $"http://127.0.0.1:{scenario.Port}{path}")).ShouldBe(404, path);
        }

        (await StatusAsync(gateway, $"http://127.0.0.1:{admin}/api/v1/events")).ShouldBe(200);
        (await StatusAsync(gateway, $"http://127.0.0.1:{admin}/sign-in")).ShouldBeOneOf(200, 302, 303);
        (await StatusAsync(gateway, $"http://127.0.0.1:{admin}/health/ready")).ShouldBe(200);
        using HttpResponseMessage inward = await gateway.Api.PostAsync($"http://127.0.0.1:{admin}/in/shop", new StringContent("{}"));
        inward.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Serve_Tls_TakesSignedEvents()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        using RSA key = RSA.Create(2048);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string certificateFile = scenario.File("cert.pem"), keyFile = scenario.File("key.pem"), url = $"https://127.0.0.1:{scenario.Port}";
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        await using GatewayProcess gateway = await scenario.OpenAsync(options: ["--urls", url, "--tls-cert", certificateFile, "--tls-key", keyFile]);
        using var request = new HttpRequestMessage(HttpMethod.Post, url + "/in/shop");
        (string _, string body, IReadOnlyList<KeyValuePair<string, string>> headers) = Sender.Compose(1);
        request.Content = new StringContent(body);
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage answer = await gateway.Api.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await gateway.ListAsync("/api/v1/events")).Count.ShouldBe(1);

        // The key of another certificate is refused before anything starts.
        using RSA other = RSA.Create(2048);
        await File.WriteAllTextAsync(keyFile, other.ExportPkcs8PrivateKeyPem());
        (int exitCode, string _, string error) = await GatewayProcess.RunWithErrorsAsync("serve", "--urls", "https://127.0.0.1:0", "--tls-cert", certificateFile, "--tls-key", keyFile, "--data", scenario.File("other"));
        exitCode.ShouldBe(1);
        error.ShouldContain("give a PEM certificate chain and its own unencrypted PEM key");
    }

    [Theory]
    [InlineData(null, "127.0.0.1")]
    [InlineData("127.0.0.0/8", "203.0.113.9")]
    public async Task Serve_ForwardedHeaders_CountOnlyFromTrustedProxies(string? trusted, string expected)
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync(options: trusted is null ? [] : ["--trusted-proxies", trusted]);
        using var request = new HttpRequestMessage(HttpMethod.Post, gateway.Url + "/in/shop") { Content = new StringContent("{}") };
        request.Headers.Add("X-Forwarded-For", "198.51.100.7, 203.0.113.9");
        (await gateway.Api.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        JsonElement refused = (await gateway.GetAsync("/api/v1/rejections")).GetProperty("items")[0];
        refused.GetProperty("remoteIp").GetString().ShouldBe(expected);
    }

    [Fact]
    public async Task Serve_EgressProxy_DeliversThroughIt()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using var proxy = new ConnectProxy();
        await using GatewayProcess gateway = await scenario.OpenAsync(options: ["--egress-proxy", $"http://127.0.0.1:{proxy.Port}"]);
        (await scenario.Sender.SendAsync(1, default)).ShouldBe(200);
        await scenario.VerifyAsync(gateway);
        scenario.Destination.RequestCount.ShouldBe(1);
        proxy.Asked.ShouldBe([$"CONNECT 127.0.0.1:{scenario.Destination.Port} HTTP/1.1"]);
    }

    private static async Task<int> StatusAsync(GatewayProcess gateway, string url)
    {
        using HttpResponseMessage answer = await gateway.Api.GetAsync(url);
        return (int)answer.StatusCode;
    }

    /// <summary>A proxy that opens tunnels and remembers for whom.</summary>
    private sealed class ConnectProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _running;

        public ConnectProxy()
        {
            _listener.Start();
            _running = RunAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public List<string> Asked { get; } = [];

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _running;
        }

        private async Task RunAsync()
        {
            try
            {
                while (true)
                {
                    _ = TunnelAsync(await _listener.AcceptTcpClientAsync());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Closed.
            }
        }

        private async Task TunnelAsync(TcpClient client)
        {
            using TcpClient _ = client;
            NetworkStream caller = client.GetStream();
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await caller.ReadAsync(one) == 1)
            {
                head.Append((char)one[0]);
            }

            string line = head.ToString().Split("\r\n")[0];
            Asked.Add(line);
            string[] target = line.Split(' ')[1].Split(':');
            using var server = new TcpClient();
            await server.ConnectAsync(target[0], int.Parse(target[1], System.Globalization.CultureInfo.InvariantCulture));
            await caller.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            NetworkStream other = server.GetStream();
            await Task.WhenAny(caller.CopyToAsync(other), other.CopyToAsync(caller));
        }
    }
}
