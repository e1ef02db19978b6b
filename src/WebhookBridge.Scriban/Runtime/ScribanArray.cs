using System.Text.Json;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>A list with optional attached properties (language reference 6.1); one from JSON is read when first touched.</summary>
internal sealed class ScribanArray : HeapValue
{
    private Value[] _items;
    private int _count;
    private JsonElement _json;
    private bool _lazy;

    public ScribanArray(int capacity = 0)
        : base(ValueKind.Array) => _items = capacity == 0 ? [] : new Value[capacity];

    public ScribanArray(ReadOnlySpan<Value> items)
        : base(ValueKind.Array)
    {
        _items = items.ToArray();
        _count = items.Length;
    }

    public ScribanArray(JsonElement json)
        : base(ValueKind.Array)
    {
        _items = [];
        _json = json;
        _lazy = true;
    }

    public int Count => _lazy ? _json.GetArrayLength() : _count;

    /// <summary>Named arguments of <c>$</c> and properties that a template attached.</summary>
    public ScribanObject? Properties { get; set; }

    public ReadOnlySpan<Value> Items
    {
        get
        {
            Load();
            return _items.AsSpan(0, _count);
        }
    }

    public Value this[int index] => Items[index];

    public bool TryGetPristineJson(out JsonElement json)
    {
        json = _json;
        return _lazy && Properties is null;
    }

    public void Add(Value value)
    {
        Load();
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(4, _count * 2));
        }

        _items[_count++] = value;
    }

    public void AddRange(ReadOnlySpan<Value> values)
    {
        Load();
        if (_count + values.Length > _items.Length)
        {
            Array.Resize(ref _items, Math.Max(_count + values.Length, _count * 2));
        }

        values.CopyTo(_items.AsSpan(_count));
        _count += values.Length;
    }

    /// <summary>Sets an item, filling the gap with null when the index lies beyond the end.</summary>
    public void Set(int index, Value value)
    {
        Load();
        while (_count <= index)
        {
            Add(Value.Null);
        }

        _items[index] = value;
    }

    private void Load()
    {
        if (!_lazy)
        {
            return;
        }

        _lazy = false;
        _items = new Value[_json.GetArrayLength()];
        foreach (JsonElement element in _json.EnumerateArray())
        {
            _items[_count++] = JsonValues.FromElement(element);
        }
    }
}
