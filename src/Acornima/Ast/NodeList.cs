namespace Acornima.Ast;

/// <summary>A read-only list of nodes. The default value is a valid empty list.</summary>
/// <typeparam name="T">The type of the nodes; nullable where holes may occur.</typeparam>
public readonly struct NodeList<T>
{
    private readonly T[]? _items;

    internal NodeList(T[] items) => _items = items;

    /// <summary>The number of entries, holes included.</summary>
    public int Count => _items is null ? 0 : _items.Length;

    /// <summary>The entry at an index below <see cref="Count"/>.</summary>
    public T this[int index] => _items![index];

    /// <summary>The entries as a span.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>Enumerates the entries, holes as null.</summary>
    public Enumerator GetEnumerator() => new(_items);

    /// <summary>Walks the entries of a list without allocation.</summary>
    public struct Enumerator : IEnumerator<T>
    {
        private readonly T[]? _items;
        private int _index;

        internal Enumerator(T[]? items)
        {
            _items = items;
            _index = -1;
        }

        /// <summary>The current entry, after <see cref="MoveNext"/> answered true.</summary>
        public readonly T Current => _items![_index];

        readonly object? System.Collections.IEnumerator.Current => Current;

        /// <summary>Goes to the next entry; false at the end.</summary>
        public bool MoveNext() => _items is not null && ++_index < _items.Length;

        /// <summary>Goes back before the first entry.</summary>
        public void Reset() => _index = -1;

        /// <summary>Nothing is held that would need it.</summary>
        public readonly void Dispose()
        {
        }
    }
}

/// <summary>Makes lists of nodes.</summary>
public static class NodeList
{
    /// <summary>Makes a list that holds the given nodes; the array must not be changed afterwards.</summary>
    public static NodeList<T> From<T>(params T[] nodes) => new(nodes);
}
