using System.Text.RegularExpressions;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Server.Tests.CommandLine;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Documents;

[Collection(GatewayCollection.Name)]
public sealed partial class DocumentTests(GatewayFixture gateway)
{
    private static readonly string Root = RepositoryRoot.Path;

    [Fact]
    public void Problems_EveryCode_IsExplained()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "problems.md"));

        foreach (Problem problem in Problems.All)
        {
            text.ShouldContain($"| `{problem.Code}` | {problem.Status} |");
        }

        foreach (System.Reflection.FieldInfo code in typeof(RefusalCodes).GetFields())
        {
            text.ShouldContain($"| `{code.GetValue(null)}` |");
        }
    }

    [Fact]
    public void Alerts_Codes_AreThoseOfTheDocument()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "problems.md"));
        string section = text[text.IndexOf("## Alerts", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];

        AlertRow().Matches(section).Select(row => row.Groups["word"].Value).ShouldBe(AlertCodes.All, ignoreOrder: true);
    }

    [Fact]
    public void Problems_NoCode_IsInvented()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "problems.md"));
        string[] known = [.. Problems.All.Select(problem => problem.Code)];

        foreach (Match row in CodeRow().Matches(text))
        {
            known.ShouldContain(row.Groups["word"].Value);
        }
    }

    [Fact]
    public void Dockerfile_EveryPathAndCommand_Exists()
    {
        string file = File.ReadAllText(Path.Combine(Root, "Dockerfile"));

        foreach (Match project in ProjectPath().Matches(file))
        {
            File.Exists(Path.Combine(Root, project.Value)).ShouldBeTrue(project.Value);
        }

        ProjectPath().Count(file).ShouldBeGreaterThan(0);
        file.ShouldContain("FROM node:", Case.Sensitive);
        file.ShouldContain("USER 1654", Case.Sensitive);
        file.ShouldContain("VOLUME /data", Case.Sensitive);
        file.ShouldContain("HEALTHCHECK", Case.Sensitive);
        file.ShouldContain(typeof(Commands).Assembly.GetName().Name + ".dll", Case.Sensitive);
        foreach (string variable in (string[])["WEBHOOKBRIDGE_URLS", "WEBHOOKBRIDGE_DATA"])
        {
            file.ShouldContain(variable, Case.Sensitive);
        }
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("health")]
    public async Task Dockerfile_Commands_AreKnown(string command) =>
        (await CommandTests.RunAsync(command, "--help")).ExitCode.ShouldBe(0);

    [Fact]
    public void Api_EveryOperation_IsInTheDocument()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "api.md"));

        foreach (Operation operation in GatewayApi.Operations(gateway.Gateway))
        {
            text.ShouldContain($"`{operation.Method} {operation.Pattern}`");
        }
    }

    [Fact]
    public async Task CommandLine_EveryCommand_IsInTheDocument()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "command-line.md"));
        (int exit, string help, _) = await CommandTests.RunAsync("--help");

        exit.ShouldBe(0);
        foreach (Match command in HelpCommand().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]))
        {
            text.ShouldContain($"`{command.Groups["word"].Value}");
        }
    }

    [GeneratedRegex(@"^\| `(?<word>[a-z_]+)` \| \d{3} \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@"^- `(?<word>[a-z_]+)`:", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AlertRow();

    [GeneratedRegex(@"src/[\w./]+\.csproj", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ProjectPath();

    [GeneratedRegex(@"^  (?<word>[a-z]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex HelpCommand();
}
