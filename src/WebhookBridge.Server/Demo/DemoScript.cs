using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Demo;

/// <summary>What the demo does: 1 sets a gateway up, 2 sends signed requests over HTTP, 3 waits until each event has come to its end.</summary>
internal sealed class DemoScript(Gateway gateway, string url)
{
    private const string Shop = "my-checkouts";
    private const int OwnSeed = 11;
    private const int ForeignSeed = 12;

    private static readonly string[] Platforms = ["atomicpay", "altafinex", "bravive", "fintech-saas", "yoco"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Simulations _simulations = new(gateway);

    /// <summary>Sources of the five platforms, routes to the inbox and to a destination that fails once.</summary>
    public async Task SetUpAsync(string crmUrl)
    {
        GatewayDefinition definition = new()
        {
            Sources = [.. Platforms.Select(platform => new SourceDefinition { Name = platform, Platform = platform, Secrets = [Secret(platform)] })],
            Lists = [new ListDefinition { Name = Shop }],
            Templates =
            [
                new TemplateDefinition
                {
                    Name = "flat",
                    Body = "{ \"id\": \"{{ meta.id }}\", \"kind\": \"{{ meta.kind }}\", \"amount\": {{ payment.amount }}, \"currency\": {{ payment.currency }} }",
                },
            ],
            Destinations =
            [
                new DestinationDefinition { Name = "inbox", Connector = "inbox" },
                new DestinationDefinition { Name = "crm", Connector = "http", Secrets = new Dictionary<string, SecretText> { ["url"] = new(crmUrl + "/hook") } },
            ],
            Routes =
            [
                Route("atomicpay-to-inbox", "atomicpay", "inbox"),
                Route("altafinex-to-inbox", "altafinex", "inbox") with { Rule = "({ data, amount }) => true" },
                Route("fintech-to-inbox", "fintech-saas", "inbox") with { Template = null },
                Route("bravive-to-crm", "bravive", "crm") with { Retry = new RetryDefinition.Delays([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)]) },
                Route("my-shop-to-inbox", "yoco", "inbox") with { When = new ConditionsDefinition { CheckoutIds = new CheckoutCondition.InList(Shop, null) } },
            ],
        };
        if (await gateway.Configuration.ApplyAsync(definition, dryRun: false, "demo") is ChangeResult.Invalid invalid)
        {
            throw new CommandException($"The demo does not fit this program: {string.Join(" ", invalid.Problems)}");
        }

        // The shop tells the gateway which checkout is its own.
        await gateway.Lists.PutAsync(Shop, [CheckoutOf(_simulations.Make("yoco", "payment.succeeded", OwnSeed, wrongSignature: false))], null);
    }

