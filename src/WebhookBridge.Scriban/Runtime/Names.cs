namespace WebhookBridge.Scriban.Runtime;

/// <summary>The nearest known name for one that is unknown.</summary>
internal static class Names
{
    /// <summary>The name with the fewest changed letters, or null when none is near (a third of the letters, at most 3).</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        int most = Math.Min(3, Math.Max(1, name.Length / 3));
        string? nearest = null;
        int looked = 0;
        foreach (string candidate in known)
        {
            if (++looked > 500)
            {
                break;
            }

            if (Math.Abs(candidate.Length - name.Length) > most || name.Length > 60)
            {
                continue;
            }

            int distance = Distance(name, candidate);
            if (distance <= most && distance > 0 && (nearest is null || distance < Distance(name, nearest)))
            {
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary>Edits between two names (insert, delete, change, swap of neighbours), ignoring case.</summary>
    private static int Distance(string left, string right)
    {
        Span<int> before = stackalloc int[right.Length + 1];
        Span<int> last = stackalloc int[right.Length + 1];
        Span<int> row = stackalloc int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            last.CopyTo(before);
            row.CopyTo(last);
        }

        return last[right.Length];
    }
}
