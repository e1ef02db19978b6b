using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Http;

/// <summary>What sets one automation platform apart from any other address, as data: adding a platform is adding one of these.</summary>
internal sealed record HookPreset
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required LocalText Summary { get; init; }

    /// <summary>Where to find the address.</summary>
    public required LocalText AddressHelp { get; init; }

    /// <summary>What an address of the platform looks like: the whole of it.</summary>
    public required string AddressPattern { get; init; }

    /// <summary>What to do when it looks otherwise.</summary>
    public required LocalText AddressProblem { get; init; }

    /// <summary>Addresses that fit the pattern and are wrong all the same, such as those for trying out, each with what to do.</summary>
    public IReadOnlyList<(string Contains, LocalText Problem)> WrongAddresses { get; init; } = [];

    public required Pacing Pacing { get; init; }

    /// <summary>The most that the platform takes in one message.</summary>
    public int MaxBytes { get; init; } = int.MaxValue;

    /// <summary>The header in which the platform wants a key, if one has been set there; null = it has no such thing.</summary>
    public string? KeyHeader { get; init; }

    /// <summary>What stands before the key in its header.</summary>
    public string KeyScheme { get; init; } = "";

    /// <summary>What its answers mean beyond their status.</summary>
    public IReadOnlyList<AnswerRule> Answers { get; init; } = [];

    /// <summary>Shown with a delivery that was taken, where that does not mean what one would think; null = nothing.</summary>
    public string? Taken { get; init; }

    /// <summary>What "check connection" says once the host has been reached.</summary>
    public required LocalText Reached { get; init; }

    /// <summary>Sends as CloudEvents 1.0.</summary>
    public bool CloudEvents { get; init; }
}
