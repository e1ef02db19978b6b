namespace WebhookBridge.Console.Tests;

/// <summary>What of a Razor file is neither markup nor code: the text that a reader would see in every language.</summary>
internal static class RazorText
{
    private static readonly string[] Directives = ["page", "model", "using", "inject", "namespace", "addTagHelper", "inherits"];
    private static readonly string[] Blocks = ["foreach", "for", "if", "while", "switch", "else"];

    public static string Visible(string razor)
    {
        var text = new System.Text.StringBuilder();
        int i = 0;
        while (i < razor.Length)
        {
            char c = razor[i];
            if (c == '@')
            {
                i = Expression(razor, i);
            }
            else if (c == '<' && i + 1 < razor.Length && (char.IsLetter(razor[i + 1]) || razor[i + 1] is '/' or '!'))
            {
                i = Tag(razor, i);
                text.Append(' ');
            }
            else if (StartsLine(razor, i) && Statement(razor, i) is { } end)
            {
                i = end;
            }
            else
            {
                text.Append(c);
                i++;
            }
        }

        return text.ToString();
    }

    /// <summary>From an at sign to behind what it stands for.</summary>
    private static int Expression(string s, int i)
    {
        i++;
        if (i >= s.Length)
        {
            return i;
        }

        if (s[i] is '(' or '{')
        {
            return Balanced(s, i);
        }

        string word = Word(s, i);
        if (Directives.Contains(word))
        {
            return s.IndexOf('\n', i);
        }

        if (Blocks.Contains(word))
        {
            return Head(s, i + word.Length);
        }

        i += word.Length;
        while (i < s.Length && (s[i] is '[' or '(' || (s[i] == '.' && i + 1 < s.Length && char.IsLetter(s[i + 1]))))
        {
            i = s[i] == '.' ? i + 1 + Word(s, i + 1).Length : Balanced(s, i);
        }

        return i;
    }

    /// <summary>Code without an at sign: the rest of an if, or a statement within a block.</summary>
    private static int? Statement(string s, int i)
    {
        string word = Word(s, i);
        if (Blocks.Contains(word))
        {
            return Head(s, i + word.Length);
        }

        int end = s.IndexOf('\n', i);
        if (word is "case" or "default" or "break")
        {
            return end < 0 ? s.Length : end;
        }

        string line = s[i..(end < 0 ? s.Length : end)].TrimEnd();
        return line.EndsWith(';') && line.Contains('=', StringComparison.Ordinal) ? i + line.Length : null;
    }

    /// <summary>Behind the condition of a block; its brace stays.</summary>
    private static int Head(string s, int i)
    {
        while (i < s.Length && s[i] is not ('{' or '\n'))
        {
            i = s[i] == '(' ? Balanced(s, i) : i + 1;
        }

        return i;
    }

    private static int Tag(string s, int i)
    {
        char quote = '\0';
        for (i++; i < s.Length; i++)
        {
            if (s[i] == '@' && i + 1 < s.Length && (char.IsLetter(s[i + 1]) || s[i + 1] == '('))
            {
                i = Expression(s, i) - 1;
            }
            else if (quote != '\0')
            {
                quote = s[i] == quote ? '\0' : quote;
            }
            else if (s[i] is '"' or '\'')
            {
                quote = s[i];
            }
            else if (s[i] == '>')
            {
                return i + 1;
            }
        }

        return i;
    }

    /// <summary>Behind the bracket that closes the one at <paramref name="i"/>; texts in quotes are passed over.</summary>
    private static int Balanced(string s, int i)
    {
        int depth = 0;
        for (; i < s.Length; i++)
        {
            if (s[i] == '"')
            {
                i = s.IndexOf('"', i + 1);
            }
            else if (s[i] is '(' or '[' or '{')
            {
                depth++;
            }
            else if (s[i] is ')' or ']' or '}' && --depth == 0)
            {
                return i + 1;
            }
        }

        return i;
    }

    private static string Word(string s, int i)
    {
        int end = i;
        while (end < s.Length && (char.IsLetterOrDigit(s[end]) || s[end] == '_'))
        {
            end++;
        }

        return s[i..end];
    }

    private static bool StartsLine(string s, int i)
    {
        do
        {
            i--;
        }
        while (i >= 0 && (s[i] is ' ' or '}'));

        return i < 0 || s[i] == '\n';
    }
}
