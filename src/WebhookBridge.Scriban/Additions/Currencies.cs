using System.Collections.Frozen;

namespace WebhookBridge.Scriban.Additions;

/// <summary>Decimals of currencies (ISO 4217, list one); every currency not named here has two.</summary>
internal static class Currencies
{
    private static readonly FrozenSet<string> None = Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF");
    private static readonly FrozenSet<string> Three = Set("BHD IQD JOD KWD LYD OMR TND");
    private static readonly FrozenSet<string> Four = Set("CLF UYW");

    /// <summary>The code in capitals, or null when it is not one: three Latin letters.</summary>
    public static string? Code(string? currency)
    {
        string code = (currency ?? "").Trim().ToUpperInvariant();
        return code.Length == 3 && code.All(char.IsAsciiLetterUpper) ? code : null;
    }

    public static int Decimals(string code) =>
        None.Contains(code) ? 0 : Three.Contains(code) ? 3 : Four.Contains(code) ? 4 : 2;

    private static FrozenSet<string> Set(string codes) => codes.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
