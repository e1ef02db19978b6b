using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.OData.Tests;

/// <summary>The small log that the conformance suite asks about: twelve events, their deliveries and attempts, two rejections. Small enough to check every answer by eye.</summary>
public sealed partial class ShopLog : IAsyncLifetime
{
    /// <summary>
    /// number, source, kind, mode, test, time, receivedAt, paymentId, currency, amount, checkoutId, orderId, name, email, late, repeats.
    /// A dash is null. The amounts and texts are chosen to hurt: half cents, nulls, quotes, percent signs, capitals, letters beyond ASCII.
    /// </summary>
    private const string Events = """
        01|yoco  |payment.created     |live|0|2026-10-30T23:59:58.000Z|2026-10-30T23:59:59.999Z|p_1|ZAR|100.50   |ch_1|-      |Ana Silva    |ana@example.com   |0|0
        02|yoco  |payment.succeeded   |live|0|2026-10-31T00:00:00.000Z|2026-10-31T00:00:00.000Z|p_1|ZAR|100.50   |ch_1|-      |Ana Silva    |ana@example.com   |0|2
        03|yoco  |payment.failed      |live|0|2026-10-31T08:15:00.123Z|2026-10-31T08:15:01.456Z|p_2|ZAR|99.99    |ch_2|o-7    |João Souza   |joao@example.com  |0|0
        04|stripe|payment.succeeded   |test|0|2026-10-31T09:00:00.000Z|2026-10-31T09:00:00.500Z|p_3|USD|0.01     |-   |o-8    |O'Brien, Pat |pat@example.org   |0|0
        05|stripe|refund.succeeded    |live|0|2026-10-31T23:59:59.999Z|2026-11-01T00:00:00.000Z|p_3|USD|10.995   |-   |o-8    |O'Brien, Pat |pat@example.org   |1|0
        06|stripe|payment.succeeded   |live|0|2026-11-01T12:00:00.000Z|2026-11-01T12:00:00.001Z|p_4|JPY|1000     |-   |-      |-            |-                 |0|0
        07|shop-x|other               |-   |0|-                       |2026-11-02T00:00:00.000Z|-  |-  |-        |-   |-      |-            |-                 |0|0
        08|shop-x|checkout.created    |-   |0|-                       |2026-11-02T01:02:03.004Z|-  |-  |-        |ch_3|100%_ok|-            |zoe@example.com   |0|0
        09|yoco  |subscription.renewed|live|0|2026-11-02T10:00:00.000Z|2026-11-02T10:00:00.000Z|p_5|ZAR|9007199254.740993|-|-     |Ana Silva    |ana@example.com   |0|0
        10|yoco  |payment.succeeded   |test|1|2026-11-02T10:00:00.000Z|2026-11-02T10:00:00.000Z|p_6|ZAR|249.50   |ch_4|-      |ÉMILE        |emile@example.com |0|0
        11|stripe|dispute.opened      |live|0|2026-11-03T00:00:00.000Z|2026-11-03T05:06:07.089Z|p_4|JPY|1000     |-   |-      |-            |-                 |1|0
        12|yoco  |payment.failed      |live|0|1969-12-31T23:59:59.999Z|2026-11-04T00:00:00.000Z|p_7|ZAR|0        |ch_5|o-9    |Ana Silva    |ana@example.com   |0|1
        """;

    /// <summary>event, delivery, route, destination, state, reason, attempts as status:outcome.</summary>
    private const string Deliveries = """
        02|01|paid-to-crm   |crm |delivered|-               |200:delivered
        03|02|failed-to-team|team|refused  |permanent_answer|400:refused
        04|03|paid-to-crm   |crm |delivered|-               |503:retry 200:delivered
        05|04|all           |crm |exhausted|retries_used_up |503:retry 503:retry 503:refused
        06|05|paid-to-crm   |crm |pending  |-               |500:retry
        06|06|all           |team|delivered|-               |204:delivered
        10|07|paid-to-crm   |crm |skipped  |too small       |-
        12|08|failed-to-team|team|held     |by_person       |-
        12|09|all           |crm |delivered|-               |200:delivered
        """;

