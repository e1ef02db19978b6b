using System.Text.Json;
using WebhookBridge.Connectors.Tests.Crm;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>SIGKILL between sending to a CRM and recording the answer: no second contact, no second deal. The stub CRMs count; the one without an upsert makes two of whatever it is asked twice.</summary>
[Trait("Pace", "normal")]
public sealed class CrmKillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Kill_BetweenSendingAndRecording_MakesNoSecondRecord()
    {
        int seed = TestPace.Seed(), rounds = TestPace.Pick(2, 20, 200);
        output.WriteLine($"seed: {seed} for {rounds} kills (set WEBHOOKBRIDGE_TEST_SEED to repeat)");
        Random random = new(seed);
        using TempFolder folder = new();
        await using CountingCrm pipedrive = await CountingCrm.StartAsync(static (crm, request) => crm.Pipedrive(request));
        await using CountingCrm hubspot = await CountingCrm.StartAsync(static (crm, request) => crm.HubSpot(request));
        string configuration = folder.Of("config.json");
        await File.WriteAllTextAsync(configuration, Configuration(pipedrive.Url, hubspot.Url));
        int port = GatewayProcess.FreePort();
        using Sender sender = new($"http://127.0.0.1:{port}/in/shop");

        int events = 0;
        for (int round = 0; round < rounds; round++)
        {
            CountingCrm victim = round % 2 == 0 ? pipedrive : hubspot;
            await using GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Of("data"), port, configuration);
            // The record is made, and the process dies before the answer, or while it takes it in.
            Task written = victim.HoldAfter(writes: random.Next(1, 4), answers: random.Next(2) == 0);
            for (int i = 0; i < 3; i++)
            {
                (await sender.SendAsync(++events, CancellationToken.None)).ShouldBe(200);
            }

            await written.WaitAsync(Patience);
            await gateway.KillAsync();
            victim.Release();
        }

        await using GatewayProcess last = await GatewayProcess.StartAsync(folder.Of("data"), port, configuration);
        await last.SettleAsync(Patience);
        List<JsonElement> deliveries = await last.ListAsync("/api/v1/deliveries");
        deliveries.Count.ShouldBe(2 * events);
        deliveries.ShouldAllBe(static d => d.GetProperty("state").GetString() == "delivered");
        foreach (string kind in (string[])["persons", "deals"])
        {
            pipedrive.Crm.Records.Where(r => r.Key.StartsWith(kind, StringComparison.Ordinal)).GroupBy(static r => r.Value).Where(static g => g.Count() > 1)
                .ShouldBeEmpty($"a second record among {kind}");
        }

        (pipedrive.Crm.Count("persons"), pipedrive.Crm.Count("deals")).ShouldBe((3, events));
        (hubspot.Crm.Count("contacts"), hubspot.Crm.Count("deals")).ShouldBe((3, events));
        output.WriteLine($"note: {rounds} kills, {events} events, {pipedrive.Requests} and {hubspot.Requests} requests at the two CRMs");
    }

    /// <summary>A destination for which nobody can look: what was being sent when the process died waits for a person, the rest goes out.</summary>
    [Fact]
    public async Task Kill_WhileSendingWhereARepeatHurts_HoldsForAPerson()
    {
        using TempFolder folder = new();
        await using CountingCrm rd = await CountingCrm.StartAsync(static (crm, request) => crm.RdStation(request));
        string configuration = folder.Of("config.json");
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new
        {
            sources = new[] { new { name = "shop", platform = "yoco", secrets = new[] { Sender.Secret } } },
            destinations = new[] { new { name = "rd", connector = "rd-station", settings = new { apiAddress = rd.Url }, secrets = new { apiKey = "0123456789abcdef" } } },
            routes = new[] { new { name = "to-rd", source = "shop", destination = "rd", fields = new { conversion = "Pago", email = "ana@example.com" } } },
        }));
        int port = GatewayProcess.FreePort();
        using Sender sender = new($"http://127.0.0.1:{port}/in/shop");
        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Of("data"), port, configuration))
        {
            Task written = rd.HoldAfter(writes: 1, answers: false);
            (await sender.SendAsync(1, CancellationToken.None)).ShouldBe(200);
            await written.WaitAsync(Patience);
            await gateway.KillAsync();
            rd.Release();
        }

        await using GatewayProcess after = await GatewayProcess.StartAsync(folder.Of("data"), port, configuration);
        (await sender.SendAsync(2, CancellationToken.None)).ShouldBe(200);
        await after.SettleAsync(Patience);
        List<JsonElement> deliveries = await after.ListAsync("/api/v1/deliveries");
        deliveries.Select(static d => $"{d.GetProperty("state").GetString()} {d.GetProperty("reason").GetString()}").Order().ShouldBe(["delivered ", "held unknown_outcome"]);
        rd.Crm.Count("events").ShouldBe(2, "one of each, none twice");
    }

    private static string Configuration(string pipedrive, string hubspot)
    {
        string[] retry = ["100ms", "200ms", "400ms", "1s", "1s", "1s", "1s", "1s", "1s", "1s"];
        object limits = new { perSecond = 50, concurrency = 4, timeout = "20s" };
        Dictionary<string, string> fields = new()
        {
            ["email"] = "c{{ payment.amount_minor % 3 }}@example.com",
            ["paymentId"] = "{{ payment.id }}",
            ["amount"] = "{{ payment.amount }}",
        };
        return JsonSerializer.Serialize(new
        {
            sources = new[] { new { name = "shop", platform = "yoco", secrets = new[] { Sender.Secret } } },
            destinations = new object[]
            {
                new { name = "pipedrive", connector = "pipedrive", settings = new { apiAddress = pipedrive, paymentField = FakeCrm.PaymentField }, secrets = new { apiToken = "abcdefghij0123456789abcdefghij0123456789" }, limits },
                new { name = "hubspot", connector = "hubspot", settings = new { apiAddress = hubspot }, secrets = new { token = "pat-na1-0123456789" }, limits },
            },
            routes = new[] { new { name = "to-pipedrive", source = "shop", destination = "pipedrive", fields, retry }, new { name = "to-hubspot", source = "shop", destination = "hubspot", fields, retry } },
        });
    }

    /// <summary>A CRM on loopback that can stop at a write: the record is made, the answer waits or has just left.</summary>
    private sealed class CountingCrm : IAsyncDisposable
    {
        private readonly StubServer _stub;
        private readonly Lock _gate = new();
        private int _writesLeft;
        private bool _answers;
        private TaskCompletionSource _written = new();
        private TaskCompletionSource _release = new();

        private CountingCrm(StubServer stub) => _stub = stub;

        public FakeCrm Crm { get; } = new();

        public string Url => _stub.Url;

        public int Requests => _stub.RequestCount;

        public static async Task<CountingCrm> StartAsync(Func<FakeCrm, StubRequest, StubReply> answer)
        {
            CountingCrm crm = new(await StubServer.StartAsync());
            crm._stub.Recording = false;
            crm._stub.DefaultFor(request => crm.Play(request, answer));
            return crm;
        }

        /// <summary>The task ends when that many writes have been done; the last one's answer waits for <see cref="Release"/> unless <paramref name="answers"/>.</summary>
        public Task HoldAfter(int writes, bool answers)
        {
            lock (_gate)
            {
                _writesLeft = writes;
                _answers = answers;
                _release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return (_written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }

        public void Release() => _release.TrySetResult();

        public ValueTask DisposeAsync() => _stub.DisposeAsync();

        private StubReply Play(StubRequest request, Func<FakeCrm, StubRequest, StubReply> answer)
        {
            StubReply reply = answer(Crm, request);
            if (request.Method != "POST")
            {
                return reply;
            }

            lock (_gate)
            {
                if (_writesLeft == 0 || --_writesLeft > 0)
                {
                    return reply;
                }

                _written.TrySetResult();
                return _answers ? reply : StubReply.After(_release.Task, StubReply.Reset);
            }
        }
    }
}
