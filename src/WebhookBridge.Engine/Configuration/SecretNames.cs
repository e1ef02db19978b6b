using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>What stands for a secret outside the gateway: a variable's name in exports, a shortened form in answers.</summary>
public sealed class SecretNames
{
    /// <summary>How a secret that is no address is shown.</summary>
    public const string Set = "set";

    /// <summary>What stands in an address for the part that is not shown.</summary>
    public const string Hidden = "/…";

    private readonly List<string> _variables = [];

    /// <summary>The variables to set before an export can be applied, in the order of the document.</summary>
    public IReadOnlyList<string> Variables => _variables;

    /// <summary>A reference such as <c>${YOCO_SECRET}</c>; every secret of an export gets a name of its own.</summary>
    public string Reference(SecretSlot place, SecretText secret)
    {
        string name = Upper(place.Item) + "_" + (place.Field is null ? "SECRET" : Upper(place.Field));
        if (char.IsAsciiDigit(name[0]))
        {
            name = "_" + name;
        }

        string free = name;
        for (int n = 2; _variables.Contains(free); n++)
        {
            free = $"{name}_{n}";
        }

        _variables.Add(free);
        return "${" + free + "}";
    }

    /// <summary>A URL as scheme, host and last four characters; anything else as <c>set</c> (contract section 3).</summary>
    public static string Shown(SecretSlot place, SecretText secret)
    {
        string text = secret.Reveal();
        return place.Field is not null && Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 && text.Contains("://", StringComparison.Ordinal)
            ? $"{uri.Scheme}://{uri.Authority}{Hidden}{(text.Length >= 24 ? text[^4..] : "")}"
            : Set;
    }

    private static string Upper(string name) => string.Concat(name.Select((c, i) =>
        c is '-' or '.' ? "_" : char.IsUpper(c) && i > 0 && char.IsLower(name[i - 1]) ? "_" + c : char.ToUpperInvariant(c).ToString()));
}
