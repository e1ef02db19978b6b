using System.Globalization;
using System.Text;

namespace WebhookBridge.Server.CommandLine;

/// <summary>How a cell is coloured on a terminal.</summary>
internal enum Tone
{
    Plain,
    Good,
    Quiet,
    Warning,
    Bad,
}

/// <summary>One cell of a table.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain, bool Right = false)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>A table of text for people: rounded frame, aligned columns, colours only where the caller says that a terminal reads them.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<Cell[]> _rows = [];

    public void Add(params Cell[] cells) => _rows.Add(cells);

    public string Write(bool colours)
    {
        int[] widths = [.. headings.Select((heading, i) => Math.Max(Width(heading), _rows.Select(row => Width(row[i].Text)).DefaultIfEmpty(0).Max()))];
        StringBuilder text = new();
        Line(text, widths, '╭', '┬', '╮');
        Row(text, widths, [.. headings.Select(heading => new Cell(heading))], colours, bold: true);
        Line(text, widths, '├', '┼', '┤');
        foreach (Cell[] row in _rows)
        {
            Row(text, widths, row, colours, bold: false);
        }

        Line(text, widths, '╰', '┴', '╯');
        return text.ToString();
    }

    /// <summary>A text in a tone, for terminals.</summary>
    public static string Paint(string text, Tone tone, bool colours) => !colours || tone == Tone.Plain ? text : $"\e[{tone switch
    {
        Tone.Good => "32",
        Tone.Quiet => "90",
        Tone.Warning => "33",
        _ => "31",
    }}m{text}\e[0m";

    private static void Line(StringBuilder text, int[] widths, char left, char middle, char right)
    {
        text.Append(left);
        for (int i = 0; i < widths.Length; i++)
        {
            text.Append(i == 0 ? "" : middle).Append('─', widths[i] + 2);
        }

        text.Append(right).Append('\n');
    }

    private static void Row(StringBuilder text, int[] widths, Cell[] cells, bool colours, bool bold)
    {
        text.Append('│');
        for (int i = 0; i < widths.Length; i++)
        {
            string padding = new(' ', widths[i] - Width(cells[i].Text));
            string shown = bold && colours ? $"\e[1m{cells[i].Text}\e[0m" : Paint(cells[i].Text, cells[i].Tone, colours);
            text.Append(' ').Append(cells[i].Right ? padding : "").Append(shown).Append(cells[i].Right ? "" : padding).Append(" │");
        }

        text.Append('\n');
    }

    /// <summary>Columns on a terminal: combined marks take none. What is shown here is ours and holds no wide characters.</summary>
    private static int Width(string text) => new StringInfo(text).LengthInTextElements;
}
