using System.Buffers.Binary;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>Ids are texts outside (<c>evt_</c> and 26 characters) and the ULID's 16 bytes inside: a third of the size, and they sort by time.</summary>
internal static class UlidBytes
{
    public const int Length = 16;
    private const int TextLength = 26;
    private const int PrefixLength = 4;
    private const int RandomBits = 80;
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Writes the bytes of an id with its prefix of four characters; throws when it is no such id.</summary>
    public static void Write(string id, Span<byte> bytes)
    {
        if (!TryRead(id, out UInt128 value))
        {
            throw new ArgumentException($"\"{id}\" is not an id: a prefix of four characters and 26 characters of a ULID are expected.", nameof(id));
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
    }

    public static byte[] ToBytes(string id)
    {
        byte[] bytes = new byte[Length];
        Write(id, bytes);
        return bytes;
    }

    /// <summary>The bytes of an id that came from outside; null when it is none with this prefix.</summary>
    public static byte[]? FromOutside(string prefix, string? id)
    {
        if (id is null || !id.StartsWith(prefix, StringComparison.Ordinal) || !TryRead(id, out UInt128 value))
        {
            return null;
        }

        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    public static string ToText(string prefix, ReadOnlySpan<byte> bytes)
    {
        UInt128 value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(prefix.Length + TextLength, (prefix, value), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            UInt128 rest = state.value;
            for (int i = span.Length - 1; i >= state.prefix.Length; i--)
            {
                span[i] = Crockford[(int)(uint)(rest & 31)];
                rest >>= 5;
            }
        });
    }

    /// <summary>The millisecond in which the id was made.</summary>
    public static long TimeOf(string id) =>
        TryRead(id, out UInt128 value) ? (long)(ulong)(value >> RandomBits) : throw new ArgumentException($"\"{id}\" is not an id.", nameof(id));

    private static bool TryRead(string id, out UInt128 value)
    {
        value = 0;
        if (id.Length != PrefixLength + TextLength || id[PrefixLength] > '7')
        {
            return false;
        }

        foreach (char c in id.AsSpan(PrefixLength))
        {
            int digit = c < 128 ? Digits[c] : -1;
            if (digit < 0)
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        return true;
    }

    private static readonly sbyte[] Digits = MakeDigits();

    private static sbyte[] MakeDigits()
    {
        sbyte[] table = new sbyte[128];
        Array.Fill(table, (sbyte)-1);
        for (int i = 0; i < Crockford.Length; i++)
        {
            table[Crockford[i]] = (sbyte)i;
            table[char.ToLowerInvariant(Crockford[i])] = (sbyte)i;
        }

        return table;
    }
}
