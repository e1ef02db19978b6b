using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Verification;
using EventView = WebhookBridge.Engine.Model.EventView;

namespace WebhookBridge.Engine.Receiving;

/// <summary>
/// The trip of a webhook from the door to the disk (contract section 5). The second half, from the disk to the
/// destination, is <see cref="DeliveryAttempt"/>.
/// <code>
///  sender ──▶ 1 which source ──▶ 2 handshake? ──▶ 3 genuine? ──▶ 4 seen before? ──▶ 5 for whom? ──▶ 6 durable ──▶ 7 wake the pump, answer
///                  404               its answer      401, kept      the key            conditions     one transaction    200 / 503
/// </code>
/// No user code runs here: what a sender waits for is one signature, a few comparisons and one commit.
/// </summary>
public sealed class ReceiveWebhook(
    CurrentConfiguration configuration,
    IEventJournal journal,
    DeliveryPump pump,
    SimulationTokens simulations,
    ReceiveMetrics metrics,
    IdSource ids,
    TimeProvider time)
{
    private readonly Func<string> _nextId = () => ids.Next(IdSource.Event);

    /// <summary>Stores the key that a sender hands over in its handshake. Without it no key is ever learned.</summary>
    public Func<ActiveSource, SecretText, ValueTask<LearnResult>> KeepLearnedSecret { get; init; } = static (_, _) => new(LearnResult.NotWanted);

    /// <summary>Step 1: the source of that name; null (answer 404) when there is none, it is switched off, or the secret in the path is wrong.</summary>
    public ActiveSource? FindSource(string name, string? pathSecret) =>
        configuration.Value.Sources.TryGetValue(name, out ActiveSource? source) && source.Definition.Enabled && source.Verifier.PathSecretMatches(pathSecret) ? source : null;

    /// <summary>Steps 2 to 7, once the whole body is here.</summary>
    /// <remarks>Never throws for anything a sender may send.</remarks>
    public async ValueTask<ReceiveAnswer> ReceiveAsync(ActiveSource source, InboundRequest request)
    {
        long began = time.GetTimestamp();

        // 2. Handshake? A platform asks whether the address is ours; no event comes of it.
        if (source.Verifier.TryHandshake(request) is { } handshake)
        {
            // A key that the sender hands over is on disk before the sender is told that we have it.
            switch (handshake.LearnedSecret is { } key ? await KeepLearnedSecret(source, key) : LearnResult.Kept)
            {
                case LearnResult.Kept:
                    return new ReceiveAnswer(handshake.Status, handshake.Body, handshake.ContentType, handshake.Headers);
                case LearnResult.Unavailable:
                    return ReceiveAnswer.Refused(503, "unavailable", "The key could not be stored.", ReceiveAnswer.RetryAfter5);
            }

            // Not wanted: the source got a key in the meantime. It is a request like any other, and has to be signed.
        }

        // 3. Genuine? By the bytes as they came; opened and read only afterwards.
        VerifyResult verified = source.Verifier.Verify(request, request.ReceivedAt);
        if (verified is not VerifyResult.Genuine genuine)
        {
            return RefuseForged(source, request, (VerifyResult.Refused)verified);
        }

        return await TakeAsync(source, request, genuine, began);
    }

    /// <summary>Takes a request that needs no proof of its own, since whoever hands it over has been asked who he is. It is deduplicated like any other, and answered in the gateway's own words: nobody at the platform reads them.</summary>
    public ValueTask<ReceiveAnswer> AcceptAsync(ActiveSource source, InboundRequest request) =>
        TakeAsync(source, request, new VerifyResult.Genuine(MessageId: null, MessageIdSigned: false, SignedAt: null, SecretIndex: -1), time.GetTimestamp(), inOwnWords: true);

    /// <summary>Lets a request in that was refused, once what was wrong has been mended: verified with today's secrets and settings, the time of its receipt as now (contract section 7). It is deduplicated like any other, and answered in the gateway's own words: nobody at the platform reads them.</summary>
    /// <returns>The answer; or null and why it is still not genuine.</returns>
    public async ValueTask<(ReceiveAnswer? Answer, VerifyResult.Refused? Why)> AcceptMendedAsync(ActiveSource source, InboundRequest request) =>
        source.Verifier.Verify(request, request.ReceivedAt) switch
        {
            VerifyResult.Genuine genuine => (await TakeAsync(source, request, genuine, time.GetTimestamp(), inOwnWords: true), null),
            VerifyResult.Refused refused => (null, refused),
            _ => throw new InvalidOperationException("an unknown result of a verification"),
        };

    private async ValueTask<ReceiveAnswer> TakeAsync(ActiveSource source, InboundRequest request, VerifyResult.Genuine genuine, long began, bool inOwnWords = false)
    {
        if (Open(source, request, out ReadOnlyMemory<byte> body) is { } unopened)
        {
            return unopened;
        }

        bool simulated = simulations.Use(request.Header(SimulationTokens.Header));
        using ReadResult read = source.Platform.Read(request, body, genuine, source.Definition, _nextId, simulated);
        if (source.Verifier.Proof == ProofKind.None && Unreadable(request, read) is { } unreadable)
        {
            return Refuse(source, request, 400, "body_unreadable", unreadable);
        }

        if (!source.TryTake())
        {
            return Refuse(source, request, 429, "rate_limited", "There are more requests than this source takes in a second.", ReceiveAnswer.RetryAfter5);
        }

        // 4. Seen before? The reader made the key; the insert decides, in step 6.
        // 5. For whom? Conditions of every route of the source.
        NewEvent[] events = Prepare(source, request, read, body, simulated);

        // 6. Durable: one transaction, answered after its commit.
        switch (await journal.AppendAsync(events))
        {
            case AppendResult.Stored stored:
                // 7. Wake the pump, answer.
                HandOver(events, stored.Outcomes);
                return Answer(source, stored.Outcomes, time.GetElapsedTime(began), inOwnWords);
            case AppendResult.Unavailable unavailable:
                GiveBack(events);
                return ReceiveAnswer.Refused(503, "unavailable", unavailable.Reason, ReceiveAnswer.RetryAfter5);
            default:
                throw new InvalidOperationException("an unknown result of an append");
        }
    }

    /// <summary>Refuses a request of a known source and keeps it with its reason.</summary>
    public ReceiveAnswer Refuse(ActiveSource source, InboundRequest request, int status, string code, string text, IReadOnlyList<KeyValuePair<string, string>>? headers = null)
    {
        metrics.Rejected(source.Name, code);
        journal.RecordRejection(new Rejection
        {
            Id = ids.Next(IdSource.Rejection),
            Source = source.Name,
            ReceivedAt = request.ReceivedAt,
            Code = code,
            Text = text,
            Status = status,
            RemoteIp = request.RemoteIp,
            Method = request.Method,
            Target = request.Path + request.Query,
            Origin = request.PublicOrigin,
            ClientCertificateSha256 = request.ClientCertificateSha256,
            Headers = request.Headers,
            Body = request.Body,
        });
        return ReceiveAnswer.Refused(status, code, text, headers);
    }

    /// <summary>Which part of a signature was wrong is kept for the operator and never told to the sender (contract section 5).</summary>
    private ReceiveAnswer RefuseForged(ActiveSource source, InboundRequest request, VerifyResult.Refused refused)
    {
        Refuse(source, request, 401, refused.Code, refused.Text);
        return source.Platform.Answers.Refused is { } special
            ? new ReceiveAnswer(special.Status, special.Body, special.ContentType ?? ReceiveAnswer.Json, [])
            : ReceiveAnswer.Refused(401, "not_genuine", "The request could not be verified.");
    }

    /// <summary>Why the body cannot be read although it means to be JSON: an unsigned sender is told, a genuine one is stored all the same.</summary>
    private static string? Unreadable(InboundRequest request, ReadResult read) =>
        read.Events[0].Unreadable
        ?? read.Body.Problem
        ?? (read.Body.Format != BodyFormat.Json && request.Header("content-type")?.Contains("json", StringComparison.OrdinalIgnoreCase) == true ? "The body is no JSON." : null);

    private ReceiveAnswer? Open(ActiveSource source, InboundRequest request, out ReadOnlyMemory<byte> body)
    {
        body = request.Body;
        if (request.Header("content-encoding") is { } encoding && encoding.Trim().Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            switch (Gzip.TryOpen(request.Body, source.Definition.MaxBodyBytes, out body))
            {
                case Gzip.Outcome.TooLarge:
                    return Refuse(source, request, 413, "body_too_large", "The opened body is larger than this source takes.");
                case Gzip.Outcome.Damaged:
                    return Refuse(source, request, 400, "gzip_damaged", "The body is no whole gzip stream.");
            }
        }

        return null;
    }

    /// <summary>Steps 4 and 5 for each event of the request: verdicts, and a delivery for each route that takes it.</summary>
    private NewEvent[] Prepare(ActiveSource source, InboundRequest request, ReadResult read, ReadOnlyMemory<byte> body, bool simulated)
    {
        var events = new NewEvent[read.Events.Count];
        IReadOnlyList<KeyValuePair<string, string>> headers = source.Scrub.Headers(request.Headers);
        string? batchId = events.Length > 1 ? read.Events[0].Id : null;
        var takers = new List<(ActiveRoute Route, TimeSpan? HoldFor)>();
        for (int i = 0; i < events.Length; i++)
        {
            ReadEvent item = read.Events[i];
            GatewayEvent stored = ToEvent(source, request, item, headers, batchId, simulated);
            byte[] verdicts = new byte[source.Routes.Set.Routes.Count];
            IReadOnlyList<NewDelivery> deliveries = [];
            if (item.Unreadable is not null)
            {
                verdicts.AsSpan().Fill((byte)RouteVerdict.Unreadable);
            }
            else if (verdicts.Length > 0)
            {
                takers.Clear();
                using EventView view = EventView.Open(stored, item.Event);
                source.Routes.Judge(view, request.ReceivedAt, verdicts, takers);
                deliveries = ToDeliveries(stored, takers, request.ReceivedAt);
            }

            events[i] = new NewEvent
            {
                Event = stored,
                Dedupe = item.Dedupe,
                Routes = source.Routes.Set,
                Verdicts = verdicts,
                Deliveries = deliveries,
                BatchBody = batchId is not null && i == 0 ? body : default,
            };
        }

        return events;
    }

    private static GatewayEvent ToEvent(ActiveSource source, InboundRequest request, ReadEvent item, IReadOnlyList<KeyValuePair<string, string>> headers, string? batchId, bool simulated) => new()
    {
        Id = item.Id,
        Source = source.Name,
        Platform = source.Platform.Name,
        ExternalId = item.ExternalId,
        Type = item.Type,
        Kind = item.Kind,
        Mode = item.Mode,
        Test = simulated,
        Time = item.Time,
        ReceivedAt = request.ReceivedAt,
        Format = item.Format,
        Body = item.Bytes,
        Sha256 = item.Sha256,
        Headers = headers,
        NormalForm = item.NormalForm,
        Columns = item.Columns,
        BatchId = batchId,
        DuplicateKeys = item.DuplicateKeys,
        Unreadable = item.Unreadable,
    };

    private NewDelivery[] ToDeliveries(GatewayEvent of, List<(ActiveRoute Route, TimeSpan? HoldFor)> takers, DateTimeOffset now)
    {
        var deliveries = new NewDelivery[takers.Count];
        for (int i = 0; i < deliveries.Length; i++)
        {
            (ActiveRoute route, TimeSpan? hold) = takers[i];
            string id = ids.Next(IdSource.Delivery), destination = route.Definition.Destination;
            if (hold is { } time)
            {
                deliveries[i] = new(id, route.Name, route.Revision, destination, DeliveryState.Held, DeliveryReasons.UnknownCheckout, now + time, Leased: false) { WhenLate = route.Definition.Late };
            }
            else
            {
                bool leased = pump.TryReserve(destination, of, out string? reason);
                deliveries[i] = new(id, route.Name, route.Revision, destination, DeliveryState.Pending, reason, now, leased) { WhenLate = route.Definition.Late };
            }
        }

        return deliveries;
    }

    /// <summary>Step 7: what was reserved goes to its lane from memory; the rest lies in the table, and the lane is told.</summary>
    private void HandOver(NewEvent[] events, IReadOnlyList<AppendOutcome> outcomes)
    {
        for (int i = 0; i < events.Length; i++)
        {
            AppendOutcome outcome = outcomes[i];
            if (outcome.Duplicate)
            {
                GiveBack(events[i]);
                continue;
            }

            GatewayEvent? stored = null;
            foreach (NewDelivery prepared in events[i].Deliveries)
            {
                NewDelivery delivery = outcome.Late ? prepared.OfLateEvent() : prepared;
                if (prepared.Leased && !delivery.Leased)
                {
                    pump.GiveBack(prepared.Destination, events[i].Event);
                }

                if (delivery.Reason == DeliveryReasons.Late)
                {
                    continue; // skipped, or waits for a person
                }

                if (delivery.Leased)
                {
                    stored ??= ForWorkers(events[i].Event, outcome);
                    pump.Enqueue(new LeasedDelivery
                    {
                        Id = delivery.Id,
                        Event = stored,
                        Route = delivery.Route,
                        RouteRevision = delivery.RouteRevision,
                        Destination = delivery.Destination,
                        LeaseSeq = 1,
                        AttemptCount = 0,
                        CreatedAt = stored.ReceivedAt,
                    });
                }
                else if (delivery.State == DeliveryState.Held)
                {
                    pump.WakeHeld(delivery.NextAttemptAt!.Value);
                }
                else
                {
                    pump.Wake(delivery.Destination);
                }
            }
        }
    }

    /// <summary>The event as stored, with bytes of its own: what was read lies in memory of the request, and a worker may come to it later.</summary>
    private static GatewayEvent ForWorkers(GatewayEvent read, AppendOutcome outcome) => read with
    {
        Late = outcome.Late,
        SuspectedReplay = outcome.SuspectedReplay,
        NormalForm = read.NormalForm.ToArray(),
        Sha256 = read.Sha256.ToArray(),
    };

    private void GiveBack(NewEvent[] events)
    {
        foreach (NewEvent one in events)
        {
            GiveBack(one);
        }
    }

    private void GiveBack(NewEvent one)
    {
        foreach (NewDelivery delivery in one.Deliveries)
        {
            if (delivery.Leased)
            {
                pump.GiveBack(delivery.Destination, one.Event);
            }
        }
    }

    private ReceiveAnswer Answer(ActiveSource source, IReadOnlyList<AppendOutcome> outcomes, TimeSpan took, bool inOwnWords)
    {
        int accepted = 0;
        foreach (AppendOutcome outcome in outcomes)
        {
            accepted += outcome.Duplicate ? 0 : 1;
        }

        if (accepted < outcomes.Count)
        {
            metrics.Duplicates(source.Name, outcomes.Count - accepted);
        }

        metrics.Accepted(source.Name, accepted, took);
        PlatformAnswer? special = inOwnWords ? null : accepted > 0 ? source.Platform.Answers.Accepted : source.Platform.Answers.Duplicate ?? source.Platform.Answers.Accepted;
        return special is not null ? new ReceiveAnswer(special.Status, special.Body, special.ContentType ?? ReceiveAnswer.Json, [])
            : accepted > 0 ? ReceiveAnswer.Accepted(outcomes[0].EventId, outcomes.Count)
            : ReceiveAnswer.Duplicate(outcomes[0].EventId);
    }
}
