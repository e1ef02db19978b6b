using System.Numerics;
using System.Security.Cryptography;

namespace WebhookBridge.Engine.Verification;

/// <summary>Verification of Ed25519 signatures (RFC 8032 §5.1.7), strict: S below the group order, points in canonical form, no points of small order. Verification only; no secret passes through (docs/adr/0005).</summary>
internal sealed class Ed25519
{
    public const int KeyBytes = 32;

    public const int SignatureBytes = 64;

    // RFC 8032 §5.1: L = 2^252 + 27742317777372353535851937790883648493
    private static readonly BigInteger Order = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly byte[] Prime = ((BigInteger.One << 255) - 19).ToByteArray(isUnsigned: true);
    private static readonly Ed25519Field RootOfMinusOne = Ed25519Field.RootOfMinusOne();
    private static readonly Ed25519Field D = -(Ed25519Field.Small(121665) * Ed25519Field.Small(121666).Invert());
    private static readonly Ed25519Field TwoD = D + D;
    private static readonly Point Base = BasePoint();

    private readonly byte[] _key;
    private readonly Point _minusA;
    private readonly Point _baseMinusA;

    private Ed25519(byte[] key, Point a)
    {
        _key = key;
        _minusA = a.Negate();
        _baseMinusA = Point.Add(Base, _minusA);
    }

    /// <summary>Decodes a public key once; null when it is not a canonical point of the large group.</summary>
    public static Ed25519? FromPublicKey(ReadOnlySpan<byte> key) =>
        key.Length == KeyBytes && Point.TryDecode(key, out Point a) && !a.HasSmallOrder() ? new Ed25519(key.ToArray(), a) : null;

    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> r = signature[..32];
        ReadOnlySpan<byte> s = signature[32..];
        if (new BigInteger(s, isUnsigned: true) >= Order)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        using (IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512))
        {
            sha.AppendData(r);
            sha.AppendData(_key);
            sha.AppendData(message);
            sha.GetHashAndReset(hash);
        }

        Span<byte> k = stackalloc byte[32];
        k.Clear();
        (new BigInteger(hash, isUnsigned: true) % Order).TryWriteBytes(k, out _, isUnsigned: true);

        // S·B − k·A must be R, byte for byte: that also refuses an R that is not canonical.
        Point point = Combine(s, k);
        Span<byte> encoded = stackalloc byte[32];
        point.Encode(encoded);
        return FixedTime.Same(encoded, r) && !point.HasSmallOrder();
    }

    private Point Combine(ReadOnlySpan<byte> s, ReadOnlySpan<byte> k)
    {
        Point sum = Point.Neutral;
        for (int bit = 255; bit >= 0; bit--)
        {
            sum = sum.Double();
            int choice = ((s[bit >> 3] >> (bit & 7)) & 1) | (((k[bit >> 3] >> (bit & 7)) & 1) << 1);
            sum = choice switch
            {
                1 => Point.Add(sum, Base),
                2 => Point.Add(sum, _minusA),
                3 => Point.Add(sum, _baseMinusA),
                _ => sum,
            };
        }

        return sum;
    }

    /// <summary>RFC 8032 §5.1: y = 4/5 and the even x.</summary>
    private static Point BasePoint()
    {
        Span<byte> encoded = stackalloc byte[32];
        (Ed25519Field.Small(4) * Ed25519Field.Small(5).Invert()).Write(encoded);
        Point.TryDecode(encoded, out Point point);
        return point;
    }

    /// <summary>A point in extended coordinates (RFC 8032 §5.1.4).</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly struct Point(Ed25519Field x, Ed25519Field y, Ed25519Field z, Ed25519Field t)
    {
        private readonly Ed25519Field _x = x;
        private readonly Ed25519Field _y = y;
        private readonly Ed25519Field _z = z;
        private readonly Ed25519Field _t = t;

        public static Point Neutral => new(Ed25519Field.Zero, Ed25519Field.One, Ed25519Field.One, Ed25519Field.Zero);

        public Point Negate() => new(-_x, _y, _z, -_t);

        public static Point Add(in Point p, in Point q)
        {
            Ed25519Field a = (p._y - p._x) * (q._y - q._x);
            Ed25519Field b = (p._y + p._x) * (q._y + q._x);
            Ed25519Field c = p._t * TwoD * q._t;
            Ed25519Field d = (p._z + p._z) * q._z;
            Ed25519Field e = b - a;
            Ed25519Field f = d - c;
            Ed25519Field g = d + c;
            Ed25519Field h = b + a;
            return new Point(e * f, g * h, f * g, e * h);
        }

        public Point Double()
        {
            Ed25519Field a = _x * _x;
            Ed25519Field b = _y * _y;
            Ed25519Field zz = _z * _z;
            Ed25519Field c = zz + zz;
            Ed25519Field h = a + b;
            Ed25519Field xy = _x + _y;
            Ed25519Field e = h - (xy * xy);
            Ed25519Field g = a - b;
            Ed25519Field f = c + g;
            return new Point(e * f, g * h, f * g, e * h);
        }

        /// <summary>Whether eight times the point is the neutral one.</summary>
        public bool HasSmallOrder()
        {
            Point p = Double().Double().Double();
            return p._x.IsZero() && p._y.Same(p._z);
        }

        public void Encode(Span<byte> to)
        {
            Ed25519Field inverse = _z.Invert();
            (_y * inverse).Write(to);
            if ((_x * inverse).IsOdd())
            {
                to[31] |= 0x80;
            }
        }

        /// <summary>RFC 8032 §5.1.3; refuses a y of p or more and a negative zero.</summary>
        public static bool TryDecode(ReadOnlySpan<byte> bytes, out Point point)
        {
            point = default;
            bool odd = (bytes[31] & 0x80) != 0;
            Span<byte> plain = stackalloc byte[32];
            bytes.CopyTo(plain);
            plain[31] &= 0x7F;
            if (!IsBelowPrime(plain))
            {
                return false;
            }

            Ed25519Field y = Ed25519Field.Read(plain);
            Ed25519Field yy = y * y;
            Ed25519Field u = yy - Ed25519Field.One;
            Ed25519Field v = (D * yy) + Ed25519Field.One;
            Ed25519Field v3 = v * v * v;
            Ed25519Field x = u * v3 * (u * v3 * v3 * v).RootPower();
            Ed25519Field check = v * x * x;
            if (!check.Same(u))
            {
                if (!check.Same(-u))
                {
                    return false;
                }

                x *= RootOfMinusOne;
            }

            if (x.IsZero() && odd)
            {
                return false;
            }

            if (x.IsOdd() != odd)
            {
                x = -x;
            }

            point = new Point(x, y, Ed25519Field.One, x * y);
            return true;
        }

        private static bool IsBelowPrime(ReadOnlySpan<byte> value)
        {
            for (int i = 31; i >= 0; i--)
            {
                if (value[i] != Prime[i])
                {
                    return value[i] < Prime[i];
                }
            }

            return false;
        }
    }
}
