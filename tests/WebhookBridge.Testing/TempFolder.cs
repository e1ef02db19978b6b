namespace WebhookBridge.Testing;

/// <summary>A folder of its own for one test, removed at its end.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder() => Path = Directory.CreateTempSubdirectory("webhookbridge-test-").FullName;

    public string Path { get; }

    /// <summary>A path below the folder; nothing is made.</summary>
    public string Of(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A file that is still open on another thread must not fail the test that has passed.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
