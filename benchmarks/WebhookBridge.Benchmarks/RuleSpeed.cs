using System.Diagnostics;
using System.Globalization;
using System.Text;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Benchmarks;

/// <summary>
/// Judgements a second of a typical rule on an event of 600 bytes, by one rule thread and through the public door, as the product calls it:
/// 64 callers at a time, each waiting for its answer. The event's view is opened for each judgement, as for each delivery.
/// </summary>
internal static class RuleSpeed
{
    private const double LeastAllowed = 40_000;
    private const int Callers = 64;
    private const int Turns = 9;

    private const string Typical = """({ payload }) => payload.metadata?.checkoutId?.startsWith("ch_") && ["BRL","ZAR"].includes(payload.currency)""";

    private static readonly (string Name, string Source)[] Rules =
    [
        ("typical function", Typical),
        ("expression", "payment.amount > 100 && meta.kind === 'payment.succeeded'"),
        ("statements", "if (payment.amount > 500) return skip('too much'); return event.payload.items.some(item => item.quantity > 1)"),
        ("regular expression", """/^ch_\w+$/.test(event.payload.metadata.checkoutId)"""),
    ];

    public static int Print()
    {
        GatewayEvent of = Event();
        Console.WriteLine($"event: {of.Body.Length} bytes, one rule thread, {Callers} callers at a time");
        using var judge = new RuleJudge(threads: 1);
        double first = 0;
        foreach ((string name, string source) in Rules)
        {
            Rule rule = ((RuleCompilation.Ready)Rule.Compile(source)).Rule;
            // The runtime translates hot code twice more; that is not the rule's time.
            Run(judge, rule, of, 100_000);
            (double perSecond, long bytes) best = (0, 0);
            for (int turn = 0; turn < Turns; turn++)
            {
                (double perSecond, long bytes) = Run(judge, rule, of, 40_000);
                best = perSecond > best.perSecond ? (perSecond, bytes) : best;
            }

            first = first == 0 ? best.perSecond : first;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} best of {Turns} turns: {best.perSecond:0} judgements/s, {best.bytes} bytes allocated each (view and hand-over included)"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reading the typical rule: {ReadsPerSecond():0}/s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"required {LeastAllowed:0}/s, aim 100000/s"));
        return first >= LeastAllowed ? 0 : 1;
    }

    private static (double PerSecond, long Bytes) Run(RuleJudge judge, Rule rule, GatewayEvent of, int count)
    {
        RuleContext context = RuleContext.Of(of, "dlv_01");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < count / Callers; i++)
            {
                using EventView view = EventView.Open(of, "paid", "dlv_01");
                RuleVerdict verdict = await judge.JudgeAsync(rule, view, context);
                if (verdict is RuleVerdict.Failed failed)
                {
                    throw new InvalidOperationException(failed.Text);
                }
            }
        }))];
        Task.WhenAll(callers).GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (count / seconds, (GC.GetTotalAllocatedBytes(precise: true) - before) / count);
    }

    private static double ReadsPerSecond()
    {
        const int Runs = 5_000;
        long start = 0;
        for (int i = -Runs; i < Runs; i++)
        {
            start = i == 0 ? Stopwatch.GetTimestamp() : start;
            Rule.Compile(Typical);
        }

        return Runs / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static GatewayEvent Event()
    {
        const string Body = """
            {"id":"evt_2Zk9QvN4hTqLw8","type":"payment.succeeded","createdDate":"2026-11-20T10:00:00.000Z","payload":{"id":"p_GwVWz8KmtEPLw5","type":"payment","createdDate":"2026-11-20T09:59:58.120Z","amount":10990,"currency":"ZAR","mode":"live","status":"succeeded","paymentMethodDetails":{"type":"card","card":{"scheme":"visa","maskedCard":"************4242","expiryMonth":11,"expiryYear":29}},"items":[{"sku":"BOOK-1","quantity":2,"price":4995},{"sku":"POST","quantity":1,"price":1000}],"metadata":{"checkoutId":"ch_kPz5xQ0JdVR","orderId":"1001-4482","customer":"Ana Souza","note":"leave at the door, please"}}}
            """;
        const string NormalForm = """
            {"meta":{"id":"evt_2Zk9QvN4hTqLw8","type":"payment.succeeded","kind":"payment.succeeded","time":"2026-11-20T10:00:00.000Z","mode":"live","test":false,"source":"yoco","platform":"yoco","received_at":"2026-11-20T10:00:01.000Z"},"payment":{"id":"p_GwVWz8KmtEPLw5","status":"succeeded","amount":109.90,"amount_minor":10990,"currency":"ZAR","checkout_id":"ch_kPz5xQ0JdVR"}}
            """;
        return new GatewayEvent
        {
            Id = "evt_01", Source = "yoco", Platform = "yoco", Type = "payment.succeeded", Kind = "payment.succeeded", ReceivedAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
            Format = BodyFormat.Json, Body = Encoding.UTF8.GetBytes(Body), Sha256 = new byte[32], Headers = [], NormalForm = Encoding.UTF8.GetBytes(NormalForm), Columns = SearchColumns.None,
        };
    }
}
