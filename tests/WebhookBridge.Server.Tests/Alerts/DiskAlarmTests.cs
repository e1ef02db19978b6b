using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Alerts;

public sealed class DiskAlarmTests
{
    [Fact]
    public async Task LookAsync_DiskFillsAndEmpties_OpensOneAlertAndClosesItWithRoomToSpare()
    {
        using var folder = new TempFolder();
        await using Gateway gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = folder.Of("data") }, new ManualTimeProvider(), NullLoggerFactory.Instance);
        AlertStore alerts = gateway.Store.Log.Alerts;
        DiskAlarm alarm = new(alerts);
        await alarm.LookAsync(free: 2_000 << 20, kept: 256 << 20);
        (await alerts.OpenAsync()).ShouldBeEmpty();

        await alarm.LookAsync(free: 511 << 20, kept: 256 << 20);
        await alarm.LookAsync(free: 500 << 20, kept: 256 << 20);
        AlertRow alert = (await alerts.OpenAsync()).ShouldHaveSingleItem();
        (alert.Code, alert.Subject, alert.Count).ShouldBe((AlertCodes.DiskLow, "disk/data", 2));
        alert.Text.ShouldContain("500 MiB are free. Below 256 MiB no event is taken");

        // Just above the mark is not yet well; not knowing says nothing.
        await alarm.LookAsync(free: 520 << 20, kept: 256 << 20);
        await alarm.LookAsync(free: -1, kept: 256 << 20);
        (await alerts.OpenAsync()).ShouldHaveSingleItem();

        await alarm.LookAsync(free: 600 << 20, kept: 256 << 20);
        (await alerts.OpenAsync()).ShouldBeEmpty();

        // The next start finds what the last one raised.
        await alarm.LookAsync(free: 500 << 20, kept: 256 << 20);
        await new DiskAlarm(alerts).LookAsync(free: 2_000 << 20, kept: 256 << 20);
        (await alerts.OpenAsync()).ShouldBeEmpty();
    }
}
