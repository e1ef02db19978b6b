using System.Text.Json;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>
/// An object of the language. One that stands for a JSON object reads its members from there until it is changed
/// or walked through, and remembers the objects and arrays it handed out, so that two reads give the same object.
/// </summary>
internal class ScribanObject : HeapValue
{
    private OrderedDictionary<string, Value>? _members;
    private Dictionary<string, Value>? _handedOut;
    private HashSet<string>? _readOnly;
    private JsonElement _json;
    private bool _lazy;

    public ScribanObject()
        : base(ValueKind.Object)
    {
    }

    public ScribanObject(JsonElement json)
        : base(ValueKind.Object)
    {
        _json = json;
        _lazy = true;
    }

    public virtual int Count => Members().Count;

    /// <summary>Members held here; those still in JSON do not count.</summary>
    public int OwnCount => _members?.Count ?? 0;

    public IEnumerable<KeyValuePair<string, Value>> Entries => Members();

    public IReadOnlyCollection<string> Keys => Members().Keys;

    /// <summary>The JSON this object still stands for, unchanged and with nothing handed out.</summary>
    public bool TryGetPristineJson(out JsonElement json)
    {
        json = _json;
        return _lazy && _handedOut is null;
    }

    /// <summary>A member as JSON when it is still only there; the fast path of reading and printing.</summary>
    public virtual bool TryGetJson(string name, ReadOnlySpan<byte> utf8, out JsonElement json)
    {
        json = default;
        return _lazy && (_handedOut is null || !_handedOut.ContainsKey(name)) && _json.TryGetProperty(utf8, out json);
    }

    public virtual bool TryGet(string name, out Value value)
    {
        if (!_lazy)
        {
            value = default;
            return _members is not null && _members.TryGetValue(name, out value);
        }

        if (_handedOut is not null && _handedOut.TryGetValue(name, out value))
        {
            return true;
        }

        if (!_json.TryGetProperty(name, out JsonElement json))
        {
            value = default;
            return false;
        }

        value = JsonValues.FromElement(json);
        if (JsonValues.IsKept(json, value))
        {
            (_handedOut ??= new Dictionary<string, Value>(StringComparer.Ordinal))[name] = value;
        }

        return true;
    }

    public bool IsReadOnly(string name) => _readOnly is not null && _readOnly.Contains(name);

    public void MakeReadOnly(string name) => (_readOnly ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);

    /// <summary>Sets a member; the caller has looked at <see cref="IsReadOnly"/> and charged the budget.</summary>
    public virtual void Set(string name, Value value) => Members()[name] = value;

    protected virtual OrderedDictionary<string, Value> Members()
    {
        _members ??= new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        if (_lazy)
        {
            _lazy = false;
            foreach (JsonProperty property in _json.EnumerateObject())
            {
                // Of equal names the last one counts, at the place of the first.
                string name = property.Name;
                _members[name] = _handedOut is not null && _handedOut.TryGetValue(name, out Value known)
                    ? known
                    : JsonValues.FromElement(property.Value);
            }

            _handedOut = null;
        }

        return _members;
    }
}

/// <summary>The object that the template's own variables live in; what the host gave is found behind them.</summary>
internal sealed class RootObject(TemplateRoot[] roots) : ScribanObject
{
    private bool _imported;
    private bool _touched;

    public override bool TryGetJson(string name, ReadOnlySpan<byte> utf8, out JsonElement json)
    {
        json = default;
        return !_imported && (!_touched || !base.TryGet(name, out _)) && FindRoot(name, utf8, out json);
    }

    public override bool TryGet(string name, out Value value)
    {
        if (_touched && base.TryGet(name, out value))
        {
            return true;
        }

        if (_imported || !FindRoot(name, default, out JsonElement json))
        {
            value = default;
            return false;
        }

        value = JsonValues.FromElement(json);
        if (JsonValues.IsKept(json, value))
        {
            _touched = true;
            base.Members()[name] = value;
        }

        return true;
    }

    /// <summary>Sets a variable without reading in what the host gave.</summary>
    public override void Set(string name, Value value)
    {
        _touched = true;
        base.Members()[name] = value;
    }

    public IEnumerable<string> KnownNames()
    {
        foreach (TemplateRoot root in roots)
        {
            if (root.Name is not null)
            {
                yield return root.Name;
            }
            else if (root.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in root.Value.EnumerateObject())
                {
                    yield return property.Name;
                }
            }
        }

        foreach (string name in base.Members().Keys)
        {
            yield return name;
        }
    }

    protected override OrderedDictionary<string, Value> Members()
    {
        OrderedDictionary<string, Value> own = base.Members();
        if (_imported)
        {
            return own;
        }

        _imported = true;
        _touched = true;
        foreach (TemplateRoot root in roots)
        {
            if (root.Name is not null)
            {
                own.TryAdd(root.Name, JsonValues.FromElement(root.Value));
            }
            else if (root.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in root.Value.EnumerateObject())
                {
                    own.TryAdd(property.Name, JsonValues.FromElement(root.Value.GetProperty(property.Name)));
                }
            }
        }

        return own;
    }

    private bool FindRoot(string name, ReadOnlySpan<byte> utf8, out JsonElement json)
    {
        foreach (ref readonly TemplateRoot root in roots.AsSpan())
        {
            if (root.Name is not null)
            {
                if (string.Equals(root.Name, name, StringComparison.Ordinal))
                {
                    json = root.Value;
                    return true;
                }
            }
            else if (root.Value.ValueKind == JsonValueKind.Object
                && (utf8.IsEmpty ? root.Value.TryGetProperty(name, out json) : root.Value.TryGetProperty(utf8, out json)))
            {
                return true;
            }
        }

        json = default;
        return false;
    }
}
