using Microsoft.AspNetCore.Http;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>Who looks at this page, and how they like it: set by the gate before anything else runs.</summary>
internal sealed record Visitor
{
    private static readonly object Key = new();

    /// <summary>Null before sign-in.</summary>
    public string? Email { get; init; }

    public Role Role { get; init; }

    public required Texts Texts { get; init; }

    /// <summary><c>light</c>, <c>dark</c> or <c>auto</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The bytes that antiforgery tokens are derived from: the session, or a cookie of its own before sign-in.</summary>
    public required byte[] Seed { get; init; }

    /// <summary>SHA-256 of the session's token, as stored; null before sign-in.</summary>
    public byte[]? SessionKey { get; init; }

    public bool May(Role role) => Email is not null && Role >= role;

    public static Visitor Of(HttpContext context) => (Visitor)context.Items[Key]!;

    public static Visitor? Find(HttpContext context) => context.Items[Key] as Visitor;

    public void Enter(HttpContext context) => context.Items[Key] = this;
}
