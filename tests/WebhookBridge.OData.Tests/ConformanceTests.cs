using System.Text;
using System.Text.RegularExpressions;
using WebhookBridge.Testing;

namespace WebhookBridge.OData.Tests;

/// <summary>
/// Requests and their exact answers, in <c>conformance/*.txt</c>, after the examples of OData URL Conventions 4.01 and Data Aggregation 4.0.
/// <c># text</c> is a remark, <c>&gt; path</c> a request (<c>&gt; next</c> follows the last next link), <c>H name: value</c> a header of it, <c>&lt; status</c> begins the answer.
/// In answers, <c>~/</c> is the root of the service and <c>*</c> after <c>$skiptoken=</c> is any token.
/// </summary>
public sealed partial class ConformanceTests(ShopLog log) : IClassFixture<ShopLog>
{
    [Theory]
    [InlineData("metadata")]
    [InlineData("paths")]
    [InlineData("filter")]
    [InlineData("options")]
    [InlineData("apply")]
    [InlineData("errors")]
    public async Task Suite_EveryRequest_IsAnsweredExactly(string suite)
    {
        string file = RepositoryRoot.Of($"tests/WebhookBridge.OData.Tests/conformance/{suite}.txt");
        List<Exchange> exchanges = Parse(await File.ReadAllTextAsync(file));
        StringBuilder approved = new();
        List<string> wrong = [];
        string? next = null;
        foreach (Exchange exchange in exchanges)
        {
            string path = exchange.Path == "next" ? next ?? "no-next-link" : ShopLog.WithIds(exchange.Path);
            FeedResponse answer = await log.Gateway.GetAsync(path, [.. exchange.Headers]);
            next = NextLink().Match(answer.Text) is { Success: true } link ? System.Text.Json.JsonElement.Parse("\"" + link.Groups["url"].Value + "\"").GetString() : null;
            string actual = $"< {answer.Status}\n{Plain(answer.Text)}".TrimEnd('\n') + "\n";
            if (actual != exchange.Answer)
            {
                wrong.Add($"> {exchange.Path}\nexpected {exchange.Answer}got      {actual}");
            }

            approved.Append(exchange.Request).Append(actual).Append('\n');
        }

        if (Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(file, approved.ToString());
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Suites_Together_HaveAtLeastTwoHundredRequests() =>
        Directory.EnumerateFiles(RepositoryRoot.Of("tests/WebhookBridge.OData.Tests/conformance"), "*.txt").Sum(static file => Parse(File.ReadAllText(file)).Count).ShouldBeGreaterThanOrEqualTo(200);

    private string Plain(string text) => Token().Replace(ShopLog.WithNames(text.Replace(new Uri(log.Gateway.Http.BaseAddress!, FeedGateway.Root).ToString(), "~/", StringComparison.Ordinal)), "$$skiptoken=*").Replace("\r", "", StringComparison.Ordinal);

    private static List<Exchange> Parse(string text)
    {
        List<Exchange> exchanges = [];
        StringBuilder request = new(), answer = new();
        string? path = null;
        List<(string, string)> headers = [];
        bool answering = false;
        foreach (string line in text.Split('\n').Append("> end"))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal) || line.StartsWith('#'))
            {
                if (path is not null && (answering || line.StartsWith("> ", StringComparison.Ordinal)))
                {
                    exchanges.Add(new(path, headers, request.ToString(), answer.ToString().TrimEnd('\n') + "\n"));
                    request.Clear();
                    answer.Clear();
                    headers = [];
                    path = null;
                }

                answering = false;
                path = line.StartsWith("> ", StringComparison.Ordinal) ? line[2..] : path;
                request.Append(line).Append('\n');
            }
            else if (line.StartsWith("H ", StringComparison.Ordinal) && !answering)
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                headers.Add((line[2..colon], line[(colon + 1)..].Trim()));
                request.Append(line).Append('\n');
            }
            else if (line.StartsWith("< ", StringComparison.Ordinal))
            {
                answering = true;
                answer.Append(line).Append('\n');
            }
            else if (answering)
            {
                answer.Append(line).Append('\n');
            }
        }

        return exchanges;
    }

    private sealed record Exchange(string Path, List<(string Name, string Value)> Headers, string Request, string Answer);

    [GeneratedRegex("\"@odata.nextLink\":\"(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NextLink();

    [GeneratedRegex(@"\$skiptoken=[\w-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
