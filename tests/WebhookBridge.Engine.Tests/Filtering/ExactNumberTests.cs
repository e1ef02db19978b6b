using System.Globalization;
using System.Numerics;
using System.Text;
using WebhookBridge.Engine.Filtering;

namespace WebhookBridge.Engine.Tests.Filtering;

public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("0", "-0", 0)]
    [InlineData("10.90", "10.9", 0)]
    [InlineData("1e2", "100", 0)]
    [InlineData("0.00001e5", "1.0", 0)]
    [InlineData("1.05", "1.5", -1)]
    [InlineData("10.05", "10.5", -1)]
    [InlineData("9", "10", -1)]
    [InlineData("-9", "-10", 1)]
    [InlineData("-1", "1", -1)]
    [InlineData("0", "0.0000000000000000000000000000000000000001", -1)]
    [InlineData("12345678901234567890123456789", "12345678901234567890123456788", 1)]
    [InlineData("9007199254740993", "9007199254740992", 1)]
    [InlineData("1e400", "1e399", 1)]
    [InlineData("1e-999999999999999999999", "0", 1)]
    [InlineData("100", "1000", -1)]
    [InlineData("1.000", "1.0001", -1)]
    public void TryCompare_TwoNumbers_OrdersExactly(string left, string right, int expected)
    {
        ExactNumber.TryCompare(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right), out int order).ShouldBeTrue();
        Math.Sign(order).ShouldBe(expected);
        ExactNumber.TryCompare(Encoding.UTF8.GetBytes(right), Encoding.UTF8.GetBytes(left), out int reverse).ShouldBeTrue();
        Math.Sign(reverse).ShouldBe(-expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("1_000")]
    public void IsNumber_NoJsonNumber_False(string text) => ExactNumber.IsNumber(Encoding.UTF8.GetBytes(text)).ShouldBeFalse();

    [Fact]
    public void TryCompare_RandomNumbers_AgreesWithIntegerArithmetic()
    {
        const int seed = 20261122;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            (string leftText, BigInteger left) = Make(random);
            (string rightText, BigInteger right) = Make(random);
            ExactNumber.TryCompare(Encoding.UTF8.GetBytes(leftText), Encoding.UTF8.GetBytes(rightText), out int order).ShouldBeTrue();
            Math.Sign(order).ShouldBe(left.CompareTo(right), $"seed {seed}, case {i}: {leftText} against {rightText}");
        }
    }

    /// <summary>A number as text, and the same × 10^40 as an integer.</summary>
    private static (string Text, BigInteger Value) Make(Random random)
    {
        var digits = new StringBuilder();
        int whole = random.Next(1, 8), fraction = random.Next(0, 8);
        for (int i = 0; i < whole; i++)
        {
            digits.Append((char)('0' + (i == 0 && whole > 1 ? random.Next(1, 10) : random.Next(0, 3))));
        }

        var parts = new StringBuilder();
        for (int i = 0; i < fraction; i++)
        {
            parts.Append((char)('0' + random.Next(0, 3)));
        }

        int exponent = random.Next(-6, 7);
        bool negative = random.Next(2) == 0;
        string text = (negative ? "-" : "") + digits + (fraction > 0 ? "." + parts : "") + (exponent == 0 ? "" : "e" + exponent.ToString(CultureInfo.InvariantCulture));
        BigInteger value = BigInteger.Parse(digits.ToString() + parts, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 40 - fraction + exponent);
        return (text, negative ? -value : value);
    }
}
