namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>One line of a comparison: <c>add</c>, <c>del</c>, or empty where both are alike.</summary>
internal readonly record struct DiffLine(string Kind, string Text);

/// <summary>Compares two texts line by line by their longest common part.</summary>
internal static class LineDiff
{
    private const int MostLines = 2000;

    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        string[] a = before.Split('\n');
        string[] b = after.Split('\n');
        if (a.Length > MostLines || b.Length > MostLines)
        {
            return [.. a.Select(static l => new DiffLine("del", l)), .. b.Select(static l => new DiffLine("add", l))];
        }

        int[,] common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        List<DiffLine> lines = [];
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add(new("", a[i++]));
                j++;
            }
            else if (j >= b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(new("del", a[i++]));
            }
            else
            {
                lines.Add(new("add", b[j++]));
            }
        }

        return lines;
    }

    /// <summary>What changed, with a few lines around it; what is left out in between is one line with three dots.</summary>
    public static IReadOnlyList<DiffLine> Around(IReadOnlyList<DiffLine> lines, int around = 3)
    {
        bool[] kept = new bool[lines.Count];
        for (int i = 0; i < lines.Count; i++)
        {
            for (int j = Math.Max(0, i - around); lines[i].Kind.Length > 0 && j <= Math.Min(lines.Count - 1, i + around); j++)
            {
                kept[j] = true;
            }
        }

        List<DiffLine> shown = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (kept[i])
            {
                shown.Add(lines[i]);
            }
            else if (i == 0 || kept[i - 1])
            {
                shown.Add(new("", "…"));
            }
        }

        return shown;
    }
}
