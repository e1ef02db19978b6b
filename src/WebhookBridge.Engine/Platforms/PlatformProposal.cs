namespace WebhookBridge.Engine.Platforms;

/// <summary>A description of a sender, made from one request of it.</summary>
/// <param name="Json">A <c>platform.json</c> that can be read.</param>
/// <param name="Findings">What it says and why, and what it leaves open.</param>
public sealed record PlatformProposal(byte[] Json, IReadOnlyList<ProposalFinding> Findings);

/// <summary>One part of a proposal.</summary>
/// <param name="About"><c>scheme, id, type, time, mode</c> or a member of the normal form.</param>
/// <param name="Where">The place in the request; null where nothing was found.</param>
/// <param name="Proven">True when it was tried and held; false for a guess by the name or shape.</param>
public sealed record ProposalFinding(string About, string? Where, bool Proven, string Text);
