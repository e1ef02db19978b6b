namespace WebhookBridge.Scriban.Runtime;

/// <summary>
/// Ordinal search in long texts. The platform's search may take time in proportion to the product of both lengths;
/// here it is cut into windows, with a look at the clock in between.
/// </summary>
internal static class TextSearch
{
    private const long WorkPerLook = 4_000_000;

    public static int IndexOf(RenderContext context, string text, string value, int from)
    {
        long work = (text.Length - from) * (long)value.Length;
        if (work <= WorkPerLook)
        {
            context.Charge((text.Length - from) >> 4);
            return text.IndexOf(value, from, StringComparison.Ordinal);
        }

        int window = (int)Math.Max(1, WorkPerLook / value.Length);
        for (int at = from; at <= text.Length - value.Length; at += window)
        {
            context.Charge(2_000);
            int length = (int)Math.Min((long)window + value.Length - 1, text.Length - at);
            int found = text.AsSpan(at, length).IndexOf(value, StringComparison.Ordinal);
            if (found >= 0)
            {
                return at + found;
            }
        }

        return -1;
    }

    public static int LastIndexOf(RenderContext context, string text, string value)
    {
        int found = -1;
        int window = (int)Math.Max(1, WorkPerLook / Math.Max(1, value.Length));
        for (int end = text.Length - value.Length; end >= 0 && found < 0; end -= window)
        {
            context.Charge(2_000);
            int start = Math.Max(0, end - window + 1);
            found = text.AsSpan(start, end - start + value.Length).LastIndexOf(value, StringComparison.Ordinal);
            found = found < 0 ? found : start + found;
        }

        return found;
    }
}
