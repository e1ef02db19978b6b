using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Tests.Receiving;

public sealed class SecretScrubberTests
{
    private static readonly SecretScrubber Scrubber = new([new SecretText("tok_123456"), new SecretText("path:s3cret/pass"), new SecretText("ab")]);

    [Fact]
    public void Headers_WithCredentials_AreBlanked()
    {
        KeyValuePair<string, string>[] headers = [new("content-type", "application/json"), new("X-Token", "tok_123456"), new("Authorization", "Basic dXNlcjpwYXNz"), new("cookie", "a=b"), new("x-name", "ab")];
        Scrubber.Headers(headers).Select(static h => h.Value).ShouldBe(["application/json", "(secret)", "(secret)", "(secret)", "ab"]);
    }

    [Fact]
    public void Headers_WithoutCredentials_AreTheSameList()
    {
        KeyValuePair<string, string>[] headers = [new("content-type", "application/json"), new("webhook-id", "msg_1")];
        Scrubber.Headers(headers).ShouldBeSameAs(headers);
    }

    [Theory]
    [InlineData("/in/shop/s3cret/pass?x=1", "/in/shop/(secret)?x=1")]
    [InlineData("/in/shop?token=tok_123456", "/in/shop?token=(secret)")]
    [InlineData("/in/shop?p=s3cret%2Fpass", "/in/shop?p=(secret)")]
    [InlineData("/in/shop", "/in/shop")]
    public void Text_WithASecret_LosesIt(string target, string expected) => Scrubber.Text(target).ShouldBe(expected);
}
