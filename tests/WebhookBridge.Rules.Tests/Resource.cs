namespace WebhookBridge.Rules.Tests;

/// <summary>The data files of this project.</summary>
internal static class Resource
{
    public static string[] Lines(string name)
    {
        using var reader = new StreamReader(typeof(Resource).Assembly.GetManifestResourceStream($"WebhookBridge.Rules.Tests.{name}")!);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
    }
}