    public async Task<IReadOnlyList<DemoOutcome>> RunAsync(Action<int, int, string> report)
    {
        SimulationResult.Request own = _simulations.Make("yoco", "payment.succeeded", OwnSeed, wrongSignature: false);
        DemoStep[] steps =
        [
            new("Purchase approved", "AtomicPay", "atomicpay", () => Make("atomicpay", "purchase_approved"), new(200, "delivered", 1)),
            new("Payment succeeded", "Altafinex", "altafinex", () => Make("altafinex", "payment.succeeded"), new(200, "delivered", 1)),
            new("Subscription started", "Fintech SaaS", "fintech-saas", () => Make("fintech-saas", "subscription.created"), new(200, "delivered", 1)),
            new("Transaction approved; the CRM is down at the first try", "Bravive", "bravive", () => Make("bravive", "on_transaction_approved"), new(200, "delivered", 2)),
            new("Payment of my own checkout", "Yoco", "yoco", () => own, new(200, "delivered", 1)),
            new("The same request once more", "Yoco", "yoco", () => own, new(200, "duplicate", 0)),
            new("A forged request", "Yoco", "yoco", () => _simulations.Make("yoco", "payment.succeeded", ForeignSeed, wrongSignature: true), new(401, "rejected", 0)),
            new("Payment of another shop's checkout", "Yoco", "yoco", () => _simulations.Make("yoco", "payment.succeeded", ForeignSeed, wrongSignature: false), new(200, "skipped", 0)),
        ];
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }); // to ourselves, on loopback
        List<DemoOutcome> sent = [];
        for (int i = 0; i < steps.Length; i++)
        {
            report(i, steps.Length * 2, steps[i].What);
            sent.Add(await SendAsync(http, steps[i]));
        }

        List<DemoOutcome> ended = [];
        foreach (DemoOutcome outcome in sent)
        {
            report(steps.Length + ended.Count, steps.Length * 2, outcome.Step.What);
            ended.Add(outcome.Verdict is null ? await EndAsync(outcome) : outcome);
        }

        return ended;
    }

    private SimulationResult.Request Make(string source, string sample) => _simulations.Make(source, sample, seed: 7, wrongSignature: false);

    private async Task<DemoOutcome> SendAsync(HttpClient http, DemoStep step)
    {
        SimulationResult.Request made = step.Request();
        using HttpRequestMessage request = new(HttpMethod.Post, url + made.Target) { Content = new ByteArrayContent(made.Body) };
        foreach ((string name, string value) in made.Headers)
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        request.Headers.Add(SimulationTokens.Header, gateway.Simulations.Issue());
        long began = gateway.Time.GetTimestamp();
        using HttpResponseMessage answer = await http.SendAsync(request);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        TimeSpan took = gateway.Time.GetElapsedTime(began);
        int status = (int)answer.StatusCode;
        if (status != 200)
        {
            return new(step, status, null, "rejected", "not genuine", 0, took);
        }

        // A platform's own answers need not carry our id; then the newest event of the source is the one.
        (string? id, string? word) = Read(body);
        id ??= (await gateway.Store.Log.Events.PageAsync(new EventFilter { Source = step.Source }, null, 1)).Items[0].Id;
        return word == "duplicate" ? new(step, status, id, "duplicate", "of " + id, 0, took) : new(step, status, id, null, null, 0, took);
    }

    private async Task<DemoOutcome> EndAsync(DemoOutcome outcome)
    {
        long began = gateway.Time.GetTimestamp();
        while (true)
        {
            EventDetail detail = (await gateway.Store.Log.Events.FindAsync(outcome.EventId!))!;
            EventRoute route = detail.Routes[0];
            DeliveryRow? delivery = route.DeliveryId is null ? null : await gateway.Store.Log.Deliveries.FindAsync(route.DeliveryId);
            if (delivery?.FinishedAt is not null || delivery is null || gateway.Time.GetElapsedTime(began) > Patience)
            {
                TimeSpan took = delivery?.FinishedAt is { } at ? TimeSpan.FromMilliseconds(at - detail.Event.ReceivedAt) : outcome.Took;
                return outcome with { Verdict = delivery?.State ?? route.Verdict, Reason = delivery is null ? route.Reason : delivery.Reason ?? "to " + delivery.Destination, Attempts = delivery?.AttemptCount ?? 0, Took = took };
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), gateway.Time);
        }
    }

    private static (string? Id, string? Status) Read(byte[] body)
    {
        try
        {
            JsonElement json = JsonElement.Parse(body);
            return (json.GetProperty("id").GetString(), json.GetProperty("status").GetString());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, null);
        }
    }

    private static string CheckoutOf(SimulationResult.Request request)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        return body.RootElement.GetProperty("payload").GetProperty("metadata").GetProperty("checkoutId").GetString()!;
    }

    private static RouteDefinition Route(string name, string source, string destination) =>
        new() { Name = name, Sources = [source], Destination = destination, Template = new TemplateReference.Named("flat") };

    private static SecretText Secret(string platform) => new(platform == "yoco"
        ? "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24))
        : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
}

/// <summary>One request of the demo.</summary>
internal sealed record DemoStep(string What, string Platform, string Source, Func<SimulationResult.Request> Request, DemoExpectation Expected);

/// <summary>What a request of the demo has to come to.</summary>
internal sealed record DemoExpectation(int Status, string Verdict, int Attempts);

/// <summary>What a request of the demo came to.</summary>
/// <param name="Took">From the receipt to the end of the delivery; without one, to the answer.</param>
internal sealed record DemoOutcome(DemoStep Step, int Status, string? EventId, string? Verdict, string? Reason, int Attempts, TimeSpan Took)
{
    public bool AsExpected => Status == Step.Expected.Status && Verdict == Step.Expected.Verdict && Attempts == Step.Expected.Attempts;
}
