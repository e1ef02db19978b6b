using System.Text.RegularExpressions;

namespace WebhookBridge.Server.Feed;

/// <summary>Writes <c>x in (a,b)</c> as <c>(x eq a or x eq b)</c>, which means the same (URL Conventions 4.01, 5.1.1.1.12): ODataLib 7 reads the list as JSON and stumbles over dates, empty texts and quotes.</summary>
internal static partial class InLists
{
    /// <param name="expression">A filter, or an option that holds filters. What is not understood is left as it is, for ODataLib to complain of.</param>
    public static string Expand(string expression)
    {
        List<string> tokens = [.. Token().Matches(expression).Select(static match => match.Value)];
        for (int i = 0; i < tokens.Count; i++)
        {
            int open = i + 1 < tokens.Count && string.IsNullOrWhiteSpace(tokens[i + 1]) ? i + 2 : i + 1;
            if (!tokens[i].Equals("in", StringComparison.OrdinalIgnoreCase) || open >= tokens.Count || tokens[open] != "(" || OperandBefore(tokens, i) is not { } start || Close(tokens, open) is not { } close)
            {
                continue;
            }

            string operand = string.Concat(tokens[start..i]).Trim();
            List<string> items = Items(tokens, open, close);
            string expanded = items.Count == 0 ? "false" : "(" + string.Join(" or ", items.Select(item => $"{operand} eq {item}")) + ")";
            tokens.RemoveRange(start, close - start + 1);
            tokens.Insert(start, expanded);
            i = start;
        }

        return string.Concat(tokens);
    }

    /// <summary>Where the path or the function call in front of a place begins.</summary>
    private static int? OperandBefore(List<string> tokens, int at)
    {
        int last = at - 1;
        if (last < 1 || !string.IsNullOrWhiteSpace(tokens[last]))
        {
            return null;
        }

        last--;
        if (tokens[last] != ")")
        {
            return tokens[last] is "(" or "," ? null : last;
        }

        for (int depth = 0, i = last; i >= 0; i--)
        {
            depth += tokens[i] switch { ")" => 1, "(" => -1, _ => 0 };
            if (depth == 0)
            {
                return i > 0 && Name().IsMatch(tokens[i - 1]) ? i - 1 : i;
            }
        }

        return null;
    }

    private static int? Close(List<string> tokens, int open)
    {
        int close = tokens.FindIndex(open, static token => token == ")");
        return close < 0 || tokens.FindIndex(open + 1, static token => token == "(") is var inner && inner >= 0 && inner < close ? null : close;
    }

    private static List<string> Items(List<string> tokens, int open, int close)
    {
        List<string> items = [""];
        foreach (string token in tokens[(open + 1)..close])
        {
            if (token == ",")
            {
                items.Add("");
            }
            else
            {
                items[^1] += token;
            }
        }

        return items is [var only] && string.IsNullOrWhiteSpace(only) ? [] : items.ConvertAll(static item => item.Trim());
    }

    /// <summary>Texts with their doubled quotes, blanks, single signs, and runs of everything else.</summary>
    [GeneratedRegex(@"'(?:[^']|'')*'?|\s+|[(),;=]|[^\s'(),;=]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"^[\w./$]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
