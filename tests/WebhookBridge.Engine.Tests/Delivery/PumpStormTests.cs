using System.Collections.Concurrent;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Delivery;

/// <summary>Everything at once, at random: receiving, failing, holding, resuming, new settings, cancelling, stopping and starting again. Every delivery ends, once, and no attempt is lost or invented.</summary>
public sealed class PumpStormTests(ITestOutputHelper output)
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public async Task AnyOrderOfEvents_EveryDeliveryEndsAndAttemptsAddUp()
    {
        int seed = TestPace.Seed();
        int rounds = TestPace.Pick(quick: 3, normal: 8, full: 100);
        output.WriteLine($"seed {seed}, {rounds} rounds");
        for (int round = 0; round < rounds; round++)
        {
            await OneStormAsync(new Random(seed + round), $"seed {seed}, round {round}");
        }
    }

    private static async Task OneStormAsync(Random random, string where)
    {
        RandomConnector connector = new(random.Next());
        MemoryQueue queue = new();
        List<string> ids = [];
        HashSet<string> cancelled = [];
        for (int life = 0; life < 3; life++)
        {
            PumpHarness h = new(TimeProvider.System, more: [connector], queue: queue);
            foreach (string name in Names)
            {
                h.With(name, "random").WithRoute("to-" + name, name, new RetryDefinition.Delays([.. Enumerable.Repeat(TimeSpan.FromMilliseconds(3), 50)]));
            }

            await h.StartAsync();
            for (int i = 0; i < 300; i++)
            {
                string name = Names[random.Next(Names.Length)];
                switch (random.Next(40))
                {
                    case 0:
                        await h.Pump.HoldAsync(name, new DestinationHold("storm", ByPerson: true, default));
                        break;
                    case 1:
                        await h.Pump.ResumeAsync(name);
                        break;
                    case 2:
                        h.With(name, "random").Publish();
                        break;
                    case 3 when ids.Count > 0:
                        string victim = ids[random.Next(ids.Count)];
                        if (queue.TryCancel(victim))
                        {
                            cancelled.Add(victim);
                        }

                        break;
                    case 4:
                        h.Pump.Wake(name);
                        break;
                    case 5:
                        GatewayEvent unused = h.NewEvent();
                        if (h.Pump.TryReserve(name, unused, out _))
                        {
                            h.Pump.GiveBack(name, unused);
                        }

                        break;
                    case 6:
                        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5)), TimeProvider.System);
                        break;
                    default:
                        ids.Add(h.Receive("to-" + name, name));
                        break;
                }
            }

            if (life == 2)
            {
                foreach (string name in Names)
                {
                    await h.Pump.ResumeAsync(name);
                }

                await queue.WhenAsync(q => ids.TrueForAll(id => q[id].State != DeliveryState.Pending));
                foreach (string name in Names)
                {
                    h.Pump.Status(name).InFlight.ShouldBe(0, where);
                }
            }

            await h.Pump.StopAsync(life == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 4)) : TimeSpan.FromSeconds(5));
            queue.Leased.ShouldBe(0, $"{where}: a stop gives every lease back");
            await h.DisposeAsync();
        }

        connector.Violations.ShouldBeEmpty(where);
        foreach (string id in ids)
        {
            MemoryQueue.Row row = queue[id];
            row.State.ShouldBe(cancelled.Contains(id) ? DeliveryState.Cancelled : DeliveryState.Delivered, where);
            if (!cancelled.Contains(id))
            {
                // An attempt that was cut off by a stop was made but not counted; no other difference.
                connector.Finished(id).ShouldBe(row.Delivery.AttemptCount, $"{where}, {id}");
            }
        }
    }

    /// <summary>Fails often enough to be tried again, never often enough to open a breaker or use a schedule up.</summary>
    private sealed class RandomConnector(int seed) : IConnector
    {
        private readonly ConcurrentDictionary<string, int> _finished = new();

        public ConcurrentQueue<string> Violations { get; } = new();

        public int Finished(string id) => _finished.GetValueOrDefault(id);

        public ConnectorDescription Describe() => new()
        {
            Id = "random",
            Name = new("Random", "Aleatório"),
            Summary = new("For tests.", "Para testes."),
            Fields = [],
            Pacing = new() { Concurrency = 5 },
            Idempotency = IdempotencyClass.Key,
        };

        public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

        public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(this, seed);

        private sealed class Session(RandomConnector connector, int seed) : IConnectorSession
        {
            private readonly Lock _gate = new();
            private readonly Random _random = new(seed);
            private int _users;
            private bool _disposed;

            public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
            {
                int luck;
                lock (_gate)
                {
                    if (_disposed)
                    {
                        connector.Violations.Enqueue("used after its disposal");
                    }

                    luck = _random.Next(10);
                }

                if (Interlocked.Increment(ref _users) > 5)
                {
                    connector.Violations.Enqueue("more at once than allowed");
                }

                try
                {
                    if (luck < 3)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(luck), TimeProvider.System, cancellationToken);
                    }
                    else if (luck < 5)
                    {
                        await Task.Yield();
                    }

                    connector._finished.AddOrUpdate(request.DeliveryId, 1, static (_, n) => n + 1);
                    return luck == 9 && request.Attempt < 20 ? new SendResult.RetryLater("bad luck") { Status = 503 } : new SendResult.Delivered();
                }
                finally
                {
                    Interlocked.Decrement(ref _users);
                }
            }

            public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => new(new CheckResult.Works(new("yes", "sim")));

            public ValueTask DisposeAsync()
            {
                lock (_gate)
                {
                    if (Volatile.Read(ref _users) > 0)
                    {
                        connector.Violations.Enqueue("disposed of while in use");
                    }

                    _disposed = true;
                }

                return ValueTask.CompletedTask;
            }
        }
    }
}
