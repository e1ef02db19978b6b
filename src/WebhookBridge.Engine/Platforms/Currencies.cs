using System.Collections.Frozen;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Decimals of the currencies (ISO 4217, list one). Codes that are not in the list have no known number of decimals.</summary>
public static class Currencies
{
    private const string Two =
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";

    private static readonly FrozenDictionary<string, int> Decimals = Build();

    /// <summary>Every code that is known.</summary>
    public static IReadOnlyList<string> Codes => Decimals.Keys;

    /// <summary>How many decimals <paramref name="code"/> (upper case) has; null when it is unknown.</summary>
    public static int? DecimalsOf(string code) => Decimals.TryGetValue(code, out int decimals) ? decimals : null;

    private static FrozenDictionary<string, int> Build()
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string codes, int decimals) in new[]
        {
            (Two, 2),
            ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0),
            ("BHD IQD JOD KWD LYD OMR TND", 3),
            ("CLF UYW", 4),
        })
        {
            foreach (string code in codes.Split(' '))
            {
                all[code] = decimals;
            }
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
