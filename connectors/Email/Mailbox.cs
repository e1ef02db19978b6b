using System.Buffers;
using System.Globalization;

namespace WebhookBridge.Connectors.Email;

/// <summary>One address with an optional name. Neither can hold a line break or another control character, so that no text of an event becomes a header or an SMTP command.</summary>
/// <param name="Address">Local part and domain in ASCII; names of other scripts in the domain have been turned into their ASCII form (RFC 5891).</param>
/// <param name="Name">As people read it; null when there is none.</param>
internal sealed record Mailbox(string Address, string? Name = null)
{
    private const int MaxLocal = 64;
    private const int MaxAddress = 254;

    /// <summary>What RFC 5322 section 3.2.3 calls atext, and the full stop.</summary>
    private static readonly SearchValues<char> LocalChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>The domain of the address.</summary>
    public string Domain => Address[(Address.LastIndexOf('@') + 1)..];

    /// <summary>One address, bare or as <c>Name &lt;address&gt;</c>; null when it is none.</summary>
    public static Mailbox? Parse(string text)
    {
        string whole = text.Trim();
        int open = whole.LastIndexOf('<');
        if (open < 0)
        {
            return Clean(whole) is { } bare ? new Mailbox(bare) : null;
        }

        if (!whole.EndsWith('>') || Clean(whole[(open + 1)..^1].Trim()) is not { } address)
        {
            return null;
        }

        string name = whole[..open].Trim();
        if (name.Length >= 2 && name[0] == '"' && name[^1] == '"')
        {
            name = name[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        }

        return name.Any(char.IsControl) ? null : new Mailbox(address, name.Length == 0 ? null : name);
    }

    /// <summary>Addresses with commas or semicolons between them. The first one that is none comes back as <paramref name="wrong"/>.</summary>
    public static IReadOnlyList<Mailbox> ParseList(string text, out string? wrong)
    {
        List<Mailbox> all = [];
        wrong = null;
        foreach (string part in Split(text))
        {
            if (string.IsNullOrWhiteSpace(part))
            {
                continue;
            }

            if (Parse(part) is not { } mailbox)
            {
                wrong = part.Trim();
                return [];
            }

            all.Add(mailbox);
        }

        return all;
    }

    private static IEnumerable<string> Split(string text)
    {
        bool quoted = false;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
            {
                quoted = !quoted;
            }
            else if (!quoted && text[i] is ',' or ';')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static string? Clean(string address)
    {
        int at = address.LastIndexOf('@');
        if (at is < 1 or > MaxLocal || address.AsSpan(0, at).ContainsAnyExcept(LocalChars) || address[0] == '.' || address[at - 1] == '.' || address.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            string domain = Idn.GetAscii(address[(at + 1)..]);
            string clean = address[..at] + "@" + domain;
            return domain.Contains('.', StringComparison.Ordinal) && clean.Length <= MaxAddress ? clean : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
