using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Alerts;

public sealed class CredentialsWatchTests
{
    [Fact]
    public async Task LookAsync_CredentialsThatEnd_TellsTwoWeeksBeforeAndUntilTheyAreRenewed()
    {
        using TempFolder folder = new();
        ManualTimeProvider clock = new();
        await using Gateway gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = folder.Of("data"), Limits = new() { MinFreeDiskBytes = 0 } }, clock, NullLoggerFactory.Instance);
        AlertStore alerts = gateway.Store.Log.Alerts;
        LaneStatus lane = new("whatsapp", 0, 0, TimeSpan.Zero, BreakerState.Closed, null, null) { CredentialsEnd = new(new("the access token", "o token de acesso"), clock.GetUtcNow().AddDays(30)) };
        LaneStatus other = lane with { Destination = "crm", CredentialsEnd = null };

        await CredentialsWatch.LookAsync(alerts, [lane, other], clock.GetUtcNow());
        (await alerts.OpenAsync()).ShouldBeEmpty();

        clock.Advance(TimeSpan.FromDays(16));
        await CredentialsWatch.LookAsync(alerts, [lane, other], clock.GetUtcNow());
        AlertRow alert = (await alerts.OpenAsync()).ShouldHaveSingleItem();
        (alert.Code, alert.Subject).ShouldBe((AlertCodes.CredentialsEnd, "destination/whatsapp"));
        alert.Text.ShouldBe("Destination \"whatsapp\": the access token ends at 2026-03-31T12:00:00.000Z. Enter a new one before.");

        clock.Advance(TimeSpan.FromDays(15));
        await CredentialsWatch.LookAsync(alerts, [lane, other], clock.GetUtcNow());
        (await alerts.OpenAsync()).ShouldHaveSingleItem().Text.ShouldContain("ended at");

        await CredentialsWatch.LookAsync(alerts, [lane with { CredentialsEnd = new CredentialsEnd(new("the access token", "o token de acesso"), clock.GetUtcNow().AddDays(60)) }, other], clock.GetUtcNow());
        (await alerts.OpenAsync()).ShouldBeEmpty();
    }

    /// <summary>What a session keeps is sealed in the database, outlives a restart and goes with the destination.</summary>
    [Fact]
    public async Task SessionMemory_IsSealedAndGoesWithItsDestination()
    {
        using TempFolder folder = new();
        ManualTimeProvider clock = new();
        GatewayOptions options = new() { DataDirectory = folder.Of("data"), Limits = new() { MinFreeDiskBytes = 0 } };
        await using (Gateway gateway = await Gateway.OpenAsync(options, clock, NullLoggerFactory.Instance))
        {
            await gateway.Store.Config.SaveAsync([new Storage.Config.ConfigChange.Put("destination", "crm", "{}", new Dictionary<string, Engine.Model.SecretText?>())], "ana");
            await gateway.Memory.Remember("crm", "oauth", "a-token-that-nobody-may-read");
            await gateway.Memory.Remember("crm", "oauth", "a-token-that-nobody-may-read-2");
        }

        foreach (string file in Directory.EnumerateFiles(folder.Of("data"), "*", SearchOption.AllDirectories))
        {
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain("a-token-that-nobody-may-read");
        }

        await using Gateway again = await Gateway.OpenAsync(options, clock, NullLoggerFactory.Instance);
        (await again.Memory.Recall("crm", "oauth")).ShouldBe("a-token-that-nobody-may-read-2");
        (await again.Memory.Recall("crm2", "oauth")).ShouldBeNull();
        await again.Store.Config.SaveAsync([new Storage.Config.ConfigChange.Delete("destination", "crm")], "ana");
        (await again.Memory.Recall("crm", "oauth")).ShouldBeNull();
    }
}
