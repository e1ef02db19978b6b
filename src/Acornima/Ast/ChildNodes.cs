namespace Acornima.Ast;

/// <summary>
/// The children of a node in source order: never null, a shorthand property gives only its value, a specifier whose
/// two names are one node gives it once.
/// </summary>
public readonly struct ChildNodes
{
    private readonly Node? _node;

    internal ChildNodes(Node node) => _node = node;

    /// <summary>True when the node has no child.</summary>
    public bool IsEmpty() => !GetEnumerator().MoveNext();

    /// <summary>Walks the children without allocation.</summary>
    public Enumerator GetEnumerator() => new(_node);

    /// <summary>Walks the children of a node. Consumers dispose of it as of any enumerator.</summary>
    public struct Enumerator : IEnumerator<Node?>
    {
        private readonly Node? _node;
        private readonly IEnumerator<Node>? _foreign;
        private readonly int _slots;
        private int _next;

        internal Enumerator(Node? node)
        {
            _node = node;
            _slots = node is null ? 0 : node.ChildSlots;
            if (_slots < 0)
            {
                _foreign = node!.GetChildNodes();
            }
        }

        /// <summary>The current child, after <see cref="MoveNext"/> answered true.</summary>
        public Node? Current { get; private set; }

        readonly object? System.Collections.IEnumerator.Current => Current;

        /// <summary>Goes to the next child; false at the end.</summary>
        public bool MoveNext()
        {
            while (_next < _slots)
            {
                Current = _node!.ChildAt(_next++);
                if (Current is not null)
                {
                    return true;
                }
            }

            if (_foreign is not null && _foreign.MoveNext())
            {
                Current = _foreign.Current;
                return true;
            }

            return false;
        }

        /// <summary>Goes back before the first child.</summary>
        public void Reset()
        {
            _next = 0;
            _foreign?.Reset();
        }

        /// <inheritdoc />
        public readonly void Dispose() => _foreign?.Dispose();
    }
}
