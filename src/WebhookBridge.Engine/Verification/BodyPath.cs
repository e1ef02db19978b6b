using System.Text;
using System.Text.Json;

namespace WebhookBridge.Engine.Verification;

/// <summary>A place in a body: <c>data.object.id</c>, <c>charges[0].id</c>, <c>items[]</c> (each), <c>['odd.name'].x</c>. On a form the whole text is one field name.</summary>
internal sealed class BodyPath
{
    private readonly Segment[] _segments;
    private readonly byte[] _raw;

    private BodyPath(string text, Segment[] segments)
    {
        Text = text;
        _segments = segments;
        _raw = Encoding.UTF8.GetBytes(text);
        HasEach = Array.Exists(segments, s => s.IsEach);
    }

    public string Text { get; }

    /// <summary>True when the path stands for several values (<c>[]</c>).</summary>
    public bool HasEach { get; }

    public static bool TryParse(string text, out BodyPath path, out string problem)
    {
        var segments = new List<Segment>();
        path = null!;
        int i = 0;
        while (i < text.Length)
        {
            if (text[i] == '[')
            {
                int close = text.IndexOf(']', i);
                if (close < 0)
                {
                    problem = "a bracket is not closed";
                    return false;
                }

                string inner = text[(i + 1)..close];
                if (inner.Length == 0)
                {
                    segments.Add(Segment.Each);
                }
                else if (inner.Length >= 2 && inner[0] == '\'' && inner[^1] == '\'')
                {
                    segments.Add(new Segment(Encoding.UTF8.GetBytes(inner[1..^1]), -1));
                }
                else if (int.TryParse(inner, System.Globalization.NumberStyles.None, null, out int index))
                {
                    segments.Add(new Segment(null, index));
                }
                else
                {
                    problem = $"'[{inner}]' is neither an index, nor [] nor ['name']";
                    return false;
                }

                i = close + 1;
                if (i < text.Length && text[i] == '.')
                {
                    i++;
                }
            }
            else
            {
                int end = text.AsSpan(i).IndexOfAny('.', '[');
                end = end < 0 ? text.Length : i + end;
                if (end == i)
                {
                    problem = "a name is empty";
                    return false;
                }

                segments.Add(new Segment(Encoding.UTF8.GetBytes(text[i..end]), -1));
                i = end < text.Length && text[end] == '.' ? end + 1 : end;
            }
        }

        problem = string.Empty;
        path = new BodyPath(text, [.. segments]);
        return true;
    }

    /// <summary>The value there, the first one for a path with <c>[]</c>. JSON null counts as a value.</summary>
    public bool TryGet(JsonElement root, bool isForm, out JsonElement value)
    {
        value = root;
        if (isForm)
        {
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty(_raw, out value);
        }

        foreach (Segment segment in _segments)
        {
            if (!Step(segment, ref value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Calls for every value that the path stands for; false when the path breaks off anywhere or a list is empty.</summary>
    public bool ForEach(JsonElement root, Func<JsonElement, bool> visit) => ForEach(root, 0, visit);

    private bool ForEach(JsonElement at, int from, Func<JsonElement, bool> visit)
    {
        for (int i = from; i < _segments.Length; i++)
        {
            if (_segments[i].IsEach)
            {
                if (at.ValueKind != JsonValueKind.Array || at.GetArrayLength() == 0)
                {
                    return false;
                }

                foreach (JsonElement item in at.EnumerateArray())
                {
                    if (!ForEach(item, i + 1, visit))
                    {
                        return false;
                    }
                }

                return true;
            }

            if (!Step(_segments[i], ref at))
            {
                return false;
            }
        }

        return visit(at);
    }

    /// <summary>All values that the path stands for, in order; empty when there are none.</summary>
    public List<JsonElement> All(JsonElement root)
    {
        var found = new List<JsonElement>();
        Collect(root, 0, found);
        return found;
    }

    /// <summary>Whether the path leads to a list at all (an empty one too).</summary>
    public bool Exists(JsonElement root)
    {
        JsonElement at = root;
        foreach (Segment segment in _segments)
        {
            if (segment.IsEach)
            {
                return at.ValueKind == JsonValueKind.Array;
            }

            if (!Step(segment, ref at))
            {
                return false;
            }
        }

        return true;
    }

    private void Collect(JsonElement at, int from, List<JsonElement> found)
    {
        for (int i = from; i < _segments.Length; i++)
        {
            if (_segments[i].IsEach)
            {
                if (at.ValueKind == JsonValueKind.Array)
                {
                    foreach (JsonElement item in at.EnumerateArray())
                    {
                        Collect(item, i + 1, found);
                    }
                }

                return;
            }

            if (!Step(_segments[i], ref at))
            {
                return;
            }
        }

        found.Add(at);
    }

    private static bool Step(Segment segment, ref JsonElement at)
    {
        if (segment.Name is byte[] name)
        {
            return at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out at);
        }

        int index = segment.IsEach ? 0 : segment.Index;
        if (at.ValueKind != JsonValueKind.Array || index >= at.GetArrayLength())
        {
            return false;
        }

        at = at[index];
        return true;
    }

    private readonly record struct Segment(byte[]? Name, int Index)
    {
        public static readonly Segment Each = new(null, -2);

        public bool IsEach => Name is null && Index == -2;
    }
}
