using System.Net;
using System.Net.Sockets;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Connectors;

public sealed class EgressPolicyTests
{
    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("2002:808:808::1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("239.255.255.250", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b::a9fe:a9fe", false)]
    [InlineData("64:ff9b:1::a00:1", false)]
    [InlineData("2002:7f00:1::1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("2001:0:4136:e378:8000:63bf:80ff:fffe", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::200:5efe:a00:1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("100::1", false)]
    [InlineData("4000::1", false)]
    public void Allows_PublicOnly_ByTheRegistries(string address, bool allowed) => EgressPolicy.PublicOnly.Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("fd12::1", true)]
    [InlineData("169.254.169.254", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    public void Allows_AllPrivate_StillNoMetadataNorMulticast(string address, bool allowed) => new EgressPolicy(AllowPrivate: true, []).Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("10.2.0.1", false)]
    [InlineData("169.254.169.254", true)]
    [InlineData("127.0.0.1", false)]
    public void Allows_NamedNetworks_OnlyThose(string address, bool allowed) =>
        new EgressPolicy(AllowPrivate: false, [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("169.254.169.254/32")]).Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("8.8.8.8,127.0.0.1")]
    [InlineData("127.0.0.1,8.8.8.8")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task ConnectAsync_NameLeadsInward_RefusedBeforeAnySocket(string addresses)
    {
        await using StubServer stub = await StubServer.StartAsync();
        GuardedConnect guard = new(EgressPolicy.PublicOnly, (_, _) => Task.FromResult(Array.ConvertAll(addresses.Split(','), IPAddress.Parse)));
        AttemptTrace trace = new();
        AddressNotAllowedException refused = await Should.ThrowAsync<AddressNotAllowedException>(async () => await guard.ConnectAsync("rebind.example", stub.Port, trace, CancellationToken.None));
        refused.Message.ShouldContain("rebind.example");
        trace.Phase.ShouldBe(AttemptPhase.Resolve);
        stub.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task ConnectAsync_Literal_CheckedWithoutTheResolver(string literal)
    {
        GuardedConnect guard = new(EgressPolicy.PublicOnly, static (_, _) => throw new InvalidOperationException("not asked"));
        await Should.ThrowAsync<AddressNotAllowedException>(async () => await guard.ConnectAsync(literal, 80, null, CancellationToken.None));
    }

    [Fact]
    public async Task ConnectAsync_FirstAddressRefusesTheConnection_SecondIsTaken()
    {
        await using StubServer stub = await StubServer.StartAsync();
        GuardedConnect guard = new(new EgressPolicy(AllowPrivate: true, []), static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]));
        await using Stream stream = await guard.ConnectAsync("two.example", stub.Port, null, CancellationToken.None);
        stream.CanWrite.ShouldBeTrue();
    }

    [Fact]
    public async Task ConnectAsync_EgressProxy_TunnelsByNameAndStillRefusesInwardLiterals()
    {
        using TcpListener proxy = new(IPAddress.Loopback, 0);
        proxy.Start();
        Task<string> asked = ServeConnectAsync(proxy, "HTTP/1.1 200 OK\r\n\r\nhello");
        Uri address = new($"http://user:pa%20ss@127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}");
        GuardedConnect guard = new(EgressPolicy.PublicOnly with { Proxy = address }, static (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        await using Stream tunnel = await guard.ConnectAsync("only-the-proxy-knows.example", 443, null, CancellationToken.None);
        byte[] answer = new byte[5];
        await tunnel.ReadExactlyAsync(answer);
        answer.ShouldBe("hello"u8.ToArray());
        (await asked).ShouldStartWith("CONNECT only-the-proxy-knows.example:443 HTTP/1.1\r\nHost: only-the-proxy-knows.example:443\r\nProxy-Authorization: Basic dXNlcjpwYSBzcw==\r\n\r\n");
        await Should.ThrowAsync<AddressNotAllowedException>(async () => await guard.ConnectAsync("10.0.0.1", 443, null, CancellationToken.None));
    }

    [Fact]
    public async Task ConnectAsync_EgressProxyRefuses_SaysSo()
    {
        using TcpListener proxy = new(IPAddress.Loopback, 0);
        proxy.Start();
        _ = ServeConnectAsync(proxy, "HTTP/1.1 403 Forbidden\r\n\r\n");
        GuardedConnect guard = new(EgressPolicy.PublicOnly with { Proxy = new Uri($"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}") });
        HttpRequestException refused = await Should.ThrowAsync<HttpRequestException>(async () => await guard.ConnectAsync("93.184.216.34", 443, null, CancellationToken.None));
        refused.Message.ShouldContain("403");
    }

    private static async Task<string> ServeConnectAsync(TcpListener proxy, string answer)
    {
        using Socket socket = await proxy.AcceptSocketAsync();
        byte[] head = new byte[1024];
        int length = await socket.ReceiveAsync(head);
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        return System.Text.Encoding.ASCII.GetString(head, 0, length);
    }
}
