using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>The groups of the normal form with all their members null (contract section 2): what a view shows for a group that an event has not got, so that <c>refund.id</c> is null and not an error.</summary>
public static class NormalFormDefaults
{
    private static readonly FrozenDictionary<string, JsonElement> Empty = NormalShape.Groups.ToFrozenDictionary(g => g.Name, Build, StringComparer.Ordinal);

    /// <summary>By group name: <c>payment, refund, dispute, payout, customer, order, subscription, cart</c>.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Groups => Empty;

    /// <summary>Members of each group in the order of the documentation. Names with a dot are members of an inner object.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Members { get; } =
        NormalShape.Groups.ToFrozenDictionary(g => g.Name, g => (IReadOnlyList<string>)[.. g.Members.Select(m => m.Name)], StringComparer.Ordinal);

    /// <summary>The empty form of a group; false when there is no such group.</summary>
    public static bool TryGet(string group, out JsonElement value) => Empty.TryGetValue(group, out value);

    private static JsonElement Build(NormalGroup group)
    {
        var json = new StringBuilder("{");
        foreach (NormalMember member in group.Members)
        {
            json.Append(Encoding.ASCII.GetString(member.Before)).Append("null").Append(Encoding.ASCII.GetString(member.After));
        }

        return JsonElement.Parse(json.Append('}').ToString());
    }
}
