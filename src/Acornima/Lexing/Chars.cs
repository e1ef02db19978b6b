using System.Globalization;

namespace Acornima;

/// <summary>The character classes of ECMA-262 12.1 to 12.7, after the Unicode tables of the runtime.</summary>
internal static class Chars
{
    private const byte StartFlag = 1;
    private const byte PartFlag = 2;

    private static ReadOnlySpan<byte> Ascii =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0,
        0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 3,
        0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0,
    ];

    public static bool IsAsciiNamePart(char c) => c < 128 && (Ascii[c] & PartFlag) != 0;

    public static bool IsNameStart(int c)
    {
        if (c < 128)
        {
            return (Ascii[c] & StartFlag) != 0;
        }

        return CharUnicodeInfo.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
                => c != 0x2E2F, // VERTICAL TILDE is Pattern_Syntax
            UnicodeCategory.OtherNotAssigned => NewerUnicode.IsNameStart(c),
            _ => c is 0x1885 or 0x1886 or 0x2118 or 0x212E or 0x309B or 0x309C, // Other_ID_Start
        };
    }

    public static bool IsNamePart(int c)
    {
        if (c < 128)
        {
            return (Ascii[c] & PartFlag) != 0;
        }

        return CharUnicodeInfo.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
            UnicodeCategory.OtherNotAssigned => NewerUnicode.IsNamePart(c),
            _ => IsNameStart(c)
                // Other_ID_Continue, then the joiners of ECMA-262 12.7
                || c is 0xB7 or 0x387 or (>= 0x1369 and <= 0x1371) or 0x19DA or 0x30FB or 0xFF65
                || c is 0x200C or 0x200D,
        };
    }

    public static bool IsLineTerminator(char c) => c is '\n' or '\r' or '\u2028' or '\u2029';

    /// <summary>White space of ECMA-262 12.2 beyond ASCII.</summary>
    public static bool IsOtherSpace(char c)
        => c is '\u00A0' or '\uFEFF' || (c > 0xFF && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator);

    public static int HexValue(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };
}
