using System.Globalization;
using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>The ways in which senders turn a form into the text that they sign.</summary>
internal static class FormTexts
{
    /// <summary>Name and value of each field without separators, ordered by name (ordinal); equal names: values sorted, each once (Twilio, Peach Payments).</summary>
    public static void Sorted(FormFields form, string? leftOut, ref ByteBuffer to)
    {
        var fields = new List<FormField>(form.Fields.Count);
        foreach (FormField field in form.Fields)
        {
            if (field.Name != leftOut)
            {
                fields.Add(field);
            }
        }

        fields.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is int order and not 0 ? order : string.CompareOrdinal(a.Value, b.Value));
        for (int i = 0; i < fields.Count; i++)
        {
            if (i > 0 && fields[i].Name == fields[i - 1].Name && fields[i].Value == fields[i - 1].Value)
            {
                continue;
            }

            to.AppendText(fields[i].Name);
            to.AppendText(fields[i].Value);
        }
    }

    /// <summary>The raw body up to the field <paramref name="name"/>, without the separator in front of it (PayFast); false when the form has no such field or anything stands behind it.</summary>
    /// <remarks>What stood behind the signature would not be covered by it, yet be read as part of the event: refused.</remarks>
    public static bool Before(FormFields form, ReadOnlySpan<byte> raw, string name, ref ByteBuffer to)
    {
        if (form.Fields.Count == 0 || form.Fields[^1].Name != name)
        {
            return false;
        }

        int end = form.Fields[^1].Start;
        to.Append(raw[..Math.Max(0, end - 1)]);
        return true;
    }

    /// <summary>PHP <c>serialize</c> of an array of texts sorted by name, lengths in bytes (Paddle Classic).</summary>
    public static void PhpSerialized(FormFields form, string? leftOut, ref ByteBuffer to)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (FormField field in form.Fields)
        {
            if (field.Name != leftOut)
            {
                sorted[field.Name] = field.Value;
            }
        }

        to.AppendText(string.Create(CultureInfo.InvariantCulture, $"a:{sorted.Count}:{{"));
        foreach ((string name, string value) in sorted)
        {
            to.AppendText(string.Create(CultureInfo.InvariantCulture, $"s:{Encoding.UTF8.GetByteCount(name)}:\"{name}\";s:{Encoding.UTF8.GetByteCount(value)}:\"{value}\";"));
        }

        to.AppendByte((byte)'}');
    }
}
