namespace WebhookBridge.Server.WebConsole.Page;

/// <summary>The menu: only pages that exist.</summary>
internal static class ConsoleNavigation
{
    public static readonly IReadOnlyList<IReadOnlyList<(string Path, string Icon, string Key)>> Groups =
    [
        [("/", "layout-dashboard", "nav.overview"), ("/events", "list-details", "nav.events"), ("/rejected", "shield-x", "nav.rejected")],
        [("/routes", "route", "nav.routes"), ("/sources", "arrow-bar-to-right", "nav.sources"), ("/destinations", "arrow-bar-right", "nav.destinations"), ("/templates", "file-code", "nav.templates"), ("/lists", "list-check", "lists.title")],
        [("/settings", "settings", "nav.settings")],
    ];
}

/// <summary>Two letters that stand for a logo.</summary>
internal static class Initials
{
    public static string Of(string name)
    {
        string[] words = string.Concat(name.Split('@')[0].Select(static c => char.IsLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string letters = words.Length switch
        {
            0 => "?",
            1 => words[0][..Math.Min(2, words[0].Length)],
            _ => $"{words[0][0]}{words[1][0]}",
        };
        return letters.ToUpperInvariant();
    }
}