    private const string Configuration = """
        { "sources": [ { "name": "yoco", "platform": "yoco" }, { "name": "stripe", "platform": "stripe" }, { "name": "shop-x", "platform": "generic", "enabled": false } ],
          "destinations": [ { "name": "crm", "connector": "inbox" }, { "name": "team", "connector": "inbox" } ],
          "routes": [ { "name": "all", "source": "*", "destination": "crm" }, { "name": "failed-to-team", "source": ["yoco", "stripe"], "destination": "team" },
                      { "name": "paid-to-crm", "source": "yoco", "destination": "crm", "enabled": false } ] }
        """;

    public FeedGateway Gateway { get; private set; } = null!;

    /// <summary>The short names of the suite in place of ids: E01, D01, A01, R01.</summary>
    public static string WithNames(string text) => LongId().Replace(text, static match => char.ToUpperInvariant(match.Value[0]) + match.Value[^2..]);

    /// <summary>Ids in place of the suite's short names.</summary>
    public static string WithIds(string text) => ShortId().Replace(text, static match => Id(match.Value[0], match.Value[1..]));

    public async Task InitializeAsync()
    {
        Gateway = await FeedGateway.StartAsync();
        string writer = await Gateway.MakeKeyAsync("writer", Server.Api.ApiScopes.All.ToArray());
        FeedResponse applied = await Gateway.SendAsync(HttpMethod.Post, "/api/v1/config", Configuration, ("Authorization", $"Bearer {writer}"));
        applied.Status.ShouldBe(200, applied.Text);
        int attempt = 0;
        foreach (string line in Events.Split('\n'))
        {
            string?[] c = Cells(line);
            string?[][] deliveries = [.. Deliveries.Split('\n').Select(Cells).Where(d => d[0] == c[0])];
            NewEvent made = Event(c, deliveries);
            await Gateway.StoreAsync(made);
            foreach (string?[] d in deliveries.Where(static d => d[4] != "held"))
            {
                attempt = await DeliverAsync(d, made.Event.ReceivedAt, attempt);
            }

            for (int repeat = 0; repeat < int.Parse(c[15]!, CultureInfo.InvariantCulture); repeat++)
            {
                await Gateway.StoreAsync(made with { Event = made.Event with { Id = Id('E', "99") } });
            }
        }

        foreach ((int number, string code, int status) in new[] { (1, "not_genuine", 401), (2, "body_unreadable", 400) })
        {
            Gateway.Gateway.Store.Journal.RecordRejection(new Rejection
            {
                Id = Id('R', $"{number:D2}"),
                Source = "yoco",
                ReceivedAt = DateTimeOffset.Parse($"2026-11-0{number}T06:00:00Z", CultureInfo.InvariantCulture),
                Code = code,
                Text = "It's refused.",
                Status = status,
                RemoteIp = number == 1 ? "203.0.113.9" : null,
                Method = "POST",
                Target = "/in/yoco",
                Headers = [],
                Body = "{}"u8.ToArray(),
            });
        }

        await Gateway.Gateway.Store.Gate.RunAsync(static _ => { }); // behind the rejections in the same queue
    }

    public async Task DisposeAsync() => await Gateway.DisposeAsync();

