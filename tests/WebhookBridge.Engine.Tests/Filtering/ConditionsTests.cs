using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Tests.Filtering;

public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("payment.amount", "=", "10.9", true)]
    [InlineData("payment.amount", "=", "\"10.90\"", true)]
    [InlineData("payment.amount", "!=", "10.900", false)]
    [InlineData("payment.amount", ">", "10.89999999999999999999", true)]
    [InlineData("payment.amount", ">=", "10.90", true)]
    [InlineData("payment.amount", "<", "10.90", false)]
    [InlineData("payment.amount", "<=", "10.90", true)]
    [InlineData("payment.currency", "in", "[\"BRL\",\"ZAR\"]", true)]
    [InlineData("payment.currency", "not in", "[\"BRL\"]", true)]
    [InlineData("payment.currency", "=", "\"brl\"", false)]
    [InlineData("customer.name", "contains", "\"SÃO\"", true)]
    [InlineData("customer.name", "starts", "\"Ana\"", true)]
    [InlineData("customer.name", "starts", "\"ana\"", false)]
    [InlineData("customer.name", "ends", "\"Paulo\"", true)]
    [InlineData("event.count", "=", "3", true)]
    [InlineData("event.count", ">", "2.5", true)]
    [InlineData("event.word", "=", "5", false)]
    [InlineData("event.word", "!=", "5", true)]
    [InlineData("event.word", ">", "5", false)]
    [InlineData("event.word", "<", "5", false)]
    [InlineData("event.yes", "=", "true", true)]
    [InlineData("event.yes", "=", "false", false)]
    [InlineData("event.yes", "!=", "false", true)]
    [InlineData("event.tags", "contains", "\"Vip\"", true)]
    [InlineData("event.tags[1]", "=", "\"vip\"", true)]
    [InlineData("event[\"odd name\"].x", "=", "1", true)]
    [InlineData("event.big", "=", "123456789012345678901234567890", true)]
    [InlineData("event.big", "=", "123456789012345678901234567891", false)]
    [InlineData("event.none", "=", "1", false)]
    [InlineData("event.none", "!=", "1", true)]
    [InlineData("event.none", "not in", "[1]", true)]
    [InlineData("event.none", "in", "[1]", false)]
    [InlineData("event.none", "<", "1", false)]
    [InlineData("event.none", "contains", "\"x\"", false)]
    [InlineData("event.none", "exists", null, false)]
    [InlineData("event.none", "missing", null, true)]
    [InlineData("event.nothing", "missing", null, true)]
    [InlineData("event.count", "exists", null, true)]
    [InlineData("refund.id", "missing", null, true)]
    [InlineData("meta.type", "=", "\"payment.succeeded\"", true)]
    [InlineData("payment.checkout_id", "in list", "\"shop\"", true)]
    [InlineData("event.word", "in list", "\"shop\"", false)]
    public void Judge_OneComparison_AsTheContractSays(string field, string op, string? value, bool passes)
    {
        var when = new ConditionsDefinition { All = [new ConditionItem.Comparison(field, op, value is null ? default : Json(value))] };
        Judge(when).Verdict.ShouldBe(passes ? RouteVerdict.Delivery : RouteVerdict.SkippedByCondition);
    }

    [Theory]
    [InlineData("payment.*", true)]
    [InlineData("*", true)]
    [InlineData("*succeeded", true)]
    [InlineData("p*t.s*d", true)]
    [InlineData("payment", false)]
    [InlineData("Payment.*", false)]
    [InlineData("payment.succeeded*x", false)]
    [InlineData("pay*pay*", false)]
    public void Judge_TypePattern_MatchesWholeName(string pattern, bool passes) =>
        Judge(new ConditionsDefinition { Types = ["refund.*", pattern] }).Verdict.ShouldBe(passes ? RouteVerdict.Delivery : RouteVerdict.SkippedByType);

    [Theory]
    [InlineData(RouteMode.Any, "live", false, true)]
    [InlineData(RouteMode.Any, "test", true, true)]
    [InlineData(RouteMode.Live, null, false, true)]
    [InlineData(RouteMode.Live, "test", false, false)]
    [InlineData(RouteMode.Live, "live", true, false)]
    [InlineData(RouteMode.Test, "test", false, true)]
    [InlineData(RouteMode.Test, null, false, false)]
    [InlineData(RouteMode.Test, null, true, true)]
    public void Judge_Mode_TestEventsStayOutOfLiveRoutes(RouteMode mode, string? eventMode, bool simulated, bool passes) =>
        Judge(new ConditionsDefinition { Mode = mode }, e => e with { Mode = eventMode, Test = simulated }).Verdict.ShouldBe(passes ? RouteVerdict.Delivery : RouteVerdict.SkippedByMode);

    [Fact]
    public void Judge_UnknownCheckoutWithHold_WaitsOnlyWhenAllElseHolds()
    {
        var list = new CheckoutCondition.InList("empty", TimeSpan.FromMinutes(10));
        Judge(new ConditionsDefinition { CheckoutIds = list }).ShouldBe(new ConditionsVerdict(RouteVerdict.Delivery, TimeSpan.FromMinutes(10)));
        Judge(new ConditionsDefinition { CheckoutIds = list, Kinds = ["refund.succeeded"] }).ShouldBe(new ConditionsVerdict(RouteVerdict.SkippedByKind));
        Judge(new ConditionsDefinition { CheckoutIds = list }, e => e with { Columns = SearchColumns.None }).ShouldBe(new ConditionsVerdict(RouteVerdict.SkippedByCheckout));
        Judge(new ConditionsDefinition { CheckoutIds = new CheckoutCondition.InList("empty", null) }).ShouldBe(new ConditionsVerdict(RouteVerdict.SkippedByCheckout));
        Judge(new ConditionsDefinition { CheckoutIds = new CheckoutCondition.InList("shop", null) }).ShouldBe(new ConditionsVerdict(RouteVerdict.Delivery));
    }

    [Fact]
    public void Judge_NestedGroups_CombineAllAndAny()
    {
        ConditionItem yes = new ConditionItem.Comparison("payment.currency", "=", Json("\"ZAR\""));
        ConditionItem no = new ConditionItem.Comparison("payment.currency", "=", Json("\"USD\""));
        Judge(new ConditionsDefinition { All = [new ConditionItem.AnyOf([no, yes])] }).Verdict.ShouldBe(RouteVerdict.Delivery);
        Judge(new ConditionsDefinition { All = [new ConditionItem.AllOf([no, yes])] }).Verdict.ShouldBe(RouteVerdict.SkippedByCondition);
        Judge(new ConditionsDefinition { Any = [no, new ConditionItem.AllOf([yes, new ConditionItem.AnyOf([no, yes])])] }).Verdict.ShouldBe(RouteVerdict.Delivery);
        Judge(new ConditionsDefinition { Any = [no] }).Verdict.ShouldBe(RouteVerdict.SkippedByCondition);
        Judge(new ConditionsDefinition()).Verdict.ShouldBe(RouteVerdict.Delivery);
    }

    [Fact]
    public void Compile_ManyMistakes_NamesEachWithItsPlace()
    {
        ConditionItem deep = new ConditionItem.Comparison("payment.id", "exists", default);
        for (int i = 0; i < 3; i++)
        {
            deep = new ConditionItem.AllOf([deep]);
        }

        var when = new ConditionsDefinition
        {
            Kinds = ["payment.paid"],
            CheckoutIds = new CheckoutCondition.InList("nowhere", null),
            All =
            [
                new ConditionItem.Comparison("amount", ">", Json("5")),
                new ConditionItem.Comparison("payment.amount", "=>", Json("5")),
                new ConditionItem.Comparison("payment.amount", "=", Json("null")),
                new ConditionItem.Comparison("payment.amount", "in", Json("5")),
                new ConditionItem.Comparison("payment.[x", "=", Json("5")),
                deep,
            ],
        };
        Conditions.Compile(when, Lists, out IReadOnlyList<ConditionError> errors).ShouldBeNull();
        errors.Select(e => e.Path).ShouldBe([".kinds[0]", ".checkoutIds.list", ".all[0].field", ".all[1].op", ".all[2].value", ".all[3].value", ".all[4].field", ".all[5].all[0].all[0].all[0]"]);
        errors[2].Message.ShouldContain("event.amount");
    }

    private static ConditionsVerdict Judge(ConditionsDefinition when, Func<GatewayEvent, GatewayEvent>? change = null)
    {
        Conditions? conditions = Conditions.Compile(when, Lists, out IReadOnlyList<ConditionError> errors);
        errors.ShouldBeEmpty();
        using var view = EventView.Open((change ?? (e => e))(Event()));
        return conditions!.Judge(view, Now);
    }

    private static ValueList? Lists(string name)
    {
        var list = new ValueList();
        if (name == "shop")
        {
            list.Put("ch_1", null);
            list.Put("five", Now.AddMinutes(-1));
        }

        return name is "shop" or "empty" ? list : null;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static GatewayEvent Event() => new()
    {
        Id = "evt_1",
        Source = "yoco",
        Platform = "yoco",
        Type = "payment.succeeded",
        Kind = "payment.succeeded",
        ReceivedAt = Now,
        Format = BodyFormat.Json,
        Body = Encoding.UTF8.GetBytes("""{"count":3,"word":"five","yes":true,"tags":["a","vip"],"odd name":{"x":1},"big":123456789012345678901234567890,"nothing":null}"""),
        Sha256 = new byte[32],
        Headers = [],
        NormalForm = Encoding.UTF8.GetBytes("""{"meta":{"id":"evt_1","type":"payment.succeeded"},"payment":{"amount":10.90,"currency":"ZAR","checkout_id":"ch_1"},"customer":{"name":"Ana de São Paulo"}}"""),
        Columns = new SearchColumns { CheckoutId = "ch_1" },
    };
}
