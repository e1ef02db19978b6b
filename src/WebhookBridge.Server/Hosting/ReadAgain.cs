using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hosting;

/// <summary>Reads an event again that could not be read at its receipt, and keeps what is read now: the platform's description has been mended since (contract section 5).</summary>
internal static class ReadAgain
{
    /// <summary>The event as it is read today; null when it still cannot be read.</summary>
    /// <param name="keep">False for a dry run: nothing is written.</param>
    public static async Task<GatewayEvent?> TryAsync(Gateway gateway, long seq, GatewayEvent of, bool keep)
    {
        if (gateway.Current.Value.Sources.GetValueOrDefault(of.Source) is not { } source)
        {
            return null;
        }

        InboundRequest request = new()
        {
            Method = "POST",
            PublicOrigin = source.Definition.PublicUrl ?? "http://localhost",
            Path = "/in/" + of.Source,
            Query = "",
            Headers = of.Headers,
            Body = of.Body,
            ReceivedAt = of.ReceivedAt,
        };
        using ReadResult read = source.Platform.Read(request, of.Body, new VerifyResult.Genuine(of.ExternalId, false, null, -1), source.Definition, () => of.Id, of.Test);
        ReadEvent now = read.Events[0];
        if (now.Unreadable is not null || read.Events.Count > 1)
        {
            return null;
        }

        byte[] normalForm = now.NormalForm.ToArray();
        if (keep)
        {
            await KeepAsync(gateway, seq, now, normalForm);
        }

        return of with
        {
            Type = now.Type,
            Kind = now.Kind,
            Mode = now.Mode,
            Time = now.Time,
            Format = now.Format,
            ExternalId = now.ExternalId ?? of.ExternalId,
            NormalForm = normalForm,
            Columns = now.Columns,
            Unreadable = null,
        };
    }

    private static ValueTask KeepAsync(Gateway gateway, long seq, ReadEvent now, byte[] normalForm) => gateway.Store.Gate.RunAsync(db =>
    {
        EventRow row = db.Events.First(e => e.Seq == seq);
        (row.Type, row.Kind, row.Mode, row.Unreadable, row.NormalForm) = (now.Type, now.Kind, now.Mode, null, normalForm);
        (row.ExternalId, row.Time, row.Format) = (now.ExternalId ?? row.ExternalId, now.Time?.ToUnixTimeMilliseconds(), (int)now.Format);
        (row.PaymentId, row.PaymentStatus, row.CheckoutId, row.OrderId) = (now.Columns.PaymentId, now.Columns.PaymentStatus, now.Columns.CheckoutId, now.Columns.OrderId);
        (row.SubscriptionId, row.CustomerName, row.CustomerEmail) = (now.Columns.SubscriptionId, now.Columns.CustomerName, now.Columns.CustomerEmail);
        (row.Currency, row.AmountMinor, row.AmountScaled) = (now.Columns.Currency, now.Columns.AmountMinor, now.Columns.AmountScaled);
    });
}
