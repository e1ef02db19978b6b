using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Templates;

/// <summary>Every entry of the gallery, by its own files. <c>WEBHOOKBRIDGE_WRITE_GOLDEN=1</c> writes what is expected anew, to be looked at before it is committed.</summary>
public sealed class GalleryTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Names => Gallery.Names;

    [Fact]
    public void Gallery_EveryFolder_IsEmbeddedAndReadable()
    {
        string[] folders = [.. Directory.EnumerateDirectories(RepositoryRoot.Of("templates")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
        folders.Length.ShouldBeGreaterThanOrEqualTo(20);
        Gallery.All.Keys.Order(StringComparer.Ordinal).ShouldBe(folders);
        Gallery.All.Values.ShouldAllBe(template => template.Title.En.Length > 5 && template.Title.PtBr.Length > 5 && template.Description.En.Length > 20 && template.Description.PtBr.Length > 20);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reshape_Sample_GivesTheExpectedBytes(string name)
    {
        GalleryTemplate template = Gallery.All[name];
        RenderedDelivery rendered = Gallery.Reshape(template, Gallery.Sample(template)).ShouldBeOfType<ReshapeResult.Ready>().Rendered;
        if (template.Body is not null)
        {
            string body = Encoding.UTF8.GetString(rendered.Body.Span);
            Expect(name, template.ContentType == "application/json" ? "expected.json" : "expected.txt", body);
            Gallery.RenderFile(template).ShouldBe(body, "the sample file, rendered by itself, gives the same");
        }

        if (rendered.Fields.Count > 0)
        {
            Expect(name, "expected-fields.json", JsonSerializer.Serialize(rendered.Fields, Indented) + "\n");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Judge_Sample_IsSent(string name) =>
        (await Gallery.JudgeAsync(Gallery.All[name].Rule, Gallery.Sample(Gallery.All[name]))).ShouldBeOfType<RuleVerdict.Send>();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Judge_SampleWithoutWhatItNeeds_IsSkippedWithAReason(string name)
    {
        GalleryTemplate template = Gallery.All[name];
        foreach (string need in template.Needs)
        {
            JsonObject sample = JsonNode.Parse(template.SampleEvent)!.AsObject();
            string[] steps = need.Split('.');
            JsonObject at = sample;
            foreach (string step in steps[..^1])
            {
                at = at[step]!.AsObject();
            }

            at[steps[^1]].ShouldNotBeNull($"the sample of {name} has {need}");
            at[steps[^1]] = null;
            GatewayEvent without = LooseEvent.Read(Gallery.Platforms.Get("generic")!, Encoding.UTF8.GetBytes(sample.ToJsonString()), Gallery.ReceivedAt);
            (await Gallery.JudgeAsync(template.Rule, without)).ShouldBeOfType<RuleVerdict.Skip>($"{name} without {need}").Reason.ShouldNotBeNullOrWhiteSpace();
        }
    }

    /// <summary>Each entry over the samples of every platform: where kind and rule let an event through, it can be reshaped.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reshape_SamplesOfEveryPlatform_NeverFails(string name)
    {
        GalleryTemplate template = Gallery.All[name];
        int sent = 0;
        foreach (GatewayEvent of in PlatformSamples.Value.Where(of => template.Kinds.Count == 0 || template.Kinds.Contains(of.Kind)))
        {
            if (await Gallery.JudgeAsync(template.Rule, of) is RuleVerdict.Send)
            {
                sent++;
                Gallery.Reshape(template, of).ShouldBeOfType<ReshapeResult.Ready>($"{name} over {of.Platform}, {of.Type}: {Encoding.UTF8.GetString(of.NormalForm.Span)}");
            }
            else if (template.Needs.Count == 0 && template.Kinds.Count == 0)
            {
                Assert.Fail($"{name} skips {of.Platform}, {of.Type}, although it names no need");
            }
        }

        if (template.Kinds.Count == 0)
        {
            sent.ShouldBe(PlatformSamples.Value.Count);
        }
    }

    [Fact]
    public void Document_GalleryList_NamesEveryEntry()
    {
        StringBuilder rows = new();
        foreach (GalleryTemplate template in Gallery.All.Values.OrderBy(template => template.Name, StringComparer.Ordinal))
        {
            rows.Append($"| `{template.Name}` | {string.Join(", ", template.Connectors)} | {(template.Kinds.Count == 0 ? "every kind" : string.Join(", ", template.Kinds))} | {template.Title.En} |\n");
        }

        string path = RepositoryRoot.Of("docs", "templates.md");
        string document = File.ReadAllText(path);
        const string Head = "| name | connectors | kinds | what it does |\n|---|---|---|---|\n";
        int start = document.IndexOf(Head, StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0);
        start += Head.Length;
        int end = document.IndexOf("\n\n", start, StringComparison.Ordinal) + 1;
        if (Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_WRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, document[..start] + rows + document[end..]);
            return;
        }

        document[start..end].ShouldBe(rows.ToString());
    }

    private static readonly Lazy<IReadOnlyList<GatewayEvent>> PlatformSamples = new(() =>
        [.. from platform in Gallery.Platforms.All
            from sample in platform.Samples
            where sample.Json is not null
            select LooseEvent.Read(platform, JsonSerializer.SerializeToUtf8Bytes(sample.Json!.Value), Gallery.ReceivedAt)]);

    private static void Expect(string name, string file, string actual)
    {
        string path = RepositoryRoot.Of("templates", name, file);
        if (Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_WRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        File.Exists(path).ShouldBeTrue($"no golden file: {path}");
        actual.ShouldBe(File.ReadAllText(path));
    }
}
