namespace Acornima;

/// <summary>Gives equal names of one parse the same string object, and remembers what word each name spells.</summary>
internal sealed class NameTable
{
    private int[] _buckets = new int[256];
    private Entry[] _entries = new Entry[128];
    private int _count;

    /// <summary>The hash that <see cref="Find"/> expects, computed character by character: start with 0.</summary>
    public static uint Hash(uint hash, char c) => (hash * 31) + c;

    public static uint Hash(ReadOnlySpan<char> text)
    {
        uint hash = 0;
        foreach (var c in text)
        {
            hash = Hash(hash, c);
        }

        return hash;
    }

    public string Find(ReadOnlySpan<char> text, uint hash, out T word)
    {
        var bucket = Mix(hash) & (uint)(_buckets.Length - 1);
        for (var i = _buckets[bucket]; i != 0; i = _entries[i - 1].Next)
        {
            ref readonly var entry = ref _entries[i - 1];
            if (entry.Hash == hash && text.SequenceEqual(entry.Name))
            {
                word = entry.Word;
                return entry.Name;
            }
        }

        if (_count == _entries.Length)
        {
            Grow();
            bucket = Mix(hash) & (uint)(_buckets.Length - 1);
        }

        word = Words.Classify(text, out var known);
        var name = known ?? text.ToString();
        _entries[_count++] = new Entry(name, hash, word, _buckets[bucket]);
        _buckets[bucket] = _count;
        return name;
    }

    private static uint Mix(uint hash) => (hash * 0x9E3779B1) >> 7;

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_buckets.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            var bucket = Mix(_entries[i].Hash) & (uint)(_buckets.Length - 1);
            _entries[i] = _entries[i] with { Next = _buckets[bucket] };
            _buckets[bucket] = i + 1;
        }
    }

    private readonly record struct Entry(string Name, uint Hash, T Word, int Next);
}
