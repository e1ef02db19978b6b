namespace WebhookBridge.Testing;

/// <summary>How much a scaling test does: the variable <c>WEBHOOKBRIDGE_TEST_PACE</c>.</summary>
public static class TestPace
{
    /// <summary><c>quick</c>, <c>normal</c> (when the variable is absent) or <c>long</c>.</summary>
    public static string Name { get; } = Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_PACE") is "quick" or "long"
        ? Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_PACE")!
        : "normal";

    /// <summary>The figure for today's pace.</summary>
    public static int Pick(int quick, int normal, int full) => Name switch { "quick" => quick, "long" => full, _ => normal };

    /// <summary>A seed for a property test: <c>WEBHOOKBRIDGE_TEST_SEED</c> when set, else a new one. Print it.</summary>
    public static int Seed() => int.TryParse(Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_SEED"), out int seed)
        ? seed
        : System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
}
