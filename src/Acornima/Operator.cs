namespace Acornima;

/// <summary>The operators. The numbers are part of the binary contract.</summary>
public enum Operator
{
    /// <summary>No operator.</summary>
    Unknown,
    /// <summary><c>=</c></summary>
    Assignment,
    /// <summary><c>??=</c></summary>
    NullishCoalescingAssignment,
    /// <summary><c>||=</c></summary>
    LogicalOrAssignment,
    /// <summary><c>&amp;&amp;=</c></summary>
    LogicalAndAssignment,
    /// <summary><c>|=</c></summary>
    BitwiseOrAssignment,
    /// <summary><c>^=</c></summary>
    BitwiseXorAssignment,
    /// <summary><c>&amp;=</c></summary>
    BitwiseAndAssignment,
    /// <summary><c>&lt;&lt;=</c></summary>
    LeftShiftAssignment,
    /// <summary><c>>>=</c></summary>
    RightShiftAssignment,
    /// <summary><c>>>>=</c></summary>
    UnsignedRightShiftAssignment,
    /// <summary><c>+=</c></summary>
    AdditionAssignment,
    /// <summary><c>-=</c></summary>
    SubtractionAssignment,
    /// <summary><c>*=</c></summary>
    MultiplicationAssignment,
    /// <summary><c>/=</c></summary>
    DivisionAssignment,
    /// <summary><c>%=</c></summary>
    RemainderAssignment,
    /// <summary><c>**=</c></summary>
    ExponentiationAssignment,
    /// <summary><c>??</c></summary>
    NullishCoalescing,
    /// <summary><c>||</c></summary>
    LogicalOr,
    /// <summary><c>&amp;&amp;</c></summary>
    LogicalAnd,
    /// <summary><c>|</c></summary>
    BitwiseOr,
    /// <summary><c>^</c></summary>
    BitwiseXor,
    /// <summary><c>&amp;</c></summary>
    BitwiseAnd,
    /// <summary><c>==</c></summary>
    Equality,
    /// <summary><c>!=</c></summary>
    Inequality,
    /// <summary><c>===</c></summary>
    StrictEquality,
    /// <summary><c>!==</c></summary>
    StrictInequality,
    /// <summary><c>&lt;</c></summary>
    LessThan,
    /// <summary><c>&lt;=</c></summary>
    LessThanOrEqual,
    /// <summary><c>></c></summary>
    GreaterThan,
    /// <summary><c>>=</c></summary>
    GreaterThanOrEqual,
    /// <summary><c>in</c></summary>
    In,
    /// <summary><c>instanceof</c></summary>
    InstanceOf,
    /// <summary><c>&lt;&lt;</c></summary>
    LeftShift,
    /// <summary><c>>></c></summary>
    RightShift,
    /// <summary><c>>>></c></summary>
    UnsignedRightShift,
    /// <summary><c>+ between two operands</c></summary>
    Addition,
    /// <summary><c>- between two operands</c></summary>
    Subtraction,
    /// <summary><c>*</c></summary>
    Multiplication,
    /// <summary><c>/</c></summary>
    Division,
    /// <summary><c>%</c></summary>
    Remainder,
    /// <summary><c>**</c></summary>
    Exponentiation,
    /// <summary><c>++</c></summary>
    Increment,
    /// <summary><c>--</c></summary>
    Decrement,
    /// <summary><c>!</c></summary>
    LogicalNot,
    /// <summary><c>~</c></summary>
    BitwiseNot,
    /// <summary><c>+ before an operand</c></summary>
    UnaryPlus,
    /// <summary><c>- before an operand</c></summary>
    UnaryNegation,
    /// <summary><c>typeof</c></summary>
    TypeOf,
    /// <summary><c>void</c></summary>
    Void,
    /// <summary><c>delete</c></summary>
    Delete,
}
