using System.Collections.Concurrent;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Connectors;

/// <summary>What sessions keep over restarts, by destination and name: access tokens and the like. Whoever provides it keeps it encrypted.</summary>
/// <param name="Recall">Null when nothing is kept.</param>
/// <param name="Remember">Committed when the task ends.</param>
public sealed record ConnectorMemory(Func<string, string, ValueTask<string?>> Recall, Func<string, string, string, ValueTask> Remember)
{
    /// <summary>Most characters of one value.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Kept as long as the process lives.</summary>
    public static ConnectorMemory OfThisProcess()
    {
        ConcurrentDictionary<(string, string), string> kept = new();
        return new(
            (destination, name) => new(kept.GetValueOrDefault((destination, name))),
            (destination, name, value) =>
            {
                kept[(destination, name)] = value;
                return ValueTask.CompletedTask;
            });
    }
}

/// <summary>Credentials that a person has to renew.</summary>
/// <param name="What">What ends.</param>
/// <param name="End">When.</param>
public sealed record CredentialsEnd(LocalText What, DateTimeOffset End);
