using System.Globalization;
using System.Security.Cryptography;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>Passwords at rest: PBKDF2-HMAC-SHA512 with a salt of 16 bytes and 600,000 rounds, written as <c>pbkdf2-sha512$rounds$salt$hash</c>.</summary>
internal static class PasswordHash
{
    public const int Rounds = 600_000;

    public const int MinimumLength = 12;

    /// <summary>Longer texts are refused, so that nobody makes us hash megabytes.</summary>
    public const int MaximumLength = 256;

    private const string Name = "pbkdf2-sha512";

    // Checked against where there is no such person, so that the time of an answer does not tell who exists.
    private static readonly string Nobody = Create("nobody has this password");

    public static string Create(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        return Write(Rounds, salt, Derive(password, salt, Rounds));
    }

    /// <summary>True when the password belongs to the hash; a hash that cannot be read belongs to none. Takes the same time for null.</summary>
    public static bool Verify(string? hash, string password)
    {
        bool known = TryRead(hash, out int rounds, out byte[] salt, out byte[] expected);
        if (!known)
        {
            TryRead(Nobody, out rounds, out salt, out expected);
        }

        return CryptographicOperations.FixedTimeEquals(Derive(password, salt, rounds), expected) & known;
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA512, 64);

    private static string Write(int rounds, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");

    private static bool TryRead(string? text, out int rounds, out byte[] salt, out byte[] hash)
    {
        (rounds, salt, hash) = (0, [], []);
        if (text?.Split('$') is not [Name, var count, var first, var second] || !int.TryParse(count, CultureInfo.InvariantCulture, out rounds))
        {
            return false;
        }

        try
        {
            (salt, hash) = (Convert.FromBase64String(first), Convert.FromBase64String(second));
            return rounds > 0 && hash.Length == 64;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
