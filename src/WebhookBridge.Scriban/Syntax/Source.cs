namespace WebhookBridge.Scriban.Syntax;

/// <summary>One template text with its line starts, so that a character offset can be told as line and column.</summary>
internal sealed class Source(string text, string? name)
{
    private int[]? _lineStarts;

    public string Text { get; } = text;

    /// <summary>Name under which an included template was asked for; null for the template itself.</summary>
    public string? Name { get; } = name;

    /// <summary>Line and column, both counted from 1, columns in UTF-16 units as Scriban prints them.</summary>
    public (int Line, int Column) Locate(int offset)
    {
        int[] starts = _lineStarts ??= FindLineStarts(Text);
        int index = Array.BinarySearch(starts, offset);
        int line = index >= 0 ? index : ~index - 1;
        return (line + 1, offset - starts[line] + 1);
    }

    /// <summary>A piece of the template for a message, on one line and never long.</summary>
    public string Excerpt(int start, int end)
    {
        const int Longest = 60;
        start = Math.Clamp(start, 0, Text.Length);
        end = Math.Clamp(end, start, Text.Length);
        string piece = end - start > Longest ? string.Concat(Text.AsSpan(start, Longest), "…") : Text[start..end];
        return piece.ReplaceLineEndings(" ");
    }

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                starts.Add(i + 1);
            }
        }

        return [.. starts];
    }
}
