using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Decimal arithmetic for numbers that came from JSON: exact, or an error when a number does not fit.</summary>
internal static class DecimalMath
{
    public static Value Calculate(RenderContext context, BinaryOperator kind, Value left, Value right, int position)
    {
        decimal a = Exact(context, left, position);
        decimal b = Exact(context, right, position);
        if (b == 0 && kind is BinaryOperator.Divide or BinaryOperator.DivideRound or BinaryOperator.Modulo)
        {
            throw context.Fault(position, "Cannot divide by zero");
        }

        try
        {
            switch (kind)
            {
                case BinaryOperator.Add:
                    return Sum(context, a, b, position);
                case BinaryOperator.Subtract:
                    return Sum(context, a, -b, position);
                case BinaryOperator.Multiply:
                    return Value.From(a * b);
                case BinaryOperator.Divide:
                    return Value.From(a / b);
                case BinaryOperator.DivideRound:
                    // Whole numbers are cut, others rounded, as the language does with its integers and floats.
                    return Value.From(a == Math.Truncate(a) && b == Math.Truncate(b) ? Math.Truncate(a / b) : Math.Round(a / b));
                case BinaryOperator.Modulo:
                    return Value.From(a % b);
            }
        }
        catch (OverflowException)
        {
            throw DoesNotFit(context, position);
        }

        throw Operators.NotSupported(context, kind, left, right, position);
    }

    public static decimal Exact(RenderContext context, Value value, int position) =>
        Operators.TryDecimal(value, out decimal number)
            ? number
            : throw context.Fault(position, $"The number {Short(context.ToText(value))} cannot be calculated with: it does not fit into 28 digits");

    private static Value Sum(RenderContext context, decimal a, decimal b, int position) =>
        Numbers.TryAdd(a, b, out decimal sum) ? Value.From(sum) : throw DoesNotFit(context, position);

    private static TemplateException DoesNotFit(RenderContext context, int position) =>
        context.Fault(position, "The result does not fit into 28 digits");

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
