using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Engine.Secrets;

/// <summary>Seals and opens secrets: AES-256-GCM, random nonce, key id in front, bound to the place where it is kept (design invariant 10).</summary>
/// <remarks>Layout: key id (4), nonce (12), tag (16), text. Thread-safe. With an older key beside it, it opens what that one sealed, until everything is sealed anew.</remarks>
public sealed class SecretBox
{
    private const int IdLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = IdLength + NonceLength + TagLength;

    private readonly MasterKey _key;
    private readonly MasterKey? _older;

    public SecretBox(MasterKey key, MasterKey? older = null)
    {
        _key = key;
        _older = older;
    }

    /// <param name="place">Table, row and field: a sealed value moved elsewhere does not open there.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, SecretPlace place)
    {
        byte[] result = new byte[Overhead + secret.Length];
        Span<byte> all = result;
        _key.Id.Span.CopyTo(all);
        Span<byte> nonce = all.Slice(IdLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key.Bytes, TagLength);
        aes.Encrypt(nonce, secret, all[Overhead..], all.Slice(IdLength + NonceLength, TagLength), place.ToBytes());
        return result;
    }

    public byte[] Seal(string secret, SecretPlace place) => Seal(Encoding.UTF8.GetBytes(secret), place);

    /// <summary>Opens what was sealed for this place; throws <see cref="MasterKeyException"/> when the key is another one or the bytes were changed.</summary>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes, SecretPlace place)
    {
        if (sealedBytes.Length < Overhead)
        {
            throw new MasterKeyException($"The sealed value of {place} is damaged: it is too short.");
        }

        ReadOnlySpan<byte> id = sealedBytes[..IdLength];
        MasterKey key = id.SequenceEqual(_key.Id.Span) ? _key
            : _older is not null && id.SequenceEqual(_older.Id.Span) ? _older
            : throw new MasterKeyException($"The sealed value of {place} was sealed with another master key. Put that key back, or enter the secret again.");
        byte[] secret = new byte[sealedBytes.Length - Overhead];
        using var aes = new AesGcm(key.Bytes, TagLength);
        try
        {
            aes.Decrypt(sealedBytes.Slice(IdLength, NonceLength), sealedBytes[Overhead..], sealedBytes.Slice(IdLength + NonceLength, TagLength), secret, place.ToBytes());
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new MasterKeyException($"The sealed value of {place} is damaged or was moved from another row.", error);
        }

        return secret;
    }

    public string OpenText(ReadOnlySpan<byte> sealedBytes, SecretPlace place) => Encoding.UTF8.GetString(Open(sealedBytes, place));

    /// <summary>True when the value was sealed with the newest key, so that nothing needs to be done at a rotation.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> sealedBytes) => sealedBytes.Length >= Overhead && sealedBytes[..IdLength].SequenceEqual(_key.Id.Span);
}

/// <summary>Where a sealed value is kept. Names are written with their length, so that no two places read the same.</summary>
public readonly record struct SecretPlace(string Table, string Row, string Field)
{
    public override string ToString() => $"{Table} / {Row} / {Field}";

    internal byte[] ToBytes() => Encoding.UTF8.GetBytes($"{Table.Length}:{Table}|{Row.Length}:{Row}|{Field.Length}:{Field}");
}
