using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Email;

/// <summary>npm's <c>smtp-server</c> in a Node process. The packages come from <c>npm/package-lock.json</c> into a cache folder outside the source tree, once per lock file.</summary>
internal sealed class NpmMailServer : IDisposable
{
    private static readonly Lazy<string> Folder = new(Install);

    private readonly TempFolder _files = new();
    private readonly Process _node;

    /// <param name="mode"><c>starttls</c> or <c>tls</c>.</param>
    public NpmMailServer(string mode)
    {
        File.WriteAllText(_files.Of("cert.pem"), SmtpStub.CertificatePem);
        File.WriteAllText(_files.Of("key.pem"), SmtpStub.KeyPem);
        ProcessStartInfo start = new("node") { WorkingDirectory = Folder.Value, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in (string[])[Path.Combine(OwnFolder, "smtp.cjs"), mode, _files.Of("cert.pem"), _files.Of("key.pem")])
        {
            start.ArgumentList.Add(argument);
        }

        _node = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        Port = Next().GetProperty("port").GetInt32();
    }

    public int Port { get; }

    private static string OwnFolder => Path.Combine(AppContext.BaseDirectory, "npm");

    /// <summary>The next message, as the other side read it.</summary>
    public JsonElement Next() => JsonElement.Parse(_node.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the mail server ended"));

    public void Dispose()
    {
        _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
        _files.Dispose();
    }

    private static string Install()
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(OwnFolder, "package-lock.json"))))[..16];
        string root = Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "webhookbridge-tests");
        string folder = Path.Combine(root, "connectors-npm-" + key);
        if (File.Exists(Path.Combine(folder, "installed")))
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
            throw new InvalidOperationException("npm ci failed: the tests of the e-mail connector need npm and its registry once");
        }

        File.WriteAllText(Path.Combine(folder, "installed"), "");
        return folder;
    }
}
