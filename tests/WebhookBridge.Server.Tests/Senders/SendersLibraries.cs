using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace WebhookBridge.Server.Tests.Senders;

/// <summary>The senders' own libraries in a Node process, installed from <c>npm/package-lock.json</c> into a cache folder outside the source tree, once per lock file.</summary>
public sealed class SendersLibraries : IDisposable
{
    private static readonly Lazy<string> InstalledFolder = new(Install);

    private readonly Process _node;

    public SendersLibraries()
    {
        ProcessStartInfo start = new("node")
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(OwnFolder, "senders.cjs"));
        _node = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
    }

    /// <summary>The folder that holds <c>node_modules</c>.</summary>
    public static string Folder => InstalledFolder.Value;

    private static string OwnFolder => Path.Combine(AppContext.BaseDirectory, "npm");

    /// <summary>The headers that the library puts beside this body.</summary>
    public async Task<IReadOnlyList<(string Name, string Value)>> SignAsync(string library, string secret, string body, string id, DateTimeOffset at)
    {
        JsonElement answer = await AskAsync(new { library, @do = "sign", secret, body, id, seconds = at.ToUnixTimeSeconds() });
        return [.. answer.GetProperty("headers").EnumerateObject().Select(header => (header.Name, header.Value.GetString()!))];
    }

    /// <summary>Whether the library takes the request as genuine.</summary>
    public async Task<bool> VerifyAsync(string library, string secret, string body, IReadOnlyDictionary<string, string> headers) =>
        (await AskAsync(new { library, @do = "verify", secret, body, headers })).GetProperty("genuine").GetBoolean();

    public void Dispose()
    {
        _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
    }

    private async Task<JsonElement> AskAsync(object question)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question));
        await _node.StandardInput.FlushAsync();
        string line = await _node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("node ended");
        JsonElement answer = JsonElement.Parse(line);
        return answer.TryGetProperty("error", out JsonElement error) ? throw new InvalidOperationException(error.GetString()) : answer;
    }

    private static string Install()
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(OwnFolder, "package-lock.json"))))[..16];
        string root = Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "webhookbridge-tests");
        string folder = Path.Combine(root, "senders-npm-" + key);
        string done = Path.Combine(folder, "installed");
        if (File.Exists(done))
        {
            return folder;
        }

        Directory.CreateDirectory(folder);
        foreach (string name in (string[])["package.json", "package-lock.json", ".npmrc"])
        {
            File.Copy(Path.Combine(OwnFolder, name), Path.Combine(folder, name), overwrite: true);
        }

        ProcessStartInfo start = new("npm") { WorkingDirectory = folder };
        foreach (string argument in (string[])["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            start.ArgumentList.Add(argument);
        }

        using Process npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start");
        npm.WaitForExit();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException("npm ci failed: the senders' own libraries need npm and its registry once.");
        }

        File.WriteAllText(done, "");
        return folder;
    }
}
