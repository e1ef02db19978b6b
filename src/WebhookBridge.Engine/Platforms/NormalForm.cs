using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>What a member of the normal form holds.</summary>
internal enum MemberKind
{
    Text,

    /// <summary>An ISO time.</summary>
    Time,

    /// <summary>Exact decimal in major units, written as a number.</summary>
    Amount,

    /// <summary>Integer in minor units.</summary>
    AmountMinor,

    /// <summary>A list as the sender wrote it.</summary>
    Items,
}

/// <summary>A member and the literal JSON in front of its value.</summary>
internal sealed record NormalMember(string Name, MemberKind Kind, byte[] Before, byte[] After);

/// <summary>A group such as <c>payment</c> with its members in the order of the contract (section 2).</summary>
internal sealed record NormalGroup(string Name, byte[] Open, IReadOnlyList<NormalMember> Members);

/// <summary>The shape of the normal form. One table: the writer, the defaults and the checks of descriptions follow it.</summary>
internal static class NormalShape
{
    public static readonly IReadOnlyList<NormalGroup> Groups =
    [
        Group("payment", "id status amount# amount_minor% currency method failure_code failure_message checkout_id order_id expires_at@ created_at@ description pix.copy_paste pix.end_to_end_id pix.txid boleto.line"),
        Group("refund", "id payment_id amount# amount_minor% currency status reason"),
        Group("dispute", "id payment_id amount# amount_minor% currency status reason due_at@"),
        Group("payout", "id amount# amount_minor% currency status"),
        Group("customer", "id name first_name email phone document locale"),
        Group("order", "id items*"),
        Group("subscription", "id plan status previous_plan"),
        Group("cart", "id url items*"),
    ];

    private static readonly FrozenSet<string> Names = Groups.SelectMany(g => g.Members.Select(m => $"{g.Name}.{m.Name}")).ToFrozenSet(StringComparer.Ordinal);

    public static bool IsMember(string name) => Names.Contains(name);

    private static NormalGroup Group(string name, string members)
    {
        var list = new List<NormalMember>();
        string[] words = members.Split(' ');
        string? nest = null;
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            MemberKind kind = word[^1] switch { '#' => MemberKind.Amount, '%' => MemberKind.AmountMinor, '@' => MemberKind.Time, '*' => MemberKind.Items, _ => MemberKind.Text };
            string member = word.TrimEnd('#', '%', '@', '*');
            int dot = member.IndexOf('.', StringComparison.Ordinal);
            string? outer = dot < 0 ? null : member[..dot];
            string inner = member[(dot + 1)..];
            string? next = i + 1 < words.Length && words[i + 1].IndexOf('.', StringComparison.Ordinal) is > 0 and int d ? words[i + 1][..d] : null;
            string before = (i > 0 ? "," : string.Empty) + (outer is not null && outer != nest ? $"\"{outer}\":{{" : string.Empty) + $"\"{inner}\":";
            string after = outer is not null && outer != next ? "}" : string.Empty;
            nest = outer;
            list.Add(new NormalMember(member, kind, Encoding.ASCII.GetBytes(before), Encoding.ASCII.GetBytes(after)));
        }

        return new NormalGroup(name, Encoding.ASCII.GetBytes($"\"{name}\":{{"), list);
    }
}
