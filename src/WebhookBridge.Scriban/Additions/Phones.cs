using System.Collections.Frozen;
using System.Text;

namespace WebhookBridge.Scriban.Additions;

/// <summary>Telephone numbers in international form (ITU-T E.164): a plus sign and at most fifteen digits.</summary>
internal static class Phones
{
    private const int Shortest = 7;
    private const int Longest = 15;

    /// <summary>
    /// Country (ISO 3166), calling code and trunk prefix, the digit that is dialled in front at home and dropped
    /// from abroad; - where there is none.
    /// </summary>
    private static readonly FrozenDictionary<string, (string Code, string Trunk)> Countries = """
        ZA 27 0,BR 55 0,US 1 1,CA 1 1,GB 44 0,IE 353 0,DE 49 0,FR 33 0,ES 34 -,PT 351 -,IT 39 -,NL 31 0,BE 32 0,LU 352 -,AT 43 0,CH 41 0,
        DK 45 -,SE 46 0,NO 47 -,FI 358 0,IS 354 -,PL 48 -,CZ 420 -,SK 421 0,HU 36 06,RO 40 0,BG 359 0,GR 30 -,HR 385 0,SI 386 0,EE 372 -,LV 371 -,
        LT 370 0,UA 380 0,TR 90 0,IL 972 0,AE 971 0,SA 966 0,QA 974 -,KW 965 -,BH 973 -,OM 968 -,JO 962 0,EG 20 0,MA 212 0,TN 216 -,
        NG 234 0,KE 254 0,UG 256 0,TZ 255 0,RW 250 0,GH 233 0,CI 225 -,SN 221 -,CM 237 -,ET 251 0,ZM 260 0,ZW 263 0,BW 267 -,NA 264 0,MZ 258 -,
        LS 266 -,SZ 268 -,AO 244 -,MU 230 -,IN 91 0,PK 92 0,BD 880 0,LK 94 0,NP 977 0,CN 86 0,HK 852 -,TW 886 0,JP 81 0,KR 82 0,SG 65 -,
        MY 60 0,TH 66 0,VN 84 0,PH 63 0,ID 62 0,AU 61 0,NZ 64 0,MX 52 -,AR 54 0,CL 56 -,CO 57 -,PE 51 0,VE 58 0,UY 598 0,PY 595 0,BO 591 0,EC 593 0,
        CR 506 -,PA 507 -,GT 502 -,DO 1 1
        """
        .ReplaceLineEndings("").Split(',', StringSplitOptions.TrimEntries).Select(static c => c.Split(' '))
        .ToFrozenDictionary(static c => c[0], static c => (c[1], c[2] == "-" ? "" : c[2]), StringComparer.OrdinalIgnoreCase);

    public static bool IsKnown(string country) => Countries.ContainsKey(country);

    /// <summary>The number in international form, or null when the text is not a telephone number.</summary>
    public static string? Normalize(string text, string country)
    {
        var digits = new StringBuilder();
        bool isInternational = false;

        // In "+27 (0)82 …" the zero is the one that is dropped from abroad.
        foreach (char c in text.Trim().Replace("(0)", "", StringComparison.Ordinal))
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
            }
            else if (c == '+' && digits.Length == 0)
            {
                isInternational = true;
            }
            else if (c is not (' ' or '-' or '.' or '(' or ')' or '/' or '\u00A0' or '\u2011' or '+'))
            {
                return null;
            }
        }

        string number = digits.ToString();
        (string code, string trunk) = Countries[country];
        if (!isInternational)
        {
            number = Complete(number, code, trunk);
        }

        return number.Length is >= Shortest and <= Longest && number[0] != '0' ? "+" + number : null;
    }

    private static string Complete(string number, string code, string trunk)
    {
        if (number.StartsWith("00", StringComparison.Ordinal))
        {
            return number[2..];
        }

        // Written with the calling code but without the plus sign; at home no number is that long.
        if (number.StartsWith(code, StringComparison.Ordinal) && number.Length >= code.Length + 9 && number.Length > 10)
        {
            return number;
        }

        return trunk.Length > 0 && number.StartsWith(trunk, StringComparison.Ordinal) ? code + number[trunk.Length..] : code + number;
    }
}
