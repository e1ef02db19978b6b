using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using System.Security.Cryptography;

namespace WebhookBridge.Server.WebConsole.Overview;

/// <summary>A source with a route to the built-in inbox, and signed sample events on it: a look around before anything is set up. All of it is marked TEST.</summary>
internal sealed class DemoSource(Gateway gateway)
{
    public const string Name = "demo";

    private const string Route = "demo-to-inbox";
    private const string Inbox = "demo-inbox";
    private const string Platform = "yoco";

    public bool Exists => gateway.Configuration.Find(ConfigurationKind.Source, Name) is not null;

    /// <summary>Sets it up and sends: three payments and a refund, one of them twice, and one that is forged. False when something of these names is there already.</summary>
    public async Task<bool> StartAsync(string actor, CancellationToken stop)
    {
        if (Exists || gateway.Configuration.Find(ConfigurationKind.Destination, Inbox) is not null || gateway.Configuration.Find(ConfigurationKind.Route, Route) is not null)
        {
            return false;
        }

        GatewayDefinition demo = new()
        {
            Sources = [new SourceDefinition { Name = Name, Platform = Platform, Secrets = [new SecretText("whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)))] }],
            Destinations = [new DestinationDefinition { Name = Inbox, Connector = "inbox" }],
            Routes = [new RouteDefinition { Name = Route, Sources = [Name], Destination = Inbox, When = new ConditionsDefinition { Kinds = ["payment.succeeded"] } }],
        };
        if (await gateway.Configuration.ApplyAsync(demo, dryRun: false, actor) is not ChangeResult.Done)
        {
            return false;
        }

        Simulations simulations = new(gateway);
        int seed = RandomNumberGenerator.GetInt32(int.MaxValue / 2);
        for (int i = 0; i < 3; i++)
        {
            await SendAsync(simulations, "payment.succeeded", seed + i, forged: false, stop);
        }

        await SendAsync(simulations, "payment.succeeded", seed, forged: false, stop);
        await SendAsync(simulations, "refund.succeeded", seed + 10, forged: false, stop);
        await SendAsync(simulations, "payment.succeeded", seed + 11, forged: true, stop);
        await gateway.Audit.RecordAsync(actor, "demo.start", "source/" + Name);
        return true;
    }

    /// <summary>Takes source, route and inbox away; the events stay in the log until their time is over.</summary>
    public async Task StopAsync(string actor)
    {
        await gateway.Configuration.DeleteAsync(ConfigurationKind.Route, Route, null, actor);
        await gateway.Configuration.DeleteAsync(ConfigurationKind.Source, Name, null, actor);
        await gateway.Configuration.DeleteAsync(ConfigurationKind.Destination, Inbox, null, actor);
    }

    private static async Task SendAsync(Simulations simulations, string sample, int seed, bool forged, CancellationToken stop) =>
        await simulations.SendAsync(Name, simulations.Make(Name, sample, seed, forged), stop);
}
