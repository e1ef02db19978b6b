using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>Proof that whoever makes the administrator sits at the machine: a token printed on the terminal, valid until the first person exists.</summary>
internal sealed class FirstStart
{
    // Without letters and digits that are read for one another.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Three groups of four: 59 bits.</summary>
    public string Token { get; } = string.Join('-', Enumerable.Range(0, 3).Select(static _ => RandomNumberGenerator.GetString(Alphabet, 4)));

    /// <summary>Blanks, dashes and capitals do not matter.</summary>
    public bool Matches(string? text) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Plain(text ?? "")), Encoding.UTF8.GetBytes(Plain(Token)));

    private static string Plain(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
