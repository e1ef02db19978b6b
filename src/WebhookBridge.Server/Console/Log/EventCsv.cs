using System.Buffers;
using System.Globalization;
using System.Text;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>The whole result as a file for spreadsheets: read by keyset pages, written as it is read, nothing held open between two pages.</summary>
/// <remarks>RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection").</remarks>
internal static class EventCsv
{
    private const int PageSize = 500;

    /// <summary>Writes the events of a filter, newest first; personal data in the clear only where <paramref name="personal"/> says so. The number of rows.</summary>
    public static async Task<long> WriteAsync(Stream output, GatewayLog log, EventFilter filter, bool personal, Texts t, CancellationToken stop)
    {
        await output.WriteAsync(Encoding.UTF8.GetPreamble(), stop); // without it Excel reads UTF-8 as something else
        string[] names = ["id", "received", "source", "type", "kind", "mode", "test", "payment", "status", "amount", "currency", "checkout", "order", "subscription", "name", "email", "duplicates", "outcome"];
        await WriteRowAsync(output, names.Select(n => t["csv." + n]), stop);
        long rows = 0;
        string? after = null;
        do
        {
            Page<EventRow> page = await log.Events.PageAsync(filter, after, PageSize);
            IReadOnlyDictionary<long, IReadOnlyList<RouteOutcome>> outcomes = await log.Trail.OutcomesAsync(page.Items);
            foreach (EventRow e in page.Items)
            {
                await WriteRowAsync(output, Cells(e, outcomes[e.Seq], personal, t), stop);
            }

            rows += page.Items.Count;
            after = page.Next;
            await output.FlushAsync(stop);
        }
        while (after is not null);

        return rows;
    }

    private static IEnumerable<string> Cells(EventRow e, IReadOnlyList<RouteOutcome> outcomes, bool personal, Texts t)
    {
        yield return e.Id;
        yield return DateTimeOffset.FromUnixTimeMilliseconds(e.ReceivedAt).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        yield return e.Source;
        yield return e.Type;
        yield return e.Kind;
        yield return e.Mode ?? "";
        yield return e.Test ? "TEST" : "";
        yield return e.PaymentId ?? "";
        yield return e.PaymentStatus ?? "";
        yield return e.AmountMinor is { } minor && e.Currency is { } currency ? Amount(minor, Currencies.DecimalsOf(currency) ?? 2) : "";
        yield return e.Currency ?? "";
        yield return e.CheckoutId ?? "";
        yield return e.OrderId ?? "";
        yield return e.SubscriptionId ?? "";
        yield return e.CustomerName is { } name ? personal ? name : Masks.Name(name) : "";
        yield return e.CustomerEmail is { } email ? personal ? email : Masks.Email(email) : "";
        yield return e.DuplicateCount.ToString(CultureInfo.InvariantCulture);
        yield return string.Join("; ", outcomes.Select(o => $"{o.Route}: {OutcomeWords.One(o, t)}"));
    }

    /// <summary>A number as spreadsheets in every language take it: a point, no groups.</summary>
    private static string Amount(long minor, int decimals)
    {
        string digits = Math.Abs((decimal)minor).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return (minor < 0 ? "-" : "") + digits[..^decimals] + (decimals > 0 ? "." + digits[^decimals..] : "");
    }

    private static async Task WriteRowAsync(Stream output, IEnumerable<string> cells, CancellationToken stop)
    {
        string line = string.Join(',', cells.Select(Cell)) + "\r\n";
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(line.Length));
        try
        {
            int length = Encoding.UTF8.GetBytes(line, rented);
            await output.WriteAsync(rented.AsMemory(0, length), stop);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>One cell, safe to open.</summary>
    internal static string Cell(string text)
    {
        bool number = decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        string safe = text.Length > 0 && !number && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n;") || safe.StartsWith('\'') ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
