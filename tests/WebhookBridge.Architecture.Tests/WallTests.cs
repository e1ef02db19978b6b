using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using WebhookBridge.Testing;

namespace WebhookBridge.Architecture.Tests;

/// <summary>The walls of docs/architecture.md, read from assembly metadata and source text.</summary>
public sealed partial class WallTests
{
    private static readonly string[] Framework = ["System.", "Microsoft.Win32.", "netstandard", "mscorlib"];

    [Theory]
    [InlineData("Acornima", "")]
    [InlineData("WebhookBridge.Scriban", "")]
    [InlineData("WebhookBridge.Abstractions", "")]
    [InlineData("WebhookBridge.Engine", "WebhookBridge.Abstractions, WebhookBridge.Scriban, Jint, Acornima, Microsoft.Extensions.Logging.Abstractions")]
    [InlineData("WebhookBridge.Connectors.Shared", "WebhookBridge.Abstractions, RestEase")]
    [InlineData("WebhookBridge.Connectors.Http", "WebhookBridge.Abstractions, WebhookBridge.Connectors.Shared")]
    [InlineData("WebhookBridge.Connectors.Crm", "WebhookBridge.Abstractions, WebhookBridge.Connectors.Shared, RestEase")]
    [InlineData("WebhookBridge.Connectors.Email", "WebhookBridge.Abstractions, WebhookBridge.Connectors.Shared, RestEase")]
    [InlineData("WebhookBridge.Connectors.Messaging", "WebhookBridge.Abstractions, WebhookBridge.Connectors.Shared, RestEase")]
    [InlineData("WebhookBridge.Connectors.Files", "WebhookBridge.Abstractions, WebhookBridge.Connectors.Shared, RestEase")]
    [InlineData("WebhookBridge.Connectors.RabbitMq", "WebhookBridge.Abstractions, WebhookBridge.Connectors.Shared, RabbitMQ.Client")]
    public void Assembly_References_StayBehindItsWall(string assembly, string allowed)
    {
        string[] own = allowed.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        ReferencesOf(assembly).Where(r => !Framework.Any(f => r.StartsWith(f, StringComparison.Ordinal) || r == f.TrimEnd('.')) && !own.Contains(r))
            .ShouldBeEmpty($"{assembly} may lean on the base class library and on: {allowed}");
    }

    [Fact]
    public void Storage_References_NeitherServerNorConnectors() =>
        ReferencesOf("WebhookBridge.Storage").Where(r => r.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || r == "webhookbridge" || r.Contains("Connectors", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void Abstractions_TheSdk_NeedsNothingButTheBaseClassLibrary() =>
        ReferencesOf("WebhookBridge.Abstractions").Where(static r => r.StartsWith("Microsoft.", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData("Jint", "src/WebhookBridge.Engine/Filtering/")]
    [InlineData("WebhookBridge.Scriban", "src/WebhookBridge.Engine/Reshaping/", "src/WebhookBridge.Scriban/")]
    [InlineData("RestEase", "connectors/", "src/WebhookBridge.Server/Registration/")]
    [InlineData("Microsoft.Data.Sqlite", "src/WebhookBridge.Storage/")]
    [InlineData("Microsoft.EntityFrameworkCore", "src/WebhookBridge.Storage/")]
    public void Library_InSource_IsNamedInItsRoomOnly(string library, params string[] rooms)
    {
        var named = new Regex($@"^\s*(global\s+)?using\s+(static\s+|\w+\s*=\s*)?(global::)?{Regex.Escape(library)}(\.|;)", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        SourceFiles().Where(f => !rooms.Any(r => f.Path.StartsWith(r, StringComparison.Ordinal)) && named.IsMatch(f.Text)).Select(static f => f.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Sql_InSource_StandsInStatementsAndSchemaOnly() =>
        SourceFiles()
            .Where(static f => !f.Path.EndsWith("Statements.cs", StringComparison.Ordinal) && SqlText().IsMatch(f.Text))
            .Select(static f => f.Path)
            .ShouldBeEmpty("SQL text belongs into a file named *Statements.cs or into Schema/");

    [Fact]
    public void Folders_OfTheProduct_BearNoEmptyNames()
    {
        string root = RepositoryRoot.Path;
        new[] { "src", "connectors" }.SelectMany(d => Directory.EnumerateDirectories(Path.Combine(root, d), "*", SearchOption.AllDirectories))
            .Where(static d => !d.Contains("/node_modules/", StringComparison.Ordinal))
            .Select(static d => Path.GetFileName(d))
            .Where(static d => d is "Services" or "Helpers" or "Managers" or "Utils" or "Common" or "Misc")
            .ShouldBeEmpty();
    }

    private static List<string> ReferencesOf(string assembly)
    {
        string path = Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    private static IEnumerable<(string Path, string Text)> SourceFiles()
    {
        string root = RepositoryRoot.Path;
        return new[] { "src", "connectors" }
            .SelectMany(d => Directory.EnumerateFiles(Path.Combine(root, d), "*.cs", SearchOption.AllDirectories))
            .Select(p => (Path: Path.GetRelativePath(root, p).Replace('\\', '/'), Full: p))
            .Where(static p => !p.Path.Contains("/obj/", StringComparison.Ordinal) && !p.Path.Contains("/bin/", StringComparison.Ordinal))
            .Select(static p => (p.Path, File.ReadAllText(p.Full)));
    }

    [GeneratedRegex(@"""[^""\n]*\b(INSERT\s+INTO|DELETE\s+FROM|SELECT\s+[\w*].*\sFROM|UPDATE\s+\w+\s+SET|CREATE\s+(TABLE|INDEX)|PRAGMA\s+\w+)\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex SqlText();
}