    private static NewEvent Event(string?[] c, string?[][] of)
    {
        decimal? amount = c[9] is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;
        DateTimeOffset received = Time(c[6])!.Value;
        byte[] body = Encoding.UTF8.GetBytes(c[0]!.PadLeft(10 + int.Parse(c[0]!, CultureInfo.InvariantCulture)));
        string kind = c[2]!;
        GatewayEvent e = new()
        {
            Id = Id('E', c[0]!),
            Source = c[1]!,
            Platform = c[1] == "shop-x" ? "generic" : c[1]!,
            Type = kind == "other" ? "" : kind,
            Kind = kind,
            Mode = c[3],
            Test = c[4] == "1",
            Time = Time(c[5]),
            ReceivedAt = received,
            Format = BodyFormat.Json,
            Body = body,
            Sha256 = SHA256.HashData(body),
            Headers = [],
            NormalForm = "{}"u8.ToArray(),
            Late = c[14] == "1",
            Columns = new SearchColumns
            {
                PaymentId = c[7],
                PaymentStatus = kind.StartsWith("payment.", StringComparison.Ordinal) ? kind[8..] : null,
                Currency = c[8],
                AmountMinor = amount is { } a ? (long)(c[8] == "JPY" ? a : a * 100) : null,
                AmountScaled = (long?)(amount * 1_000_000m),
                CheckoutId = c[10],
                OrderId = c[11],
                SubscriptionId = kind.StartsWith("subscription.", StringComparison.Ordinal) ? "sub_1" : null,
                CustomerName = c[12],
                CustomerEmail = c[13],
            },
        };
        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes(c[0]!));
        return new NewEvent
        {
            Event = e,
            Dedupe = new DedupeKey(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(key), null),
            Routes = new RouteSet("shop-" + c[1], c[1]!, []),
            Verdicts = default,
            Deliveries = [.. of.Select(d => d[4] == "held"
                ? new NewDelivery(Id('D', d[1]!), d[2]!, 1, d[3]!, DeliveryState.Held, d[5], null, Leased: false)
                : new NewDelivery(Id('D', d[1]!), d[2]!, 1, d[3]!, DeliveryState.Pending, null, received, Leased: true))],
        };
    }

    /// <summary>One attempt after the other, each on a lease of its own; what waits is due long after the clock of the gateway.</summary>
    private async Task<int> DeliverAsync(string?[] d, DateTimeOffset received, int attempt)
    {
        string id = Id('D', d[1]!);
        string?[] attempts = d[6] is { } all ? [.. all.Split(' ')] : [null];
        long lease = 1;
        for (int i = 0; i < attempts.Length; i++)
        {
            if (i > 0)
            {
                lease = (await Gateway.Gateway.Store.Queue.LeaseAsync(d[3]!, 10, FeedGateway.Now.AddDays(11))).ShouldHaveSingleItem().LeaseSeq;
            }

            bool last = i == attempts.Length - 1;
            DeliveryState state = last ? Enum.Parse<DeliveryState>(d[4]!, ignoreCase: true) : DeliveryState.Pending;
            DateTimeOffset started = received.AddSeconds(i + 1);
            int status = attempts[i] is { } text ? int.Parse(text.Split(':')[0], CultureInfo.InvariantCulture) : 0;
            bool good = status is >= 200 and < 300;
            (await Gateway.Gateway.Store.Queue.CompleteAsync(new DeliveryCompletion
            {
                DeliveryId = id,
                LeaseSeq = lease,
                State = state,
                Reason = last ? d[5] : null,
                NextAttemptAt = state == DeliveryState.Pending ? FeedGateway.Now.AddDays(10) : null,
                At = started.AddMilliseconds(10 * (i + 1)),
                Attempt = status == 0 ? null : new AttemptRecord
                {
                    Id = Id('A', $"{++attempt:D2}"),
                    DeliveryId = id,
                    Number = i + 1,
                    StartedAt = started,
                    DurationMs = 10 * (i + 1),
                    Outcome = Enum.Parse<AttemptResult>(attempts[i]!.Split(':')[1], ignoreCase: true),
                    Phase = AttemptPhase.Read,
                    Blame = good ? null : AttemptBlame.Destination,
                    Status = status,
                    Error = good ? null : $"The answer was {status}.",
                },
            })).ShouldBeTrue();
        }

        return attempt;
    }

    private static string Id(char kind, string number) => kind switch
    {
        'E' => IdSource.Event,
        'D' => IdSource.Delivery,
        'A' => IdSource.Attempt,
        _ => IdSource.Rejection,
    } + "01K" + number.PadLeft(23, '0');

    private static string?[] Cells(string line) => [.. line.Split('|').Select(static cell => cell.Trim() is "-" ? null : cell.Trim())];

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\b(evt|dlv|att|rej)_01K0{21}\d\d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongId();

    [GeneratedRegex(@"\b[EDAR]\d\d\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShortId();
}
