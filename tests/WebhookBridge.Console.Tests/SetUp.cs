using System.Net;
using System.Text.Json;
using Microsoft.Playwright;

namespace WebhookBridge.Console.Tests;

/// <summary>One gateway and one browser for the tests of what people set up: routes, destinations, templates, lists.</summary>
[CollectionDefinition(Name)]
public sealed class SetUp : ICollectionFixture<RunningGateway>
{
    public const string Name = "set up";
}

/// <summary>What those tests have in common.</summary>
internal static class SetUpSteps
{
    public const string YocoSecret = "whsec_c2VjcmV0LW9mLXRoZS13aW5lLWNsdWItdGVzdHM=";

    public static async Task PutAsync(this RunningGateway gateway, string path, string json)
    {
        using HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/" + path, json);
        if (made.StatusCode != (HttpStatusCode)428)
        {
            made.IsSuccessStatusCode.ShouldBeTrue($"{path}: {await made.Content.ReadAsStringAsync()}");
        }
    }

    public static async Task SimulateAsync(this RunningGateway gateway, string source, string sample, int count, int seed)
    {
        using HttpResponseMessage sent = await gateway.ApiAsync(HttpMethod.Post, "/api/v1/simulate", $$"""{"source":"{{source}}","event":"{{sample}}","count":{{count}},"seed":{{seed}}}""");
        sent.IsSuccessStatusCode.ShouldBeTrue(await sent.Content.ReadAsStringAsync());
    }

    public static async Task<JsonElement> GetAsync(this RunningGateway gateway, string path)
    {
        using HttpResponseMessage answer = await gateway.ApiAsync(HttpMethod.Get, "/api/v1/" + path, "");
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {text}");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Opens one step of the route page; its radio lies under the whole head.</summary>
    public static Task StepAsync(this IPage page, string step) => page.Locator($"input[name=Step][value={step}]").CheckAsync(new() { Force = true });
}
