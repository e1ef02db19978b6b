using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Delivery;

/// <summary>Connectors with answers of their own: unknown outcomes, remote ids, faults of a connector; and what is counted and logged of them.</summary>
public sealed class UnknownOutcomeTests
{
    [Fact]
    public async Task UnknownOutcome_WhereARepeatHurts_HeldForAPerson()
    {
        ScriptedConnector mail = new(UnknownOutcomePolicy.Hold, _ => new SendResult.UnknownOutcome("sent, no answer"));
        await using PumpHarness h = await Start(mail);
        string id = h.Receive("r", "mail");
        await h.Queue.WhenStateAsync(id, DeliveryState.Held);
        h.Queue[id].Reason.ShouldBe(DeliveryReasons.UnknownOutcome);
        h.Queue.Completions[0].ShouldSatisfyAllConditions(c => c.NextAttemptAt.ShouldBeNull(), c => c.Rendered.ShouldNotBeNull(), c => c.Attempt!.Error.ShouldBe("sent, no answer"));
    }

    [Fact]
    public async Task UnknownOutcome_ThenRetry_ConnectorIsToldToLookFirst()
    {
        ScriptedConnector crm = new(UnknownOutcomePolicy.Retry, r => r.Attempt switch
        {
            1 => new SendResult.UnknownOutcome("no answer"),
            2 => new SendResult.RetryLater("busy"),
            _ => new SendResult.Delivered("contact-7"),
        });
        await using PumpHarness h = await Start(crm);
        string id = h.Receive("r", "mail");
        foreach (TimeSpan wait in new[] { TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5) })
        {
            await h.Queue.WhenStateAsync(id, DeliveryState.Pending);
            await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(60));
            h.Clock.Advance(wait);
            await h.Queue.WhenAsync(q => q.Completions.Count > (wait.TotalMinutes < 1 ? 1 : 2));
        }

        h.Queue[id].State.ShouldBe(DeliveryState.Delivered);
        h.Queue[id].Delivery.RemoteId.ShouldBe("contact-7");
        crm.Requests.Select(static r => r.AfterUnknownOutcome).ShouldBe([false, true, true]);
    }

    [Theory]
    [InlineData(IdempotencyClass.None, UnknownOutcomePolicy.Retry, false)]
    [InlineData(IdempotencyClass.Key, UnknownOutcomePolicy.Retry, false)]
    [InlineData(IdempotencyClass.Upsert, UnknownOutcomePolicy.Retry, false)]
    [InlineData(IdempotencyClass.SearchThenCreate, UnknownOutcomePolicy.Retry, true)]
    [InlineData(IdempotencyClass.None, UnknownOutcomePolicy.Hold, true)]
    public async Task Sending_WrittenDownFirst_OnlyWhereARepeatDoesHarm(IdempotencyClass idempotency, UnknownOutcomePolicy policy, bool marked)
    {
        int marksBefore = -1;
        PumpHarness? harness = null;
        ScriptedConnector crm = new(policy, _ =>
        {
            marksBefore = harness!.Queue.Marks.Count;
            return new SendResult.Delivered("7", "seen by nobody yet");
        }) { Idempotency = idempotency };
        await using PumpHarness h = harness = await Start(crm);
        string id = h.Receive("r", "mail");
        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);
        marksBefore.ShouldBe(marked ? 1 : 0);
        h.Queue.Completions[0].Attempt!.Note.ShouldBe("seen by nobody yet");
    }

    [Theory]
    [InlineData(UnknownOutcomePolicy.Hold, DeliveryState.Held, 0)]
    [InlineData(UnknownOutcomePolicy.Retry, DeliveryState.Delivered, 1)]
    public async Task Interrupted_ByACrashWhileSending_HeldOrLookedForFirst(UnknownOutcomePolicy policy, DeliveryState state, int requests)
    {
        ScriptedConnector crm = new(policy, static _ => new SendResult.Delivered("7")) { Idempotency = IdempotencyClass.SearchThenCreate };
        await using PumpHarness h = await Start(crm);
        LeasedDelivery row = h.Queue.Add(new LeasedDelivery
        {
            Id = "dlv_01JH0000000000000000000000",
            Event = h.NewEvent(),
            Route = "r",
            RouteRevision = 1,
            Destination = "mail",
            LeaseSeq = 0,
            AttemptCount = 0,
            CreatedAt = h.Time.GetUtcNow(),
            Reason = DeliveryReasons.UnknownOutcome,
            Interrupted = true,
        }, h.Time.GetUtcNow());
        h.Pump.Wake("mail");
        await h.Queue.WhenStateAsync(row.Id, state);
        crm.Requests.Count.ShouldBe(requests);
        crm.Requests.ShouldAllBe(static r => r.AfterUnknownOutcome);
        h.Queue.Completions[0].Reason.ShouldBe(state == DeliveryState.Held ? DeliveryReasons.UnknownOutcome : null);
    }

    [Theory]
    [InlineData("ana@example.com", DeliveryState.Delivered, null)]
    [InlineData("", DeliveryState.Refused, "came out empty")]
    [InlineData("ana", DeliveryState.Refused, "no e-mail")]
    public async Task RouteField_AgainstItsRule_RefusedBeforeSendingAndNeverRepeated(string email, DeliveryState state, string? error)
    {
        ScriptedConnector crm = new(UnknownOutcomePolicy.Retry, static _ => new SendResult.Delivered())
        {
            Fields = [new() { Id = "email", Label = new("E-mail", "E-mail"), Help = new("h", "h"), Kind = FieldKind.Text, Scope = FieldScope.Route, Required = true, Rule = new() { Pattern = ".+@.+", Problem = new("This is no e-mail address.", "Não é e-mail.") } }],
        };
        await using PumpHarness h = await Start(crm);
        LeasedDelivery row = h.Queue.Add(new LeasedDelivery
        {
            Id = "dlv_01JH0000000000000000000000",
            Event = h.NewEvent(),
            Route = "r",
            RouteRevision = 1,
            Destination = "mail",
            LeaseSeq = 0,
            AttemptCount = 0,
            CreatedAt = h.Time.GetUtcNow(),
            Rendered = new RenderedDelivery("{}"u8.ToArray(), "application/json", new Dictionary<string, string> { ["email"] = email }),
        }, h.Time.GetUtcNow());
        h.Pump.Wake("mail");
        await h.Queue.WhenStateAsync(row.Id, state);
        crm.Requests.Count.ShouldBe(error is null ? 1 : 0);
        if (error is not null)
        {
            h.Queue[row.Id].Reason.ShouldBe(DeliveryReasons.FieldInvalid);
            h.Queue.Completions[0].Attempt!.Error!.ShouldContain(error);
        }
    }

    [Fact]
    public async Task ConnectorThrows_OurFault_TriedAgain()
    {
        ScriptedConnector bad = new(UnknownOutcomePolicy.Retry, static _ => throw new InvalidCastException("oops"));
        await using PumpHarness h = await Start(bad);
        string id = h.Receive("r", "mail");
        await h.Queue.WhenStateAsync(id, DeliveryState.Pending);
        h.Queue.Completions[0].Attempt!.ShouldSatisfyAllConditions(a => a.Blame.ShouldBe(AttemptBlame.Us), a => a.Error.ShouldBe("The connector failed: InvalidCastException: oops"));
    }

    [Fact]
    public async Task Attempts_CountedAndLoggedOnceEach()
    {
        List<string> measured = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, l) =>
        {
            if (instrument.Meter.Name == DeliveryMetrics.MeterName)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        {
            string line = $"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(static t => $"{t.Key}={t.Value}"))}}}";
            if (line.Contains("mail-metrics", StringComparison.Ordinal) || line.Contains("r-metrics", StringComparison.Ordinal))
            {
                lock (measured)
                {
                    measured.Add(line);
                }
            }
        }

        listener.SetMeasurementEventCallback<long>(Note);
        listener.SetMeasurementEventCallback<double>(Note);
        listener.Start();
        ListLogger log = new();
        ScriptedConnector crm = new(UnknownOutcomePolicy.Retry, static r => r.Attempt == 1 ? new SendResult.RetryLater("busy") { Status = 451 } : new SendResult.Refused("never", "no_such_list"));
        await using PumpHarness h = new PumpHarness(more: [crm], log: log).With("mail-metrics", "scripted").WithRoute("r-metrics", "mail-metrics");
        await h.StartAsync();
        string id = h.Receive("r-metrics", "mail-metrics");
        await h.Queue.WhenStateAsync(id, DeliveryState.Pending);
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(5));
        h.Clock.Advance(TimeSpan.FromSeconds(5));
        await h.Queue.WhenStateAsync(id, DeliveryState.Refused);
        await h.Pump.StopAsync(TimeSpan.FromSeconds(1));
        listener.RecordObservableInstruments();

        h.Queue[id].Reason.ShouldBe("no_such_list");
        h.Queue.Completions[0].Attempt!.Status.ShouldBe(451);
        lock (measured)
        {
            measured.Where(static m => m.Contains("attempts_total", StringComparison.Ordinal)).ShouldBe(
                ["webhookbridge_attempts_total{destination=mail-metrics,outcome=retry}", "webhookbridge_attempts_total{destination=mail-metrics,outcome=refused}"]);
            measured.ShouldContain("webhookbridge_deliveries_total{route=r-metrics,state=refused}");
            measured.Count(static m => m == "webhookbridge_attempt_seconds{destination=mail-metrics}").ShouldBe(2);
            measured.ShouldContain("webhookbridge_breaker_state{destination=mail-metrics}");
            measured.ShouldContain("webhookbridge_queue_depth{destination=mail-metrics}");
        }

        log.Lines.Count(l => l.Contains("delivery.attempted " + id, StringComparison.Ordinal)).ShouldBe(2);
    }

    private static Task<PumpHarness> Start(ScriptedConnector connector) =>
        new PumpHarness(more: [connector]).With("mail", "scripted").WithRoute("r", "mail").StartAsync();

    private sealed class ScriptedConnector(UnknownOutcomePolicy policy, Func<DeliveryRequest, SendResult> answer) : IConnector
    {
        public List<DeliveryRequest> Requests { get; } = [];

        public IdempotencyClass Idempotency { get; init; }

        public IReadOnlyList<ConnectorField> Fields { get; init; } = [];

        public ConnectorDescription Describe() => new()
        {
            Id = "scripted",
            Name = new("Scripted", "Roteirizado"),
            Summary = new("For tests.", "Para testes."),
            Fields = Fields,
            Pacing = new(),
            Idempotency = Idempotency,
            UnknownOutcome = policy,
        };

        public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

        public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(this, answer);

        private sealed class Session(ScriptedConnector connector, Func<DeliveryRequest, SendResult> answer) : IConnectorSession
        {
            public ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
            {
                connector.Requests.Add(request);
                return new(answer(request));
            }

            public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => new(new CheckResult.Works(new("yes", "sim")));

            public ValueTask DisposeAsync() => throw new InvalidOperationException("a plugin that fails at its end");
        }
    }

    private sealed class ListLogger : ILogger<DeliveryPump>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
