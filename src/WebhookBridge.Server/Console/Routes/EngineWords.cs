using System.Text.RegularExpressions;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Sentences of the engine in the reader's language. The engine speaks English; each text whose key begins with <c>engine.</c> is a sentence of its with places, and its translation stands under the same key. A sentence that is not among them stays as it is.</summary>
internal static partial class EngineWords
{
    private const string Prefix = "engine.";
    private const int MostDepth = 4;

    private static readonly Lazy<IReadOnlyList<(string Key, Regex Sentence)>> Known = new(static () =>
        [.. Language.English.Texts.Where(static t => t.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderByDescending(static t => t.Value.Length).Select(static t => (t.Key, Pattern(t.Value)))]);

    public static string In(Texts texts, string sentence) => texts.Language == Language.English ? sentence : In(texts, sentence, 0);

    /// <summary>Parts of a sentence may be sentences themselves: why, after where.</summary>
    private static string In(Texts texts, string sentence, int depth)
    {
        foreach ((string key, Regex pattern) in depth < MostDepth ? Known.Value : [])
        {
            if (pattern.Match(sentence) is { Success: true } match)
            {
                // Not by string.Format: these sentences speak of braces.
                return Place().Replace(texts[key], place => In(texts, match.Groups["p" + place.Groups["n"].Value].Value, depth + 1));
            }
        }

        return sentence;
    }

    [GeneratedRegex(@"\{(?<n>\d)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    private static Regex Pattern(string text)
    {
        string pattern = Regex.Replace(Regex.Escape(text), @"\\\{(?<n>\d)}", static m => $"(?<p{m.Groups["n"].Value}>.+?)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return new Regex($"^{pattern}$", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
    }
}
