using System.Globalization;

namespace WebhookBridge.Server.WebConsole.Text;

/// <summary>The time zones a person can choose from, west to east.</summary>
internal static class TimeZones
{
    /// <summary>What is offered before anything is known.</summary>
    public static string Usual(Language language) => language == Language.Portuguese ? "America/Sao_Paulo" : "Etc/UTC";

    public static IEnumerable<(string Id, string Text)> All(Texts texts) =>
        TimeZoneInfo.GetSystemTimeZones()
            .Where(static z => z.HasIanaId && (z.Id.Contains('/', StringComparison.Ordinal) || z.Id == "UTC") && !z.Id.StartsWith("Etc/", StringComparison.Ordinal) && z.Id != "UTC")
            .Append(TimeZoneInfo.FindSystemTimeZoneById("Etc/UTC"))
            .Select(z => (Zone: z, Offset: z.GetUtcOffset(texts.Now)))
            .OrderBy(static z => z.Offset).ThenBy(static z => z.Zone.Id, StringComparer.Ordinal)
            .Select(static z => (z.Zone.Id, $"{Written(z.Offset)} · {City(z.Zone.Id)}"));

    public static bool Exists(string? id) => id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out _);

    private static string City(string id) => id == "Etc/UTC" ? "UTC" : id.Replace('_', ' ');

    private static string Written(TimeSpan offset) => (offset < TimeSpan.Zero ? "−" : "+") + offset.Duration().ToString("hh\\:mm", CultureInfo.InvariantCulture);
}
