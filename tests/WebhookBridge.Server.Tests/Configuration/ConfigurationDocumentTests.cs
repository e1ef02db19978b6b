using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Tests.Configuration;

public sealed class ConfigurationDocumentTests
{
    private const string Whole = """
        {
          "sources":      [ { "name": "yoco", "platform": "yoco", "enabled": true, "secrets": ["whsec_abc"], "settings": {},
                              "dedupe": { "window": "unlimited" }, "maxBodyBytes": 1048576, "publicUrl": null,
                              "silence": { "after": "4h", "days": ["mon", "fri"], "from": "08:30", "to": "24:00", "timeZone": "Africa/Johannesburg" } } ],
          "lists":        [ { "name": "shop-a", "values": ["ch_1"] } ],
          "destinations": [ { "name": "crm", "connector": "http", "settings": { "method": "POST", "sign": true },
                              "secrets": { "url": "https://example.com/hook", "signingSecret": "s" },
                              "limits": { "perSecond": 50, "concurrency": 8, "timeout": "10s" } } ],
          "templates":    [ { "name": "flat", "contentType": "application/json", "body": "{ \"id\": \"{{ meta.id }}\" }" } ],
          "routes":       [ { "name": "paid-to-crm", "source": "yoco", "destination": "crm", "enabled": true,
                              "when": { "kinds": ["payment.succeeded"], "types": ["payment.*"], "mode": "any",
                                        "checkoutIds": { "list": "shop-a", "unknown": "hold:10m" },
                                        "all": [ { "field": "payment.amount", "op": ">", "value": 500.10 } ] },
                              "rule": "({ payload }) => payload.metadata?.checkoutId?.startsWith('ch_')",
                              "template": "flat", "fields": { "to": "{{ customer.email }}", "properties": { "amount": "{{ payment.amount }}" } },
                              "retry": ["5s", "5m", "30m", "2h", "5h", "10h", "10h"], "late": "hold" } ]
        }
        """;

    [Fact]
    public void Read_ExampleOfTheContract_HasEveryPart()
    {
        GatewayDefinition read = Good(Whole);

        SourceDefinition source = read.Sources.ShouldHaveSingleItem();
        source.Secrets.ShouldBe([new SecretText("whsec_abc")]);
        source.Dedupe.Window.ShouldBe(TimeSpan.MaxValue);
        SilenceDefinition silence = source.Silence.ShouldNotBeNull();
        (silence.After, silence.From, silence.To, silence.TimeZone).ShouldBe((TimeSpan.FromHours(4), TimeSpan.FromHours(8.5), TimeSpan.FromHours(24), "Africa/Johannesburg"));
        silence.Days.ShouldBe([DayOfWeek.Monday, DayOfWeek.Friday]);
        DestinationDefinition destination = read.Destinations.ShouldHaveSingleItem();
        destination.Limits.ShouldBe(new LimitsDefinition { PerSecond = 50, Concurrency = 8, Timeout = TimeSpan.FromSeconds(10) });
        destination.Secrets["signingSecret"].Reveal().ShouldBe("s");
        RouteDefinition route = read.Routes.ShouldHaveSingleItem();
        route.Sources.ShouldBe(["yoco"]);
        route.When.CheckoutIds.ShouldBe(new CheckoutCondition.InList("shop-a", TimeSpan.FromMinutes(10)));
        route.When.All.ShouldHaveSingleItem().ShouldBeOfType<ConditionItem.Comparison>().Value.GetRawText().ShouldBe("500.10", "a number keeps its text");
        route.Template.ShouldBe(new TemplateReference.Named("flat"));
        route.Fields["to"].ShouldBe(new FieldTemplate.Text("{{ customer.email }}"));
        route.Retry.ShouldBeOfType<RetryDefinition.Delays>().Each.Count.ShouldBe(7);
        route.Late.ShouldBe(LateHandling.Hold);
    }

    [Fact]
    public void Write_WhatWasRead_ReadsTheSame()
    {
        byte[] once = ConfigurationWriter.Write(Good(Whole), (_, secret) => secret.Reveal());
        byte[] twice = ConfigurationWriter.Write(Good(Encoding.UTF8.GetString(once)), (_, secret) => secret.Reveal());

        Encoding.UTF8.GetString(twice).ShouldBe(Encoding.UTF8.GetString(once));
        Encoding.UTF8.GetString(once).ShouldContain("=> payload.metadata?.checkoutId?.startsWith('ch_')");
    }

