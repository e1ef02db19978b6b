namespace WebhookBridge.Testing;

/// <summary>Finds the checkout, and the folder of shared facts beside it, from where the tests run.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>WebhookBridge.sln</c>.</summary>
    public static string Path { get; } = Find();

    /// <summary>The folder <c>shared</c> beside the checkout; null when it is absent. A test that needs it says so in its output and passes.</summary>
    public static string? SharedFolder { get; } = FindShared();

    /// <summary>A file or folder of the checkout.</summary>
    public static string Of(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A file or folder below <c>shared</c>; null when it (or the folder) is absent.</summary>
    public static string? Shared(params string[] parts)
    {
        if (SharedFolder is null)
        {
            return null;
        }

        string path = System.IO.Path.Combine([SharedFolder, .. parts]);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "WebhookBridge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds WebhookBridge.sln.");
    }

    private static string? FindShared()
    {
        // Beside the checkout, or beside the folder that holds several checkouts.
        for (DirectoryInfo? folder = new DirectoryInfo(Path).Parent; folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(System.IO.Path.Combine(candidate, "facts")))
            {
                return candidate;
            }
        }

        return null;
    }
}
