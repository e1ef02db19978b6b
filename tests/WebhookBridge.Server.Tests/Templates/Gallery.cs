using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;

namespace WebhookBridge.Server.Tests.Templates;

/// <summary>The gallery as it is embedded in the server, and what the engine makes of an entry and an event.</summary>
internal static class Gallery
{
    public static readonly DateTimeOffset ReceivedAt = new(2026, 11, 22, 10, 30, 16, TimeSpan.Zero);

    public static readonly PlatformCatalog Platforms = EmbeddedFiles.Platforms(null);

    public static readonly IReadOnlyDictionary<string, GalleryTemplate> All = EmbeddedFiles.Gallery(null, NullLogger.Instance);

    private static readonly RuleJudge Rules = new(threads: 1);

    public static TheoryData<string> Names => [.. All.Keys.Order(StringComparer.Ordinal)];

    public static GatewayEvent Sample(GalleryTemplate template) => LooseEvent.Read(Platforms.Get("generic")!, template.SampleEvent, ReceivedAt);

    public static EventView View(GatewayEvent of) => EventView.Open(of, "sample", "dlv_00000000000000000000000000");

    public static async Task<RuleVerdict> JudgeAsync(string rule, GatewayEvent of)
    {
        Rule compiled = Rule.Compile(rule).ShouldBeOfType<RuleCompilation.Ready>().Rule;
        using EventView view = View(of);
        RuleVerdict verdict = new RuleVerdict.TimedOut("");
        for (int tries = 0; verdict is RuleVerdict.TimedOut && tries < 10; tries++)
        {
            verdict = await Rules.JudgeAsync(compiled, view, RuleContext.Of(of, view.DeliveryId!, timeOuts: 3));
        }

        return verdict;
    }

    /// <summary>Body and fields as a route would send them.</summary>
    public static ReshapeResult Reshape(GalleryTemplate template, GatewayEvent of)
    {
        RouteDefinition route = template.FillIn(
            new() { Name = "sample", Sources = ["*"], Destination = "d", Template = template.Body is null ? null : new TemplateReference.Gallery(template.Name) }, template.Connectors[0]);
        List<ConfigurationProblem> problems = [];
        ActiveRoute? active = RouteCompiler.Compile(route, 1, new(static _ => null, static _ => null, static name => All[name].Template), "$", problems);
        problems.ShouldBeEmpty(template.Name);
        using EventView view = View(of);
        return active!.Shape.Reshape(view, timeouts: 3);
    }

    /// <summary>What <c>webhookbridge render</c> prints for the sample file.</summary>
    public static string RenderFile(GalleryTemplate template)
    {
        CompiledTemplate compiled = CompiledTemplate.Compile(template.Body!, CompiledTemplate.ModeOf(template.ContentType), include: null, strict: true, out IReadOnlyList<TemplateProblem> problems)!;
        problems.ShouldBeEmpty(template.Name);
        ArrayBufferWriter<byte> output = new();
        compiled.RenderMembers(System.Text.Json.JsonElement.Parse(template.SampleEvent), output, ReceivedAt).ShouldBeNull(template.Name);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