    [Theory]
    [InlineData("""{ "route": [] }""", "$.route", "\"routes\"")]
    [InlineData("""{ "sources": [ { "name": "Yoco", "platform": "yoco" } ] }""", "$.sources[0].name", "lower-case")]
    [InlineData("""{ "sources": [ { "name": "yoco" } ] }""", "$.sources[0].platform", "platform")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b" }, { "name": "a", "platform": "b" } ] }""", "$.sources[1].name", "own name")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "maxBodyBytes": 12 } ] }""", "$.sources[0].maxBodyBytes", "1024")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "publicUrl": "example.com/x" } ] }""", "$.sources[0].publicUrl", "https://")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "dedupe": { "window": "7 days" } } ] }""", "$.sources[0].dedupe.window", "7d")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "silence": {} } ] }""", "$.sources[0].silence.after", "\"4h\"")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "silence": { "after": "4h", "days": ["monday"] } } ] }""", "$.sources[0].silence.days[0]", "mon")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "silence": { "after": "4h", "from": "18:00", "to": "08:00" } } ] }""", "$.sources[0].silence.to", "midnight")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "silence": { "after": "4h", "from": "8" } } ] }""", "$.sources[0].silence.from", "08:30")]
    [InlineData("""{ "sources": [ { "name": "a", "platform": "b", "silence": { "after": "4h", "timeZone": "Mars/Olympus" } } ] }""", "$.sources[0].silence.timeZone", "IANA")]
    [InlineData("""{ "destinations": [ { "name": "d", "connector": "http", "limits": { "timeout": "10m" } } ] }""", "$.destinations[0].limits.timeout", "5m")]
    [InlineData("""{ "destinations": [ { "name": "d", "connector": "http", "limits": { "persecond": 5 } } ] }""", "$.destinations[0].limits.persecond", "perSecond")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s" } ] }""", "$.routes[0].destination", "destination")]
    [InlineData("""{ "routes": [ { "name": "r", "source": [], "destination": "d" } ] }""", "$.routes[0].source", "\"*\"")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "when": { "kinds": ["payment.suceeded"] } } ] }""", "$.routes[0].when.kinds[0]", "\"payment.succeeded\"")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "when": { "checkoutIds": { "list": "l", "unknown": "wait" } } } ] }""", "$.routes[0].when.checkoutIds.unknown", "hold:10m")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "when": { "all": [ { "field": "meta.id", "op": "==", "value": 1 } ] } } ] }""", "$.routes[0].when.all[0].op", "\"=\"")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "when": { "all": [ { "field": "meta.id", "op": "in", "value": "x" } ] } } ] }""", "$.routes[0].when.all[0].value", "[")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "when": { "any": [ { "all": [ { "any": [ { "all": [] } ] } ] } ] } } ] }""", "$.routes[0].when.any[0].all[0].any[0].all", "rule")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "retry": ["8d"] } ] }""", "$.routes[0].retry[0]", "7d")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "retry": "standart" } ] }""", "$.routes[0].retry", "\"standard\"")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "retry": { "first": "1s", "factor": 0.5, "max": "1h", "tries": 3 } } ] }""", "$.routes[0].retry.factor", "from 1")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "late": "drop" } ] }""", "$.routes[0].late", "\"skip\"")]
    [InlineData("""{ "routes": [ { "name": "r", "source": "s", "destination": "d", "rule": 5 } ] }""", "$.routes[0].rule", "quotes")]
    [InlineData("""{ "lists": [ { "name": "l", "values": ["a"], "values": ["b"] } ] }""", "$.lists[0].values", "one of the two")]
    [InlineData("""{ "lists": [ }""", "$", "line 1")]
    [InlineData("[]", "$", "{")]
    public void Read_Mistake_NamesPathAndFix(string json, string path, string fix)
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(json), SecretSyntax.Plain);

        reading.Value.ShouldBeNull();
        ConfigurationProblem problem = reading.Problems.ShouldHaveSingleItem();
        problem.Path.ShouldBe(path);
        problem.Fix.ShouldContain(fix, Case.Sensitive);
    }

    [Fact]
    public void Read_SeveralMistakes_ReportsAllAtOnce()
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read("""
            { "sources": [ { "nam": "a", "platform": 5 } ], "routes": [ { "name": "r", "source": "s", "destination": "d", "retry": ["1 s"] } ], "list": [] }
            """u8.ToArray(), SecretSyntax.Plain);

        reading.Problems.Select(problem => problem.Path).ShouldBe(
            ["$.sources[0].name", "$.sources[0].platform", "$.sources[0].nam", "$.routes[0].retry[0]", "$.list"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("${YOCO_SECRET}")]
    [InlineData("Bearer ${TOKEN}")]
    [InlineData("file:/run/secrets/yoco")]
    public void Read_ReferenceInARequest_IsRefusedWithoutShowingIt(string secret)
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(
            Encoding.UTF8.GetBytes($$"""{ "sources": [ { "name": "a", "platform": "b", "secrets": ["{{secret}}"] } ] }"""), SecretSyntax.Request);

        ConfigurationProblem problem = reading.Problems.ShouldHaveSingleItem();
        problem.Path.ShouldBe("$.sources[0].secrets[0]");
        problem.Fix.ShouldContain("webhookbridge apply");
    }

    [Fact]
    public void Read_EscapedDollar_IsALiteral() =>
        ConfigurationDocument.Read("""{ "sources": [ { "name": "a", "platform": "b", "secrets": ["x$${y}"] } ] }"""u8.ToArray(), SecretSyntax.Request)
            .Value!.Sources[0].Secrets[0].Reveal().ShouldBe("x${y}");

    [Theory]
    [InlineData("${A}", "alpha")]
    [InlineData("x-${A}-${B}", "x-alpha-be\\\"ta")]
    [InlineData("$${A}", "${A}")]
    [InlineData("file:secret.txt", "from file")]
    public void Expand_Reference_TakesItsValue(string secret, string expected)
    {
        List<ConfigurationProblem> problems = [];
        byte[] expanded = SecretReferences.Expand(
            Encoding.UTF8.GetBytes($$"""{ "sources": [ { "name": "a", "platform": "b", "secrets": ["{{secret}}"] } ], "destinations": [ { "name": "d", "connector": "http", "secrets": { "url": "{{secret}}" } } ] }"""),
            name => name switch { "A" => "alpha", "B" => "be\"ta", _ => null }, file => file == "secret.txt" ? "from file\n" : null, forRequest: false, problems);

        problems.ShouldBeEmpty();
        GatewayDefinition read = Good(Encoding.UTF8.GetString(expanded));
        read.Sources[0].Secrets[0].Reveal().ShouldBe(expected.Replace("\\\"", "\"", StringComparison.Ordinal));
        read.Destinations[0].Secrets["url"].ShouldBe(read.Sources[0].Secrets[0]);
    }

    [Theory]
    [InlineData("${MISSING}", "MISSING")]
    [InlineData("file:missing.txt", "missing.txt")]
    public void Expand_MissingReference_IsAnError(string secret, string named)
    {
        List<ConfigurationProblem> problems = [];
        SecretReferences.Expand(Encoding.UTF8.GetBytes($$"""{ "sources": [ { "secrets": ["{{secret}}"] } ] }"""), _ => null, _ => null, forRequest: false, problems);

        ConfigurationProblem problem = problems.ShouldHaveSingleItem();
        problem.Path.ShouldBe("$.sources[0].secrets[0]");
        problem.Message.ShouldContain(named);
    }

    [Fact]
    public void Expand_ForARequest_EscapesWhatLooksLikeAReference()
    {
        List<ConfigurationProblem> problems = [];
        byte[] expanded = SecretReferences.Expand("""{ "sources": [ { "name": "a", "platform": "b", "secrets": ["${A}"] } ] }"""u8.ToArray(), _ => "p${B}q", _ => null, forRequest: true, problems);

        ConfigurationDocument.Read(expanded, SecretSyntax.Request).Value!.Sources[0].Secrets[0].Reveal().ShouldBe("p${B}q");
    }

    [Fact]
    public void Expand_OutsideSecrets_LeavesTextAlone()
    {
        List<ConfigurationProblem> problems = [];
        byte[] expanded = SecretReferences.Expand("""{ "templates": [ { "name": "t", "body": "${A} file:x" } ] }"""u8.ToArray(), _ => null, _ => null, forRequest: false, problems);

        problems.ShouldBeEmpty();
        Good(Encoding.UTF8.GetString(expanded)).Templates[0].Body.ShouldBe("${A} file:x");
    }

    [Fact]
    public void Reference_EverySecret_GetsAVariableOfItsOwn()
    {
        SecretNames names = new();
        string exported = Encoding.UTF8.GetString(ConfigurationWriter.Write(Good("""
            { "sources": [ { "name": "yoco", "platform": "yoco", "secrets": ["one", "two"] }, { "name": "2co", "platform": "yoco", "secrets": ["x"] } ],
              "destinations": [ { "name": "my-crm", "connector": "http", "secrets": { "url": "https://example.com/hook", "signingSecret": "s" } } ] }
            """), names.Reference));

        names.Variables.ShouldBe(["YOCO_SECRET", "YOCO_SECRET_2", "_2CO_SECRET", "MY_CRM_SIGNING_SECRET", "MY_CRM_URL"]);
        exported.ShouldContain("\"${MY_CRM_SIGNING_SECRET}\"");
        exported.ShouldNotContain("example.com");
    }

    [Theory]
    [InlineData("https://hooks.zapier.com/hooks/catch/123/abcdwxyz", "https://hooks.zapier.com/…wxyz")]
    [InlineData("whsec_abcdef", "set")]
    public void Shown_Secret_GivesNothingAway(string secret, string shown) =>
        SecretNames.Shown(new(ConfigurationKind.Destination, "d", "url", 0), new(secret)).ShouldBe(shown);

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0s", 0)]
    public void TryParse_Duration_ReadsAndWritesBack(string text, long milliseconds)
    {
        Durations.TryParse(text, out TimeSpan duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds);
        Durations.Format(duration).ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("1.5h")]
    [InlineData("99999999999d")]
    public void TryParse_NoDuration_IsRefused(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    private static GatewayDefinition Good(string json)
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(json), SecretSyntax.Plain);
        reading.Problems.ShouldBeEmpty();
        return reading.Value!;
    }
}
