using System.Text.RegularExpressions;

namespace WebhookBridge.Server.Access;

/// <summary>Personal data as everybody may see it: enough to tell two people apart, not enough to write to them.</summary>
internal static partial class Masks
{
    private const string Dots = "•••";

    /// <summary>First letter and domain.</summary>
    public static string Email(string email)
    {
        int at = email.IndexOf('@', StringComparison.Ordinal);
        return at <= 0 ? Name(email) : email[..1] + Dots + email[at..];
    }

    /// <summary>First letters.</summary>
    public static string Name(string name) =>
        string.Join(' ', name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => char.ToString(word[0]) + Dots));

    /// <summary>A text that may name somebody (a rule's reason, an answer): the e-mail addresses in it are masked, and what can be a phone or a document by its nine digits or more.</summary>
    public static string Text(string text) => Number().Replace(Address().Replace(text, static m => Email(m.Value)), static m => Tail(m.Value));

    /// <summary>The last two characters, of phones and documents.</summary>
    public static string Tail(string text) => text.Length > 5 ? Dots + text[^2..] : Dots;

    [GeneratedRegex(@"[\w.+-]+@[\w-]+(\.[\w-]+)+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    /// <summary>Digits on their own, as people write them; neither a part of an id nor the address of a machine.</summary>
    [GeneratedRegex(@"\+\d[\d .()-]{6,18}\d|(?<![\w.-])(?!\d{1,3}(\.\d{1,3}){3}(?!\d))\d([./-]?\d){8,14}(?![\w-])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
