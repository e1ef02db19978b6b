using WebhookBridge.Engine.Connectors;

namespace WebhookBridge.Engine.Tests.Connectors;

public sealed class RedactorTests
{
    [Theory]
    [InlineData("Authorization", true)]
    [InlineData("x-make-apikey", true)]
    [InlineData("X-Shop-Token", true)]
    [InlineData("Set-Cookie", true)]
    [InlineData("webhook-signature", true)]
    [InlineData("Stripe-Signature", true)]
    [InlineData("Idempotency-Key", false)]
    [InlineData("webhook-id", false)]
    [InlineData("Content-Type", false)]
    public void TellsASecret_ByName(string name, bool secret)
    {
        Redactor.TellsASecret(name).ShouldBe(secret);
        new Redactor([]).Header(name, "value").ShouldBe(secret ? Redactor.Mask : "value");
    }

    [Fact]
    public void Text_SecretInAnyForm_StruckOut()
    {
        Redactor redactor = new(["s3cr3t value/äö", "https://hooks.zapier.com/hooks/catch/123/abcdef/?k=1"]);
        redactor.Text("a s3cr3t value/äö b").ShouldBe($"a {Redactor.Mask} b");
        redactor.Text(Uri.EscapeDataString("s3cr3t value/äö")).ShouldBe(Redactor.Mask);
        redactor.Text(Convert.ToBase64String("s3cr3t value/äö"u8)).ShouldBe(Redactor.Mask);
        redactor.Text("404 for /hooks/catch/123/abcdef/?k=1").ShouldBe($"404 for {Redactor.Mask}");
        redactor.Text("nothing here").ShouldBe("nothing here");
        redactor.Add("later-token");
        redactor.Text("later-token").ShouldBe(Redactor.Mask);
    }

    [Theory]
    [InlineData("https://hooks.zapier.com/hooks/catch/123456/abcdef", "https://hooks.zapier.com/…cdef")]
    [InlineData("http://localhost:8080/inbox/crm-secret", "http://localhost:8080/…cret")]
    [InlineData("https://example.com/h", "https://example.com/…")]
    [InlineData("no address", "[redacted]")]
    public void Address_SchemeHostAndLastFour(string address, string shown) => Redactor.Address(address).ShouldBe(shown);
}
