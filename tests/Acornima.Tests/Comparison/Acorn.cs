using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Acornima.Tests.Comparison;

/// <summary>What the reference parser says of one file.</summary>
/// <param name="Kind"><c>script</c>, <c>module</c> or <c>error</c>.</param>
/// <param name="Detail">What the mode asks for.</param>
public sealed record AcornAnswer(string Kind, string Detail);

/// <summary>
/// The reference parser acorn in a Node process, and the packages that the comparison reads. They are installed from
/// <c>npm/package-lock.json</c> into a cache folder outside the source tree, once per lock file.
/// </summary>
public sealed class Acorn : IDisposable
{
    private static readonly Lazy<string> s_folder = new(Install);

    private readonly Process _node;

    public Acorn()
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(OwnFolder, "estree.cjs"));
        _node = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
    }

    /// <summary>The folder that holds <c>node_modules</c>.</summary>
    public static string Folder => s_folder.Value;

    private static string OwnFolder => Path.Combine(AppContext.BaseDirectory, "npm");

    /// <summary>Asks for many files at once; the answers come in the same order.</summary>
    public IEnumerable<AcornAnswer> Ask(string mode, IReadOnlyList<string> paths)
    {
        var writing = Task.Run(async () =>
        {
            foreach (var path in paths)
            {
                await _node.StandardInput.WriteLineAsync($"{mode}\t{path}");
            }

            await _node.StandardInput.FlushAsync();
        });
        foreach (var path in paths)
        {
            var line = _node.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"node ended at {path}");
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            yield return new AcornAnswer(line[..tab], line[(tab + 1)..]);
        }

        writing.GetAwaiter().GetResult();
    }

    /// <summary>The canonical text of one file.</summary>
    public string Text(string path)
        => JsonSerializer.Deserialize<string>(Ask("text", [path]).Single().Detail)!;

    public void Dispose()
    {
        _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
    }

    private static string Install()
    {
        var lockFile = Path.Combine(OwnFolder, "package-lock.json");
        var key = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(lockFile)))[..16];
        var root = Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "webhookbridge-tests");
        var folder = Path.Combine(root, "acornima-npm-" + key);
        var done = Path.Combine(folder, "installed");
        if (File.Exists(done))
        {
            return folder;
        }

        Directory.CreateDirectory(folder);
        foreach (var name in (string[])["package.json", "package-lock.json", ".npmrc"])
        {
            File.Copy(Path.Combine(OwnFolder, name), Path.Combine(folder, name), overwrite: true);
        }

        var start = new ProcessStartInfo("npm") { WorkingDirectory = folder };
        foreach (var argument in (string[])["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            start.ArgumentList.Add(argument);
        }

        using var npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start");
        npm.WaitForExit();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException("npm ci failed: the comparison with acorn needs npm and its registry once");
        }

        File.WriteAllText(done, "");
        return folder;
    }
}
