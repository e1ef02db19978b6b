using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>What the pump is given besides its parts.</summary>
public sealed record PumpOptions
{
    /// <summary>Attempts under way at the same time in all lanes. Default 256.</summary>
    public int MaxWorkers { get; init; } = 256;

    /// <summary>Bytes of events in memory in all lanes. Default 48 MiB.</summary>
    public long MaxBytes { get; init; } = 48L * 1024 * 1024;

    /// <summary>Judges a held delivery again: its checkout id has become known, or its time is up.</summary>
    public Func<LeasedDelivery, HeldJudgement> JudgeHeld { get; init; } = static _ => HeldJudgement.Send.Instance;

    /// <summary>Holds that were in force when the process ended, by destination.</summary>
    public IReadOnlyDictionary<string, DestinationHold> InitialHolds { get; init; } = new Dictionary<string, DestinationHold>();

    /// <summary>Keeps a hold (null = it ended), so that it is in force after a restart.</summary>
    public Func<string, DestinationHold?, ValueTask> HoldChanged { get; init; } = static (_, _) => ValueTask.CompletedTask;

    /// <summary>Told of every stored completion, on a worker's thread: for live views and for hooks that end with a 410. Must not throw or wait.</summary>
    public Action<LeasedDelivery, DeliveryCompletion>? Completed { get; init; }
}

/// <summary>What is to become of a held delivery.</summary>
public abstract record HeldJudgement
{
    private HeldJudgement()
    {
    }

    /// <summary>It goes on its way.</summary>
    public sealed record Send : HeldJudgement
    {
        public static readonly Send Instance = new();
    }

    /// <summary>It is not for this route after all.</summary>
    public sealed record Skip(string Reason) : HeldJudgement;

    /// <summary>It waits on; null = until a person acts.</summary>
    public sealed record Wait(DateTimeOffset? Until, string? Reason) : HeldJudgement;
}
