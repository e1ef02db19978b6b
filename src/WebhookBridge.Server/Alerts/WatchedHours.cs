using WebhookBridge.Engine.Configuration;

namespace WebhookBridge.Server.Alerts;

/// <summary>Counts the time between two moments that lies within the hours of the week in which a source is watched.</summary>
internal static class WatchedHours
{
    /// <summary>How much of the time from <paramref name="from"/> to <paramref name="to"/> is watched; counting stops a day after <see cref="SilenceDefinition.After"/> is reached.</summary>
    /// <remarks>Days are walked in the zone's own calendar, so that a day of 23 or 25 hours counts as long as it is. A time that the clocks skip counts from the moment they go on.</remarks>
    public static TimeSpan Between(DateTimeOffset from, DateTimeOffset to, SilenceDefinition silence)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(silence.TimeZone);
        TimeSpan watched = TimeSpan.Zero;
        DateTime last = TimeZoneInfo.ConvertTime(to, zone).Date;
        for (DateTime day = TimeZoneInfo.ConvertTime(from, zone).Date; day <= last && watched < silence.After; day = day.AddDays(1))
        {
            if (silence.Days.Contains(day.DayOfWeek))
            {
                DateTimeOffset begin = Max(from, At(day + silence.From, zone));
                DateTimeOffset end = Min(to, At(day + silence.To, zone));
                watched += end > begin ? end - begin : TimeSpan.Zero;
            }
        }

        return watched;
    }

    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
