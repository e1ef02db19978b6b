using System.Buffers;

namespace WebhookBridge.Engine.Configuration;

/// <summary>The names that people give to things, and the search for the name that was meant.</summary>
public static class Names
{
    /// <summary>What a name looks like, for messages.</summary>
    public const string Shape = "1 to 60 lower-case letters, digits and hyphens";

    private const int MaxLength = 60;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether <paramref name="name"/> may name a source, list, destination, template or route (contract section 1).</summary>
    public static bool IsValid(string name) => name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>The known names that are nearest to <paramref name="wrong"/>, best first, at most three; empty when none is near.</summary>
    public static IReadOnlyList<string> Nearest(string wrong, IEnumerable<string> known)
    {
        int reach = Math.Max(2, wrong.Length / 3);
        return [.. known
            .Select(name => (Name: name, Distance: Distance(wrong, name)))
            .Where(candidate => candidate.Distance <= reach || (wrong.Length >= 3 && candidate.Name.Contains(wrong, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(3)
            .Select(candidate => candidate.Name)];
    }

    /// <summary>A sentence that names what was probably meant, or else everything there is when that is short.</summary>
    public static string Suggest(string wrong, IEnumerable<string> known, string whenNothingIsNear)
    {
        string[] all = [.. known.Order(StringComparer.Ordinal)];
        IReadOnlyList<string> near = Nearest(wrong, all);
        if (near.Count > 0)
        {
            return $"Did you mean {string.Join(" or ", near.Select(name => $"\"{name}\""))}?";
        }

        return all.Length is > 0 and <= 24 ? $"Known: {string.Join(", ", all)}." : whenNothingIsNear;
    }

    /// <summary>Edits from one text to the other (insert, delete, replace, swap of neighbours), case ignored.</summary>
    private static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1];
        int[] last = new int[b.Length + 1];
        int[] current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                bool same = Same(a[i - 1], b[j - 1]);
                int best = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    best = Math.Min(best, beforeLast[j - 2] + 1);
                }

                current[j] = best;
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];

        static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
    }
}
