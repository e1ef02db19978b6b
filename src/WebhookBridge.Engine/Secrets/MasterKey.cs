using System.Security.Cryptography;

namespace WebhookBridge.Engine.Secrets;

/// <summary>The master key cannot be used; the message is one sentence with the fix and never holds any of the key.</summary>
public sealed class MasterKeyException : Exception
{
    public MasterKeyException()
    {
    }

    public MasterKeyException(string message)
        : base(message)
    {
    }

    public MasterKeyException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>The key that seals every secret at rest (design invariant 10): 32 bytes, from the environment or from a file that only its owner can read.</summary>
public sealed class MasterKey
{
    public const int Length = 32;

    /// <summary>Name of the environment variable; base64 of 32 bytes.</summary>
    public const string Variable = "WEBHOOKBRIDGE_MASTER_KEY";

    private readonly byte[] _bytes;

    private MasterKey(byte[] bytes)
    {
        _bytes = bytes;
        Id = SHA256.HashData([.. "webhookbridge key id"u8, .. bytes]).AsMemory(0, 4);
    }

    /// <summary>Four bytes that stand in front of whatever this key sealed; they tell keys apart and nothing about them.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The key as text for an environment variable or a file: for the one who is to keep it.</summary>
    public string Export() => Convert.ToBase64String(_bytes);

    public static MasterKey Generate() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Reads base64 of 32 bytes; <paramref name="origin"/> names the place in the error.</summary>
    public static MasterKey Parse(string text, string origin)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text.Trim());
        }
        catch (FormatException error)
        {
            throw new MasterKeyException($"{origin} is not base64. Make a key with \"openssl rand -base64 32\".", error);
        }

        return bytes.Length == Length
            ? new MasterKey(bytes)
            : throw new MasterKeyException($"{origin} has {bytes.Length} bytes, {Length} are needed. Make a key with \"openssl rand -base64 32\".");
    }

    /// <summary>The key of the environment, else that of the file, else a new one in the file (mode 0600).</summary>
    /// <param name="variable">Value of <see cref="Variable"/>, or null.</param>
    /// <param name="file">Path of <c>master.key</c>.</param>
    /// <param name="mayCreate">False where secrets are sealed already: a new key could not open them.</param>
    public static MasterKey LoadOrCreate(string? variable, string file, bool mayCreate)
    {
        if (!string.IsNullOrWhiteSpace(variable))
        {
            return Parse(variable, Variable);
        }

        if (File.Exists(file))
        {
            return ReadFile(file);
        }

        if (!mayCreate)
        {
            throw new MasterKeyException($"The master key is missing: {file} is not there and {Variable} is not set, but the database holds sealed secrets. Put the key back (backups leave it out).");
        }

        MasterKey key = Generate();
        key.WriteFile(file);
        return key;
    }

    /// <summary>Writes the key so that it is there whole or not at all, readable for its owner only.</summary>
    public void WriteFile(string file)
    {
        string temporary = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(temporary); // the mode counts only for a file that is made
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Export() + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
    }

    private static MasterKey ReadFile(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"{file} cannot be read: {error.Message} Give this user read permission.", error);
        }
    }
}
