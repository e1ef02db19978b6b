using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>A way to one value of an event, such as <c>payment.amount</c>, <c>event.items[0].sku</c> or <c>event["a b"].c</c>.</summary>
public sealed class FieldPath
{
    private readonly string _root;
    private readonly ImmutableArray<Step> _steps;

    private FieldPath(string text, string root, ImmutableArray<Step> steps)
    {
        Text = text;
        _root = root;
        _steps = steps;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Reads a path; on failure <paramref name="error"/> says what is wrong and how to mend it.</summary>
    public static bool TryParse(string text, out FieldPath? path, out string? error)
    {
        path = null;
        int at = 0;
        string? root = ReadName(text, ref at);
        if (root is null)
        {
            error = $"\"{text}\" is no field: write a name such as payment.amount or event.items[0].sku";
            return false;
        }

        if (!EventView.RootNames.Contains(root))
        {
            error = $"\"{text}\" begins with \"{root}\", which is none of {string.Join(", ", EventView.RootNames)}: what the sender sent is below event, as in event.{text}";
            return false;
        }

        var steps = ImmutableArray.CreateBuilder<Step>();
        while (at < text.Length)
        {
            Step? step = text[at] switch
            {
                '.' => ReadMember(text, ref at),
                '[' => ReadBracket(text, ref at),
                _ => null,
            };
            if (step is null)
            {
                error = $"\"{text}\" cannot be read from character {at + 1} on: write members as .name, [0] or [\"a name\"]";
                return false;
            }

            steps.Add(step.Value);
        }

        error = null;
        path = new FieldPath(text, root, steps.ToImmutable());
        return true;
    }

    /// <summary>The value, or false when any part of the way is missing or null.</summary>
    public bool TryFind(EventView view, out JsonElement value)
    {
        if (!view.TryGetRoot(_root, out value))
        {
            return false;
        }

        foreach (Step step in _steps)
        {
            if (step.Name is not null)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step.Name, out value))
                {
                    return false;
                }
            }
            else if (value.ValueKind != JsonValueKind.Array || step.Index >= value.GetArrayLength())
            {
                return false;
            }
            else
            {
                value = value[step.Index];
            }
        }

        return value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);
    }

    private static Step? ReadMember(string text, ref int at)
    {
        int start = at++;
        string? name = ReadName(text, ref at);
        if (name is null)
        {
            at = start;
            return null;
        }

        return new Step(Encoding.UTF8.GetBytes(name), 0);
    }

    private static Step? ReadBracket(string text, ref int at)
    {
        int end = text.IndexOf(']', at);
        ReadOnlySpan<char> inner = end < 0 ? default : text.AsSpan(at + 1, end - at - 1);
        if (inner.Length >= 2 && inner[0] is '"' or '\'' && inner[^1] == inner[0])
        {
            at = end + 1;
            return new Step(Encoding.UTF8.GetBytes(inner[1..^1].ToString()), 0);
        }

        if (int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            at = end + 1;
            return new Step(null, index);
        }

        return null;
    }

    private static string? ReadName(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && text[at] is not ('.' or '[' or ']' or ' '))
        {
            at++;
        }

        return at == start ? null : text[start..at];
    }

    private readonly record struct Step(byte[]? Name, int Index);
}
