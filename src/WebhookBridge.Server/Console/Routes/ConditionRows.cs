using WebhookBridge.Engine.Filtering;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Conditions between their tree and the lines of the builder, and what its buttons do to the lines.</summary>
internal static class ConditionRows
{
    /// <summary>The innermost level is for comparisons.</summary>
    public const int MostGroups = Conditions.MaxDepth - 1;

    /// <summary>The lines of a definition, and whether all or any of those at the top must hold.</summary>
    public static (string Match, List<ConditionRow> Rows) Of(ConditionsDefinition when, Language language)
    {
        List<ConditionRow> rows = [];
        if (when.All.Count == 0 && when.Any.Count > 0)
        {
            Add(when.Any, 0, rows, language);
            return (ConditionRow.AnyOf, rows);
        }

        Add(when.All, 0, rows, language);
        if (when.Any.Count > 0)
        {
            rows.Add(new() { Kind = ConditionRow.Beside });
            Add(when.Any, 1, rows, language);
        }

        return (ConditionRow.AllOf, rows);
    }

    /// <summary>The conditions of the lines. Each line's JSON path is noted, so that a problem finds its place.</summary>
    /// <param name="onlyWhole">Leaves out lines that are not filled in yet and groups without lines, for a preview while somebody writes.</param>
    public static ConditionsDefinition Read(ConditionsDefinition rest, string match, IReadOnlyList<ConditionRow> rows, Language language, bool onlyWhole, Dictionary<string, int>? paths = null)
    {
        List<ConditionItem> top = [];
        List<ConditionItem> beside = [];
        bool all = match != ConditionRow.AnyOf;
        for (int i = 0; i < rows.Count;)
        {
            if (rows[i].Kind == ConditionRow.Beside && all && beside.Count == 0)
            {
                i++;
                beside = Children(rows, ref i, 1, "$.when.any", language, onlyWhole, paths);
            }
            else if (One(rows, ref i, 0, $"$.when.{(all ? "all" : "any")}[{top.Count}]", language, onlyWhole, paths) is { } item)
            {
                top.Add(item);
            }
        }

        return all ? rest with { All = top, Any = beside } : rest with { All = [], Any = top };
    }

    /// <summary>Does what a button asks for: <c>condition:3</c>, <c>group:-1</c> (at the top), <c>remove:2</c>, <c>turn:2</c>.</summary>
    /// <returns>The line to go on with; -1 where there is none.</returns>
    public static int Change(List<ConditionRow> rows, string deed, int at)
    {
        if (at < -1 || at >= rows.Count)
        {
            return -1;
        }

        int depth = at < 0 ? 0 : rows[at].Depth + 1;
        int end = at < 0 ? rows.Count : EndOf(rows, at);
        switch (deed)
        {
            case "condition":
                rows.Insert(end, NewRow(depth));
                return end;
            case "group" when depth < MostGroups:
                rows.Insert(end, new() { Kind = ConditionRow.AnyOf, Depth = depth });
                rows.Insert(end + 1, NewRow(depth + 1));
                return end + 1;
            case "remove" when at >= 0:
                rows.RemoveRange(at, end - at);
                return Math.Min(at, rows.Count) - 1;
            case "turn" when at >= 0 && rows[at].Kind is ConditionRow.AllOf or ConditionRow.AnyOf:
                rows[at].Kind = rows[at].Kind == ConditionRow.AllOf ? ConditionRow.AnyOf : ConditionRow.AllOf;
                return at;
            default:
                return -1;
        }
    }

    /// <summary>Behind the last line that belongs to this one.</summary>
    public static int EndOf(IReadOnlyList<ConditionRow> rows, int at)
    {
        int end = at + 1;
        while (end < rows.Count && rows[end].Depth > rows[at].Depth)
        {
            end++;
        }

        return end;
    }

    private static ConditionRow NewRow(int depth) => new() { Depth = depth, Field = "payment.amount", Op = ">" };

    private static void Add(IReadOnlyList<ConditionItem> items, int depth, List<ConditionRow> rows, Language language)
    {
        foreach (ConditionItem item in items)
        {
            switch (item)
            {
                case ConditionItem.Comparison comparison:
                    rows.Add(new() { Depth = depth, Field = comparison.Field, Op = comparison.Op, Value = ConditionValue.Write(comparison.Value, language) });
                    break;
                case ConditionItem.AllOf all:
                    rows.Add(new() { Kind = ConditionRow.AllOf, Depth = depth });
                    Add(all.Items, depth + 1, rows, language);
                    break;
                case ConditionItem.AnyOf any:
                    rows.Add(new() { Kind = ConditionRow.AnyOf, Depth = depth });
                    Add(any.Items, depth + 1, rows, language);
                    break;
            }
        }
    }

    private static List<ConditionItem> Children(IReadOnlyList<ConditionRow> rows, ref int i, int depth, string path, Language language, bool onlyWhole, Dictionary<string, int>? paths)
    {
        List<ConditionItem> items = [];
        while (i < rows.Count && rows[i].Depth >= depth)
        {
            if (One(rows, ref i, depth, $"{path}[{items.Count}]", language, onlyWhole, paths) is { } item)
            {
                items.Add(item);
            }
        }

        return items;
    }

    private static ConditionItem? One(IReadOnlyList<ConditionRow> rows, ref int i, int depth, string path, Language language, bool onlyWhole, Dictionary<string, int>? paths)
    {
        ConditionRow row = rows[i];
        int mine = i++;
        paths?.TryAdd(path, mine);
        if (row.IsGroup)
        {
            bool all = row.Kind == ConditionRow.AllOf;
            List<ConditionItem> items = Children(rows, ref i, depth + 1, $"{path}.{(all ? "all" : "any")}", language, onlyWhole, paths);
            return items.Count == 0 && onlyWhole ? null : all ? new ConditionItem.AllOf(items) : new ConditionItem.AnyOf(items);
        }

        if (onlyWhole && !row.IsWhole)
        {
            return null;
        }

        string op = row.Op ?? "=";
        return new ConditionItem.Comparison((row.Field ?? "").Trim(), op, row.HasValue ? ConditionValue.Read(op, row.Value, language) : default);
    }
}
