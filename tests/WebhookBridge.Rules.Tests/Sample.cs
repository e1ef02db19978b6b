using System.Text;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Rules.Tests;

/// <summary>Events and judgements for tests.</summary>
internal static class Sample
{
    public const string Body = """
        {"id":"evt_1","type":"payment.succeeded","createdDate":"2026-11-20T10:00:00Z","payload":{"id":"p_1","amount":10990,"currency":"ZAR","status":"succeeded","items":[{"sku":"a","n":2},{"sku":"b","n":1}],"metadata":{"checkoutId":"ch_123","name":"Ana"}}}
        """;

    public const string NormalForm = """
        {"meta":{"id":"evt_1","type":"payment.succeeded","kind":"payment.succeeded","time":"2026-11-20T10:00:00.000Z","mode":"live","test":false,"source":"yoco","platform":"yoco","received_at":"2026-11-20T10:00:01.000Z"},"payment":{"id":"p_1","status":"succeeded","amount":109.90,"amount_minor":10990,"currency":"ZAR","checkout_id":"ch_123"}}
        """;

    public static readonly DateTimeOffset Time = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    /// <summary>One judge for all tests of the process, as in the product; patient, since other tests want the processor too.</summary>
    public static readonly RuleJudge Judge = new(threads: 1, new RuleLimits { RegexTime = TimeSpan.FromSeconds(1) });

    public static GatewayEvent Event(string body = Body, string normalForm = NormalForm, params KeyValuePair<string, string>[] headers) => new()
    {
        Id = "evt_01", Source = "yoco", Platform = "yoco", Type = "payment.succeeded", Kind = "payment.succeeded", Mode = "live", Time = Time, ReceivedAt = Time.AddSeconds(1),
        Format = BodyFormat.Json, Body = Encoding.UTF8.GetBytes(body), Sha256 = new byte[32], Headers = headers, NormalForm = Encoding.UTF8.GetBytes(normalForm), Columns = SearchColumns.None,
    };

    public static Rule Rule(string source) => WebhookBridge.Engine.Filtering.Rule.Compile(source) switch
    {
        RuleCompilation.Ready ready => ready.Rule,
        RuleCompilation.Refused refused => throw new InvalidOperationException($"{source}: {string.Join("; ", refused.Errors)}"),
        _ => throw new InvalidOperationException(),
    };

    public static RuleError Refused(string source) =>
        WebhookBridge.Engine.Filtering.Rule.Compile(source).ShouldBeOfType<RuleCompilation.Refused>().Errors[0];

    /// <summary>The verdict, with time enough for a machine that has other things to do.</summary>
    public static RuleVerdict Ask(string source, string body = Body, string delivery = "dlv_01", RuleJudge? judge = null, params KeyValuePair<string, string>[] headers)
    {
        GatewayEvent of = Event(body, headers: headers);
        using EventView view = EventView.Open(of, "paid", delivery);
        return (judge ?? Judge).Judge(Rule(source), view, RuleContext.Of(of, delivery, timeOuts: 3));
    }

    public static RuleVerdict.Failed Fails(string source) => Ask(source).ShouldBeOfType<RuleVerdict.Failed>();
}
