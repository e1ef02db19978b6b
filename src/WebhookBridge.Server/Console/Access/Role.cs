namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>What a person may do, each including the one before. The table is docs/roles.md; a test compares.</summary>
internal enum Role
{
    /// <summary>Sees everything but personal data.</summary>
    Viewer,

    /// <summary>Also sets up and mends: sources, routes, destinations, templates, replay, hold; sees personal data.</summary>
    Operator,

    /// <summary>Also people, keys and settings of the gateway.</summary>
    Administrator,
}

/// <summary>The role a page (GET) needs, and its handlers that change something where they need more. Pages without it are open to everyone signed in.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class NeedsAttribute(Role role) : Attribute
{
    public Role Role { get; } = role;
}

/// <summary>Names of the roles as they are stored and written.</summary>
internal static class Roles
{
    public static string Name(this Role role) => role switch
    {
        Role.Administrator => "administrator",
        Role.Operator => "operator",
        _ => "viewer",
    };

    /// <summary>Unknown names are the least of the roles.</summary>
    public static Role Parse(string name) => name switch
    {
        "administrator" => Role.Administrator,
        "operator" => Role.Operator,
        _ => Role.Viewer,
    };
}
