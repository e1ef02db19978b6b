using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Platforms;

/// <summary>Golden files: what each shipped sample reads as. <c>WEBHOOKBRIDGE_WRITE_GOLDEN=1</c> writes them anew, to be looked at before they are committed.</summary>
public sealed class SampleGoldenTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string> Samples()
    {
        var data = new TheoryData<string, string>();
        foreach (Platform platform in Shipped.Catalog.All)
        {
            foreach (PlatformSample sample in platform.Samples)
            {
                data.Add(platform.Name, sample.Name);
            }
        }

        return data;
    }

    [Fact]
    public void Load_ShippedPlatforms_HasNoErrors()
    {
        Shipped.Catalog.Errors.ShouldBeEmpty();
        Shipped.Catalog.All.ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Read_ShippedSample_GivesTheExpectedNormalForm(string platformName, string sampleName)
    {
        Platform platform = Shipped.Catalog.Get(platformName)!;
        PlatformSample sample = platform.Samples.First(s => s.Name == sampleName);
        byte[] body = sample.Json is JsonElement json ? JsonSerializer.SerializeToUtf8Bytes(json, Indented) : Encoding.UTF8.GetBytes(sample.Form!);
        List<KeyValuePair<string, string>> headers = [.. sample.Headers];
        if (!headers.Exists(h => h.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(new("Content-Type", sample.Json is null ? "application/x-www-form-urlencoded" : "application/json"));
        }

        InboundRequest request = Shipped.Request(body, headers, url: "https://gateway.example/in/test" + sample.Query);
        int n = 0;
        using ReadResult result = platform.Read(request, body, new VerifyResult.Genuine(null, false, null, 0), new SourceDefinition { Name = "golden", Platform = platformName }, () => $"evt_{++n}", simulated: false);

        var actual = new StringBuilder("[");
        foreach (ReadEvent e in result.Events)
        {
            e.Unreadable.ShouldBeNull();
            Encoding.UTF8.GetString(e.NormalForm.Span).ShouldStartWith("{\"meta\":{\"id\":");
            using var document = JsonDocument.Parse(e.NormalForm);
            actual.Append(actual.Length > 1 ? ",\n" : string.Empty).Append(JsonSerializer.Serialize(document.RootElement, Indented));
        }

        string text = actual.Append("]\n").ToString();
        string path = RepositoryRoot.Of("platforms", platformName, "samples", sampleName + ".expected.json");
        if (Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_WRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }

        File.Exists(path).ShouldBeTrue($"no golden file: {path}");
        text.ShouldBe(File.ReadAllText(path));
    }
}
