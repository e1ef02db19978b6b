using System.Text;
using System.Text.RegularExpressions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>regex</c>: .NET regular expressions, each with the time-out of the budget.</summary>
internal static class RegexFunctions
{
    private const int LongestPattern = 2000;

    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("regex.escape", "pattern", static (in a) => a.Text(0) is { } text ? StringFunctions.Made(a, Regex.Escape(text)) : Value.Null),
        new("regex.match", "text pattern options?", FindFirst),
        new("regex.matches", "text pattern options?", FindAll),
        new("regex.replace", "text pattern replace options?", Replace),
        new("regex.split", "text pattern options?", Split),
        new("regex.unescape", "pattern", Unescape),
    ];

    private static Value FindFirst(in Arguments a)
    {
        if (a.Text(0) is not { } text || a.Text(1) is null)
        {
            return Value.From(new ScribanArray());
        }

        try
        {
            Match match = Pattern(a, 2).Match(text);
            return Value.From(match.Success ? Groups(a, match) : new ScribanArray());
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooSlow(a);
        }
    }

    private static Value FindAll(in Arguments a)
    {
        var all = new ScribanArray();
        if (a.Text(0) is not { } text || a.Text(1) is null)
        {
            return Value.From(all);
        }

        try
        {
            for (Match match = Pattern(a, 2).Match(text); match.Success; match = match.NextMatch())
            {
                a.Context.GrowItems(all.Count, all.Count + 1L);
                all.Add(Value.From(Groups(a, match)));
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooSlow(a);
        }

        return Value.From(all);
    }

    private static Value Replace(in Arguments a)
    {
        if (a.Text(0) is not { } text)
        {
            return Value.Null;
        }

        if (a.Text(1) is null)
        {
            return Value.From(text);
        }

        try
        {
            // Match by match, so that a replacement that multiplies the text meets the limit while it grows.
            Regex pattern = Pattern(a, 3);
            string replacement = a.TextOrEmpty(2);
            var made = new StringBuilder();
            int at = 0;
            for (Match match = pattern.Match(text); match.Success; match = match.NextMatch())
            {
                string piece = match.Result(replacement);
                a.Context.Allocate(piece.Length);
                made.Append(text, at, match.Index - at).Append(piece);
                at = match.Index + match.Length;
                if (made.Length > a.Context.Budget.TextLength)
                {
                    a.Context.AllocateText(made.Length);
                }
            }

            return StringFunctions.Made(a, made.Append(text, at, text.Length - at).ToString());
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooSlow(a);
        }
    }

    private static Value Split(in Arguments a)
    {
        var pieces = new ScribanArray();
        if (a.Text(0) is not { } text)
        {
            return Value.From(pieces);
        }

        if (a.Text(1) is null)
        {
            pieces.Add(Value.From(text));
            return Value.From(pieces);
        }

        try
        {
            foreach (string piece in Pattern(a, 2).Split(text))
            {
                a.Context.GrowItems(pieces.Count, pieces.Count + 1L);
                a.Context.AllocateText(piece.Length);
                pieces.Add(Value.From(piece));
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooSlow(a);
        }

        return Value.From(pieces);
    }

    private static Value Unescape(in Arguments a)
    {
        try
        {
            return a.Text(0) is { } text ? StringFunctions.Made(a, Regex.Unescape(text)) : Value.Null;
        }
        catch (ArgumentException)
        {
            throw a.Fault(0, "The text has an escape that is not one of regular expressions");
        }
    }

    private static ScribanArray Groups(in Arguments a, Match match)
    {
        a.Context.AllocateItems(match.Groups.Count);
        var groups = new ScribanArray(match.Groups.Count);
        foreach (Group group in match.Groups)
        {
            if (group.Success)
            {
                a.Context.AllocateText(group.Length);
                groups.Add(Value.From(group.Value));
            }
        }

        return groups;
    }

    private static Regex Pattern(in Arguments a, int optionsIndex)
    {
        string pattern = a.TextOrEmpty(1);
        string options = a.TextOrEmpty(optionsIndex);
        if (a.Context.FindRegex(pattern, options) is { } known)
        {
            return known;
        }

        if (pattern.Length > LongestPattern)
        {
            throw a.Fault(1, $"The regular expression is longer than {LongestPattern} characters");
        }

        RegexOptions flags = RegexOptions.CultureInvariant;
        foreach (char option in options)
        {
            flags |= option switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw a.Fault(optionsIndex, "The options of a regular expression are i, m, s and x"),
            };
        }

        try
        {
            TimeSpan left = a.Context.TimeLeft();
            TimeSpan limit = a.Context.Budget.RegexTime < left ? a.Context.Budget.RegexTime : left;
            a.Context.Allocate(4096 + (pattern.Length * 64L));
            var made = new Regex(pattern, flags, limit);
            a.Context.RememberRegex(pattern, options, made);
            return made;
        }
        catch (ArgumentException e)
        {
            string message = e.Message;
            throw a.Fault(1, $"The regular expression cannot be read: {(message.Length > 200 ? message[..200] : message)}");
        }
    }

    private static TemplateException TooSlow(in Arguments a)
    {
        // When the whole time is up, that is the error.
        a.Context.TimeLeft();
        return a.Context.Exceeded(a.PositionOf(1), $"The regular expression took longer than the {a.Context.Budget.RegexTime.TotalMilliseconds:0} ms allowed.");
    }
}
