using System.Text;

namespace WebhookBridge.Scriban.Additions;

/// <summary>
/// How numbers, money and dates are written in the locales that the additions know: English (en), South African
/// English (en-ZA) and Brazilian Portuguese (pt-BR). The values are those of Unicode CLDR 48, kept here so that the
/// output is the same on every machine.
/// </summary>
internal sealed class Locale
{
    private const char NoBreakSpace = '\u00A0';

    private static readonly Locale English = new(
        "en", ',', '.', spaceBehindSymbol: false,
        new() { ["USD"] = "$", ["JPY"] = "¥", ["CNY"] = "CN¥", ["CAD"] = "CA$", ["AUD"] = "A$", ["NZD"] = "NZ$", ["HKD"] = "HK$", ["TWD"] = "NT$" },
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "January February March April May June July August September October November December",
        "Sun Mon Tue Wed Thu Fri Sat",
        "Sunday Monday Tuesday Wednesday Thursday Friday Saturday");

    private static readonly Locale SouthAfrican = new(
        "en-ZA", NoBreakSpace, ',', spaceBehindSymbol: false,
        new() { ["ZAR"] = "R", ["USD"] = "US$", ["JPY"] = "JP¥", ["CNY"] = "CN¥", ["CAD"] = "CA$", ["AUD"] = "A$", ["NZD"] = "NZ$", ["HKD"] = "HK$", ["TWD"] = "NT$" },
        "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
        "January February March April May June July August September October November December",
        "Sun Mon Tue Wed Thu Fri Sat",
        "Sunday Monday Tuesday Wednesday Thursday Friday Saturday");

    private static readonly Locale Brazilian = new(
        "pt-BR", '.', ',', spaceBehindSymbol: true,
        new() { ["USD"] = "US$", ["JPY"] = "JP¥", ["CNY"] = "CN¥", ["CAD"] = "CA$", ["AUD"] = "AU$", ["NZD"] = "NZ$", ["HKD"] = "HK$", ["TWD"] = "NT$" },
        "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "dom. seg. ter. qua. qui. sex. sáb.",
        "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado");

    /// <summary>Symbols that all three locales share; a currency without one is written by its code.</summary>
    private static readonly Dictionary<string, string> CommonSymbols = new(StringComparer.Ordinal)
    {
        ["EUR"] = "€", ["GBP"] = "£", ["BRL"] = "R$", ["INR"] = "₹", ["KRW"] = "₩", ["ILS"] = "₪", ["VND"] = "₫", ["MXN"] = "MX$", ["PHP"] = "₱",
    };

    private readonly Dictionary<string, string> _symbols;
    private readonly char _group;
    private readonly char _point;
    private readonly bool _spaceBehindSymbol;

    private Locale(
        string name, char group, char point, bool spaceBehindSymbol, Dictionary<string, string> symbols,
        string shortMonths, string months, string shortDays, string days)
    {
        Name = name;
        _group = group;
        _point = point;
        _spaceBehindSymbol = spaceBehindSymbol;
        _symbols = symbols;
        ShortMonths = shortMonths.Split(' ');
        Months = months.Split(' ');
        ShortDays = shortDays.Split(' ');
        Days = days.Split(' ');
    }

    public static IReadOnlyList<string> Known { get; } = ["en", "en-ZA", "pt-BR"];

    public string Name { get; }

    public string[] ShortMonths { get; }

    public string[] Months { get; }

    public string[] ShortDays { get; }

    public string[] Days { get; }

    /// <summary>A locale by name; another country of a known language takes what is nearest; null when unknown.</summary>
    public static Locale? Find(string? name)
    {
        string wanted = (name ?? "en").Replace('_', '-');
        if (wanted.Equals("en-ZA", StringComparison.OrdinalIgnoreCase))
        {
            return SouthAfrican;
        }

        string language = wanted.Split('-')[0];
        return language.Equals("en", StringComparison.OrdinalIgnoreCase) ? English
            : language.Equals("pt", StringComparison.OrdinalIgnoreCase) ? Brazilian
            : null;
    }

    /// <summary>An amount with the symbol of its currency and the currency's number of decimals, halves away from zero.</summary>
    public string Money(decimal amount, string currency, int decimals)
    {
        decimal rounded = Math.Round(Math.Abs(amount), decimals, MidpointRounding.AwayFromZero);
        string digits = rounded.ToString("F" + decimals.ToString(System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
        string whole = decimals == 0 ? digits : digits[..^(decimals + 1)];
        string symbol = _symbols.GetValueOrDefault(currency) ?? CommonSymbols.GetValueOrDefault(currency) ?? currency;
        var text = new StringBuilder();
        if (amount < 0 && rounded != 0)
        {
            text.Append('-');
        }

        text.Append(symbol);
        if (_spaceBehindSymbol || char.IsLetter(symbol[^1]))
        {
            text.Append(NoBreakSpace);
        }

        for (int i = 0; i < whole.Length; i++)
        {
            if (i > 0 && (whole.Length - i) % 3 == 0)
            {
                text.Append(_group);
            }

            text.Append(whole[i]);
        }

        if (decimals > 0)
        {
            text.Append(_point).Append(digits, whole.Length + 1, decimals);
        }

        return text.ToString();
    }
}
