using Acornima;
using Acornima.Ast;

namespace WebhookBridge.Engine.Filtering;

/// <summary>One walk over a rule's tree: which names it uses, and what in it cannot work in a judgement.</summary>
internal sealed class RuleSurvey(string source, int linesBefore)
{
    private readonly List<Node> _growing = [];
    private bool _usesBigInt;

    /// <summary>Every name that stands anywhere; more than are free, which costs a parameter at worst.</summary>
    public HashSet<string> Names { get; } = [];

    public List<RuleError> Errors { get; } = [];

    public void Read(Node root)
    {
        // An own stack: a long chain of operators is as deep as it is long.
        var open = new Stack<Node>();
        open.Push(root);
        while (open.TryPop(out Node? node))
        {
            Look(node);
            foreach (Node? child in node.ChildNodes)
            {
                open.Push(child!);
            }
        }

        if (_usesBigInt || Names.Contains("BigInt"))
        {
            foreach (Node node in _growing)
            {
                Refuse(node, "A rule that uses BigInt cannot multiply, raise or shift left: the numbers could grow without end. Compare, add, subtract and divide work.");
            }
        }

        Errors.Sort((a, b) => (a.Line, a.Column).CompareTo((b.Line, b.Column)));
    }

    public void Refuse(Node node, string message)
    {
        Position at = node.LocationRef.Start;
        Errors.Add(RuleReader.At(source, message, at.Line - linesBefore, at.Column));
    }

    private void Look(Node node)
    {
        switch (node)
        {
            case Identifier identifier:
                Names.Add(identifier.Name);
                break;
            case IFunction { Async: true }:
                Refuse(node, "A rule answers at once: `async` has no use here. Leave it out, and `await` with it.");
                break;
            case AwaitExpression:
                Refuse(node, "A rule answers at once: there is nothing to `await`.");
                break;
            case ImportExpression:
                Refuse(node, "A rule cannot import anything.");
                break;
            case BigIntLiteral:
                _usesBigInt = true;
                break;
            case BinaryExpression { Operator: Operator.Multiplication or Operator.Exponentiation or Operator.LeftShift }:
            case AssignmentExpression { Operator: Operator.MultiplicationAssignment or Operator.ExponentiationAssignment or Operator.LeftShiftAssignment }:
                _growing.Add(node);
                break;
        }
    }
}
