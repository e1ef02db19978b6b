using System.Globalization;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Alerts;

namespace WebhookBridge.Server.Tests.Alerts;

public sealed class WatchedHoursTests
{
    private static readonly SilenceDefinition Office = new()
    {
        After = TimeSpan.FromDays(90),
        Days = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday],
        From = TimeSpan.FromHours(8),
        To = TimeSpan.FromHours(18),
        TimeZone = "Africa/Johannesburg",
    };

    // 2026-03-06 is a Friday; Johannesburg is UTC+2 all year.
    [Theory]
    [InlineData("2026-03-06T10:00Z", "2026-03-06T12:00Z", 2)]
    [InlineData("2026-03-06T15:00Z", "2026-03-09T07:00Z", 1 + 1)]
    [InlineData("2026-03-07T00:00Z", "2026-03-08T20:00Z", 0)]
    [InlineData("2026-03-02T00:00Z", "2026-03-09T00:00Z", 50)]
    [InlineData("2026-03-06T12:00Z", "2026-03-06T10:00Z", 0)]
    public void Between_OfficeHours_CountsOnlyThem(string from, string to, double hours) =>
        WatchedHours.Between(Time(from), Time(to), Office).TotalHours.ShouldBe(hours);

    // New York goes from 02:00 to 03:00 on 2026-03-08 and back on 2026-11-01.
    [Theory]
    [InlineData("2026-03-08T05:00Z", "2026-03-09T04:00Z", 23)]
    [InlineData("2026-11-01T04:00Z", "2026-11-02T05:00Z", 25)]
    public void Between_DayOfTheClockChange_IsAsLongAsItIs(string from, string to, double hours) =>
        WatchedHours.Between(Time(from), Time(to), new SilenceDefinition { After = TimeSpan.FromDays(90), TimeZone = "America/New_York" }).TotalHours.ShouldBe(hours);

    [Fact]
    public void Between_SkippedHour_CountsFromWhereTheClocksGoOn() =>
        WatchedHours.Between(Time("2026-03-08T05:00Z"), Time("2026-03-08T09:00Z"), new SilenceDefinition
        {
            After = TimeSpan.FromDays(1),
            From = TimeSpan.FromHours(2.5),
            To = TimeSpan.FromHours(4),
            TimeZone = "America/New_York",
        }).ShouldBe(TimeSpan.FromHours(1));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
