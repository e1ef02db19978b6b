using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace WebhookBridge.Storage.Log;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Next">Hand it in as <c>after</c> to go on; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A place in a list that is sorted by time and row: it stays right while rows come in at the top. Opaque outside.</summary>
/// <param name="At">Milliseconds since 1970.</param>
public readonly record struct PageCursor(long At, long Seq)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{At}.{Seq}")));

    /// <summary>False for a text that is no cursor of ours.</summary>
    public static bool TryParse(string? text, out PageCursor cursor)
    {
        cursor = default;
        if (string.IsNullOrEmpty(text) || text.Length > 80 || !Base64Url.IsValid(text))
        {
            return false;
        }

        string[] parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long at)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long seq))
        {
            return false;
        }

        cursor = new PageCursor(at, seq);
        return true;
    }

    /// <summary>Null for no cursor; throws <see cref="FormatException"/> for one that is none.</summary>
    internal static PageCursor? ParseOrThrow(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return TryParse(text, out PageCursor cursor) ? cursor : throw new FormatException("\"after\" is not a cursor that this list gave out.");
    }
}

internal static class Pages
{
    /// <summary>Cuts what was read with one row too many.</summary>
    public static Page<T> Cut<T>(List<T> rows, int limit, Func<T, PageCursor> place)
    {
        if (rows.Count <= limit)
        {
            return new Page<T>(rows, null);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, place(rows[^1]).ToString());
    }
}
