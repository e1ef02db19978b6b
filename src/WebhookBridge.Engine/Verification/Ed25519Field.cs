namespace WebhookBridge.Engine.Verification;

/// <summary>An element of the field of 2^255 − 19, as five limbs of 51 bits (docs/adr/0005). Only public data passes through, so time may depend on the values.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly struct Ed25519Field(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong _l0 = l0;
    private readonly ulong _l1 = l1;
    private readonly ulong _l2 = l2;
    private readonly ulong _l3 = l3;
    private readonly ulong _l4 = l4;

    public static Ed25519Field Zero => default;

    public static Ed25519Field One => new(1, 0, 0, 0, 0);

    public static Ed25519Field Small(uint value) => new(value, 0, 0, 0, 0);

    public static Ed25519Field operator +(in Ed25519Field a, in Ed25519Field b) =>
        Carry(a._l0 + b._l0, a._l1 + b._l1, a._l2 + b._l2, a._l3 + b._l3, a._l4 + b._l4);

    public static Ed25519Field operator -(in Ed25519Field a, in Ed25519Field b)
    {
        // 8p is added first, so that no limb goes below zero.
        const ulong First = (1UL << 54) - 152;
        const ulong Other = (1UL << 54) - 8;
        return Carry(a._l0 + First - b._l0, a._l1 + Other - b._l1, a._l2 + Other - b._l2, a._l3 + Other - b._l3, a._l4 + Other - b._l4);
    }

    public static Ed25519Field operator *(in Ed25519Field a, in Ed25519Field b)
    {
        ulong b1 = b._l1 * 19;
        ulong b2 = b._l2 * 19;
        ulong b3 = b._l3 * 19;
        ulong b4 = b._l4 * 19;
        UInt128 r0 = Mul(a._l0, b._l0) + Mul(a._l1, b4) + Mul(a._l2, b3) + Mul(a._l3, b2) + Mul(a._l4, b1);
        UInt128 r1 = Mul(a._l0, b._l1) + Mul(a._l1, b._l0) + Mul(a._l2, b4) + Mul(a._l3, b3) + Mul(a._l4, b2);
        UInt128 r2 = Mul(a._l0, b._l2) + Mul(a._l1, b._l1) + Mul(a._l2, b._l0) + Mul(a._l3, b4) + Mul(a._l4, b3);
        UInt128 r3 = Mul(a._l0, b._l3) + Mul(a._l1, b._l2) + Mul(a._l2, b._l1) + Mul(a._l3, b._l0) + Mul(a._l4, b4);
        UInt128 r4 = Mul(a._l0, b._l4) + Mul(a._l1, b._l3) + Mul(a._l2, b._l2) + Mul(a._l3, b._l1) + Mul(a._l4, b._l0);
        r1 += (ulong)(r0 >> 51);
        r2 += (ulong)(r1 >> 51);
        r3 += (ulong)(r2 >> 51);
        r4 += (ulong)(r3 >> 51);
        ulong carry = (ulong)(r4 >> 51) * 19;
        return Carry(((ulong)r0 & Mask) + carry, (ulong)r1 & Mask, (ulong)r2 & Mask, (ulong)r3 & Mask, (ulong)r4 & Mask);
    }

    public static Ed25519Field operator -(in Ed25519Field a) => Zero - a;

    /// <summary>The value to the power of <paramref name="exponent"/>, most significant bit first.</summary>
    public Ed25519Field Power(ReadOnlySpan<byte> exponent)
    {
        Ed25519Field result = One;
        foreach (byte b in exponent)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                result *= result;
                if (((b >> bit) & 1) != 0)
                {
                    result *= this;
                }
            }
        }

        return result;
    }

    /// <summary>1/x, as x^(p−2); zero for zero.</summary>
    public Ed25519Field Invert() => Power(Exponents.Inverse);

    /// <summary>x^((p−5)/8), the heart of the square root.</summary>
    public Ed25519Field RootPower() => Power(Exponents.Root);

    /// <summary>2^((p−1)/4), a square root of −1.</summary>
    public static Ed25519Field RootOfMinusOne() => Small(2).Power(Exponents.Quarter);

    public bool IsZero()
    {
        Span<byte> bytes = stackalloc byte[32];
        Write(bytes);
        return !bytes.ContainsAnyExcept((byte)0);
    }

    public bool IsOdd()
    {
        Span<byte> bytes = stackalloc byte[32];
        Write(bytes);
        return (bytes[0] & 1) != 0;
    }

    public bool Same(in Ed25519Field other) => (this - other).IsZero();

    /// <summary>32 bytes, little-endian; the top bit is ignored.</summary>
    public static Ed25519Field Read(ReadOnlySpan<byte> bytes)
    {
        ulong w0 = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong w1 = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong w2 = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ulong w3 = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new Ed25519Field(
            w0 & Mask,
            ((w0 >> 51) | (w1 << 13)) & Mask,
            ((w1 >> 38) | (w2 << 26)) & Mask,
            ((w2 >> 25) | (w3 << 39)) & Mask,
            (w3 >> 12) & Mask);
    }

    /// <summary>The one canonical form, little-endian.</summary>
    public void Write(Span<byte> to)
    {
        Ed25519Field r = Carry(_l0, _l1, _l2, _l3, _l4);
        r = Carry(r._l0, r._l1, r._l2, r._l3, r._l4);

        // r < 2^255 now; r >= p exactly when r + 19 reaches 2^255.
        ulong q = (r._l0 + 19) >> 51;
        q = (r._l1 + q) >> 51;
        q = (r._l2 + q) >> 51;
        q = (r._l3 + q) >> 51;
        q = (r._l4 + q) >> 51;
        ulong c0 = r._l0 + (19 * q);
        ulong c1 = r._l1 + (c0 >> 51);
        ulong c2 = r._l2 + (c1 >> 51);
        ulong c3 = r._l3 + (c2 >> 51);
        ulong c4 = (r._l4 + (c3 >> 51)) & Mask;
        c0 &= Mask;
        c1 &= Mask;
        c2 &= Mask;
        c3 &= Mask;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(to, c0 | (c1 << 51));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(to[8..], (c1 >> 13) | (c2 << 38));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(to[16..], (c2 >> 26) | (c3 << 25));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(to[24..], (c3 >> 39) | (c4 << 12));
    }

    private static UInt128 Mul(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return new UInt128(high, low);
    }

    private static Ed25519Field Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        l1 += l0 >> 51;
        l2 += l1 >> 51;
        l3 += l2 >> 51;
        l4 += l3 >> 51;
        l0 = (l0 & Mask) + (19 * (l4 >> 51));
        return new Ed25519Field(l0 & Mask, (l1 & Mask) + (l0 >> 51), l2 & Mask, l3 & Mask, l4 & Mask);
    }

    /// <summary>Exponents made of p = 2^255 − 19, most significant byte first.</summary>
    private static class Exponents
    {
        public static readonly byte[] Inverse = Make(-21, 0); // 2^255 − 21
        public static readonly byte[] Root = Make(-24, 3); // (2^255 − 24) / 8
        public static readonly byte[] Quarter = Make(-20, 2); // (2^255 − 20) / 4

        private static byte[] Make(int add, int shift) =>
            (((System.Numerics.BigInteger.One << 255) + add) >> shift).ToByteArray(isUnsigned: true, isBigEndian: true);
    }
}
