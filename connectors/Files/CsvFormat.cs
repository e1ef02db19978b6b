using System.Text;
using System.Text.Json;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Files;

/// <summary>How rows become lines of CSV (RFC 4180).</summary>
/// <param name="separator">Comma or semicolon.</param>
/// <param name="columns">Headings with commas between them; null = those of the first row.</param>
internal sealed class CsvFormat(char separator, string? columns)
{
    private readonly string[]? _columns = string.IsNullOrWhiteSpace(columns) ? null : [.. columns.Split(',').Select(static c => c.Trim()).Where(static c => c.Length > 0)];

    /// <summary>The first line of a new file; null when the row has no headings and none are set.</summary>
    public IReadOnlyList<string>? Header(Row row) => _columns ?? (row.IsObject ? row.Headings : null);

    /// <summary>The line of a row under a file's headings.</summary>
    /// <exception cref="AnswerException">The row has a heading that the file has not.</exception>
    public string Line(Row row, IReadOnlyList<string>? header, string file)
    {
        if (!row.IsObject)
        {
            return Join(row.Values.Select(Row.Cell));
        }

        if (header is null)
        {
            throw new AnswerException($"{file} has no headings, but the row has. Move the file away, and a new one is begun.", "columns_differ");
        }

        string[] unknown = [.. row.Headings.Except(header)];
        if (unknown.Length > 0)
        {
            throw new AnswerException($"{file} has no column \"{unknown[0]}\". Move the file away, and a new one with this column is begun; or take it out of the template.", "columns_differ");
        }

        return Join(header.Select(heading => row.Value(heading)).Select(Row.Cell));
    }

    /// <summary>Fields joined, each in quotes where it has to be.</summary>
    public string Join(IEnumerable<string> fields) => string.Join(separator, fields.Select(Quoted));

    /// <summary>The fields of a first line.</summary>
    public IReadOnlyList<string> Split(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == separator && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }

    private static string Quoted(string field) => field.AsSpan().ContainsAny("\",;\r\n") || field.StartsWith(' ') || field.EndsWith(' ')
        ? "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
        : field;
}
