using Microsoft.OData.Edm;

namespace WebhookBridge.Server.Feed;

/// <summary>How a value stands in the table, and what it is outside.</summary>
internal enum FeedType
{
    Text,

    /// <summary>Prefix and ULID; 16 bytes in the table.</summary>
    Id,

    /// <summary>Edm.Int32.</summary>
    Int,

    /// <summary>Edm.Int64.</summary>
    Long,

    Flag,

    /// <summary>Milliseconds since 1970; Edm.DateTimeOffset.</summary>
    Instant,

    /// <summary>Days since 1970; Edm.Date.</summary>
    Day,

    /// <summary>Major units × 10^6; Edm.Decimal.</summary>
    Money,

    /// <summary>Averages; Edm.Double.</summary>
    Real,
}

/// <summary>Values on their way from the table to a client.</summary>
internal static class FeedValues
{
    /// <summary>Milliseconds of a day.</summary>
    public const long Day = 86_400_000;

    /// <summary>What one unit of money is in the table.</summary>
    public const decimal MoneyScale = 1_000_000m;

    private static readonly DateTime Epoch = DateTime.UnixEpoch;

    /// <summary>The value of a column as ODataLib writes it.</summary>
    public static object? ToClient(FeedType type, object? stored) => stored is null ? null : type switch
    {
        FeedType.Int => Convert.ToInt32(stored, null),
        FeedType.Long => Convert.ToInt64(stored, null),
        FeedType.Instant => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(Convert.ToInt64(stored, null), -62_135_596_800_000, 253_402_300_799_999)),
        FeedType.Day => DateOf(Convert.ToInt64(stored, null)),
        FeedType.Money => Plain(Convert.ToInt64(stored, null) / MoneyScale),
        _ => stored,
    };

    public static long DaysOf(Date date) => (long)(new DateTime(date.Year, date.Month, date.Day, 0, 0, 0, DateTimeKind.Utc) - Epoch).TotalDays;

    /// <summary>Without zeros at the end: 10.5, not 10.500000.</summary>
    public static decimal Plain(decimal value) => value / 1.000000000000000000000000000000000m;

    private static Date DateOf(long days)
    {
        DateTime date = Epoch.AddDays(Math.Clamp(days, -719_162, 2_932_896));
        return new Date(date.Year, date.Month, date.Day);
    }
}
