using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.Architecture.Tests;

/// <summary>What ships depends on packages under the licences that CONTRIBUTING.md names, and docs/licences.md lists each of them.</summary>
public sealed class LicenceTests
{
    // "blessing" is the SPDX name of SQLite's dedication to the public domain.
    private static readonly string[] Accepted = ["MIT", "MIT-0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "PostgreSQL", "blessing"];

    [Fact]
    public void ShippedPackages_InTheLockFiles_AreListedWithAnAcceptedLicence()
    {
        Dictionary<string, string> listed = Listed();
        foreach (string package in Shipped())
        {
            listed.ShouldContainKey(package, $"docs/licences.md does not list {package}");
            listed[package].Split(" OR ").ShouldContain(l => Accepted.Contains(l), $"{package} is under {listed[package]}");
        }
    }

    private static HashSet<string> Shipped()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        string root = RepositoryRoot.Path;
        foreach (string file in new[] { "src", "connectors" }.SelectMany(d => Directory.EnumerateFiles(Path.Combine(root, d), "packages.lock.json", SearchOption.AllDirectories)))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement target in json.RootElement.GetProperty("dependencies").EnumerateObject().Select(static p => p.Value))
            {
                foreach (JsonProperty package in target.EnumerateObject())
                {
                    if (package.Value.GetProperty("type").GetString() != "Project" && !IsAnalyser(package.Name))
                    {
                        names.Add(package.Name);
                    }
                }
            }
        }

        return names;
    }

    private static bool IsAnalyser(string package) => package is "Meziantou.Analyzer" or "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    /// <summary>Rows of the first table: package, licence.</summary>
    private static Dictionary<string, string> Listed() =>
        File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "licences.md"))
            .Where(static l => l.StartsWith("| ", StringComparison.Ordinal))
            .Select(static l => l.Split('|', StringSplitOptions.TrimEntries))
            .Where(static c => c.Length >= 4 && c[1] is not ("Package" or "---"))
            .GroupBy(static c => c[1], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => g.First()[2], StringComparer.OrdinalIgnoreCase);
}
