using System.Globalization;
using System.Text.RegularExpressions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>.NET format strings for <c>math.format</c> and <c>object.format</c>, bounded in what they can make.</summary>
internal static partial class Formatting
{
    private const int LongestFormat = 200;
    private const int MostPrecision = 100;

    public static Value Format(in Arguments a, string? format, string? cultureName)
    {
        Value value = a[0];
        CultureInfo culture = Culture(a, cultureName, 2);
        if (value.IsNull || string.IsNullOrEmpty(format))
        {
            return Value.From(a.Context.Localize(value, culture));
        }

        Match precise = Standard().Match(format);
        if (format.Length > LongestFormat || (precise.Success && precise.Groups["digits"].Length > 0 && (precise.Groups["digits"].Length > 3 || int.Parse(precise.Groups["digits"].ValueSpan, CultureInfo.InvariantCulture) > MostPrecision)))
        {
            throw a.Fault(1, $"The format is too long or asks for more than {MostPrecision} digits");
        }

        try
        {
            string text = value.Kind switch
            {
                ValueKind.Int or ValueKind.Exact when value.Bits is >= int.MinValue and <= int.MaxValue => ((int)value.Bits).ToString(format, culture),
                ValueKind.Int or ValueKind.Exact => value.Bits.ToString(format, culture),
                ValueKind.Double => value.AsDouble.ToString(format, culture),
                ValueKind.Float => ((float)value.AsDouble).ToString(format, culture),
                ValueKind.BigInt => ((BigIntValue)value.AsHeap!).Number.ToString(format, culture),
                ValueKind.Decimal => DecimalMath.Exact(a.Context, value, a.PositionOf(0)).ToString(format, culture),
                ValueKind.Date => ((DateValue)value.AsHeap!).Moment.ToString(format, culture),
                ValueKind.TimeSpan => value.AsTimeSpan.ToString(format, culture),
                _ => a.Context.Localize(value, culture),
            };
            a.Context.AllocateText(text.Length);
            return Value.From(text);
        }
        catch (FormatException)
        {
            throw a.Fault(1, $"The format `{format}` does not suit {a.Context.Describe(value)}");
        }
    }

    /// <summary>A culture by name; null is the invariant one.</summary>
    public static CultureInfo Culture(in Arguments a, string? name, int index)
    {
        if (string.IsNullOrEmpty(name))
        {
            return CultureInfo.InvariantCulture;
        }

        try
        {
            // Only cultures that exist; the platform would make one up for any well-formed name.
            return CultureInfo.GetCultureInfo(name, predefinedOnly: true);
        }
        catch (CultureNotFoundException)
        {
            throw a.Fault(index, $"The culture `{(name.Length > 40 ? name[..40] : name)}` is not known");
        }
    }

    [GeneratedRegex("^[A-Za-z](?<digits>[0-9]*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Standard();
}
