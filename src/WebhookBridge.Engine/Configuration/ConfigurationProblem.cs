namespace WebhookBridge.Engine.Configuration;

/// <summary>One thing that is wrong with a configuration, and what to do about it.</summary>
/// <param name="Path">JSON path of the place, such as <c>$.routes[0].when.kinds[1]</c>.</param>
/// <param name="Message">One sentence; never holds a secret.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record ConfigurationProblem(string Path, string Message, string Fix)
{
    public override string ToString() => $"{Path}: {Message} {Fix}";
}
