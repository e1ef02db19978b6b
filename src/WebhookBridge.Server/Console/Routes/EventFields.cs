using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>A field that events really have, with an example and the values that were seen.</summary>
internal sealed record EventField(string Path, string Example, IReadOnlyList<string> Values, int Count);

/// <summary>Looks through events for the fields and values that a person may choose from.</summary>
internal sealed class EventFields
{
    private const int MaxDepth = 6;
    private const int MaxFields = 400;
    private const int MaxValues = 12;
    private const int MaxLength = 60;

    private readonly Dictionary<string, (string Example, List<string> Values, int Count)> _fields = new(StringComparer.Ordinal);

    /// <summary>The fields in the order of the documentation: first our names, then what the sender sent.</summary>
    public IReadOnlyList<EventField> All => [.. _fields.OrderBy(static f => f.Key.StartsWith("event", StringComparison.Ordinal)).ThenBy(static f => RootOrder(f.Key)).Select(static f => new EventField(f.Key, f.Value.Example, f.Value.Values, f.Value.Count))];

    public void Look(GatewayEvent of)
    {
        using EventView view = EventView.Open(of);
        foreach ((string name, JsonElement value) in view.Roots())
        {
            Look(name, value, 0);
        }
    }

    private void Look(string path, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when depth < MaxDepth:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    Look(Member(path, member.Name), member.Value, depth + 1);
                }

                break;
            case JsonValueKind.Array when depth < MaxDepth && value.GetArrayLength() > 0:
                Look(path + "[0]", value[0], depth + 1);
                break;
            case JsonValueKind.String:
                Note(path, value.GetString()!, value.GetString()!);
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                Note(path, value.GetRawText(), value.GetRawText());
                break;
        }
    }

    private void Note(string path, string example, string value)
    {
        if (_fields.TryGetValue(path, out (string Example, List<string> Values, int Count) known))
        {
            if (known.Values.Count < MaxValues && value.Length is > 0 and <= MaxLength && !known.Values.Contains(value))
            {
                known.Values.Add(value);
            }

            _fields[path] = known with { Count = known.Count + 1 };
        }
        else if (_fields.Count < MaxFields)
        {
            _fields[path] = (example.Length > MaxLength ? example[..MaxLength] + "…" : example, value.Length is > 0 and <= MaxLength ? [value] : [], 1);
        }
    }

    private static string Member(string path, string name) => name.Length > 0 && name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '-' or '$') ? $"{path}.{name}" : $"{path}[\"{name}\"]";

    /// <summary>Where a field stands in the order of the documentation.</summary>
    public static int RootOrder(string path) => RootIndex(path.Split('.', '[')[0]);

    private static int RootIndex(string root) => root switch { "payment" => 0, "customer" => 1, "order" => 2, "refund" => 3, "dispute" => 4, "subscription" => 5, "cart" => 6, "payout" => 7, "meta" => 8, _ => 9 };
}
