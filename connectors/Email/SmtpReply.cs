using System.Globalization;

namespace WebhookBridge.Connectors.Email;

/// <summary>A reply of a mail server (RFC 5321, section 4.2).</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Lines">What stands behind the code, line by line.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    private const int LongestText = 300;

    /// <summary>2xx.</summary>
    public bool IsPositive => Code is >= 200 and <= 299;

    /// <summary>4xx: another time perhaps.</summary>
    public bool IsTransient => Code is >= 400 and <= 499;

    /// <summary>The enhanced status code (RFC 3463) such as <c>5.1.1</c>; null when the server gives none.</summary>
    public string? Enhanced
    {
        get
        {
            string word = Lines[^1].Split(' ', 2)[0];
            string[] parts = word.Split('.');
            return parts.Length == 3 && parts[0] is "2" or "4" or "5" && Array.TrueForAll(parts, static p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)) ? word : null;
        }
    }

    /// <summary>Code and text on one line, without control characters, at most 300 characters.</summary>
    public string Said
    {
        get
        {
            string text = string.Join(' ', Lines.Select(static l => l.Trim()));
            text = new string([.. text.Where(static c => !char.IsControl(c))]);
            return $"{Code} {(text.Length > LongestText ? text[..LongestText] + "…" : text)}".TrimEnd();
        }
    }
}

/// <summary>The server said no.</summary>
/// <param name="stage">The command that it answered.</param>
/// <param name="reply">What it said.</param>
#pragma warning disable CA1032, CA1064 // Caught where it is thrown, in this project.
internal sealed class SmtpRefusalException(string stage, SmtpReply reply) : Exception($"{stage}: {reply.Said}")
#pragma warning restore CA1032, CA1064
{
    public string Stage => stage;

    public SmtpReply Reply => reply;
}
