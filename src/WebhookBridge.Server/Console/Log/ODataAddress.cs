using System.Globalization;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>The address under which Excel or Power BI reads the same rows (contract section 8).</summary>
internal static class ODataAddress
{
    /// <summary>Null where the feed cannot say it: outcome and route belong to deliveries, free text to nobody.</summary>
    public static string Of(string origin, EventFilter filter)
    {
        string conditions = string.Join(" and ", Conditions(filter));
        return $"{origin}/odata/v4/Events?$orderby=receivedAt desc".Replace(" ", "%20", StringComparison.Ordinal)
            + (conditions.Length > 0 ? "&$filter=" + Uri.EscapeDataString(conditions) : "");
    }

    /// <summary>True when the address leaves something of the filter out.</summary>
    public static bool IsWider(EventFilter filter) => filter.Outcome is not null || filter.Route is not null || filter.Destination is not null;

    private static IEnumerable<string> Conditions(EventFilter f)
    {
        foreach ((string name, string? value) in new[] { ("source", f.Source), ("kind", f.Kind), ("mode", f.Mode), ("currency", f.Currency) })
        {
            if (value is not null)
            {
                yield return $"{name} eq {Quoted(value)}";
            }
        }

        if (f.From is { } from)
        {
            yield return $"receivedAt ge {Time(from)}";
        }

        if (f.To is { } to)
        {
            yield return $"receivedAt lt {Time(to)}";
        }

        if (f.MinAmount is { } min)
        {
            yield return $"amount ge {min.ToString(CultureInfo.InvariantCulture)}";
        }

        if (f.MaxAmount is { } max)
        {
            yield return $"amount le {max.ToString(CultureInfo.InvariantCulture)}";
        }

        if (f.Q is { } q)
        {
            List<string> any = [.. new[] { "id", "paymentId", "checkoutId", "orderId" }.Select(name => $"{name} eq {Quoted(q)}")];
            any.Add($"customerEmail eq {Quoted(q.ToLower(CultureInfo.InvariantCulture))}");
            if (decimal.TryParse(q, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
            {
                any.Add($"amount eq {amount.ToString(CultureInfo.InvariantCulture)}");
            }

            yield return $"({string.Join(" or ", any)})";
        }
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
