using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Shared;

[AllowAnyStatusCode]
internal interface INotes
{
    [Post("notes/{board}")]
    Task<HttpResponseMessage> WriteAsync([Path] string board, [Body] JsonObject note, CancellationToken cancellationToken);

    [Get("notes/search")]
    Task<HttpResponseMessage> FindAsync([Query] string term, CancellationToken cancellationToken);
}

public sealed class ApiSessionTests : IAsyncLifetime
{
    private static readonly AnswerMap Answers = new()
    {
        Api = "Notes",
        Rules =
        [
            new(AnswerMeaning.Refused) { Status = 200, Path = "ok", Values = ["false"] },
            new(AnswerMeaning.Throttled) { Status = 400, Contains = "queue", Wait = TimeSpan.FromSeconds(30) },
            new(AnswerMeaning.Retry) { Path = "errors.*.code", Values = ["LOCKED"] },
            new(AnswerMeaning.Unknown) { Status = 504 },
            new(AnswerMeaning.Success) { Status = 409 },
        ],
        Waits = [WaitSignal.Header("x-reset", WaitUnit.UnixTime), WaitSignal.Body("parameters.retry_after"), WaitSignal.Body("remaining_time", WaitUnit.Milliseconds)],
    };

    private readonly ManualTimeProvider _time = new();
    private StubServer _stub = null!;
    private StubHost _host = null!;

    public async Task InitializeAsync()
    {
        _stub = await StubServer.StartAsync();
        _host = new StubHost(_time);
    }

    public async Task DisposeAsync()
    {
        _host.Dispose();
        await _stub.DisposeAsync();
    }

    [Theory]
    [InlineData(200, """{"id":7}""", "Delivered { Status = , RemoteId = 7, Note =  }")]
    [InlineData(200, """{"ok":false,"message":"no such board"}""", "Refused { Status = 200, Reason = Notes answered 200 OK: no such board, Code = permanent_answer }")]
    [InlineData(200, "<html>Sign in to the WLAN</html>", "UnknownOutcome { Status = 200, Reason = Notes answered 200, but not in JSON: something else seems to have answered. }")]
    [InlineData(400, """{"errors":[{"detail":"bad\n\nname"}]}""", "Refused { Status = 400, Reason = Notes answered 400 Bad Request: bad name, Code = permanent_answer }")]
    [InlineData(400, "Queue is full.", "RetryLater { Status = 400, Reason = Notes answered 400 Bad Request., After = 00:00:30, Cause = Throttled }")]
    [InlineData(422, """{"errors":[{"code":"x"},{"code":"locked","message":"later"}]}""", "RetryLater { Status = 422, Reason = Notes answered 422 Unprocessable Entity: later, After = , Cause = Failure }")]
    [InlineData(401, "{}", "RetryLater { Status = 401, Reason = Notes answered 401 Unauthorized., After = , Cause = Credentials }")]
    [InlineData(429, """{"parameters":{"retry_after":3.5}}""", "RetryLater { Status = 429, Reason = Notes answered 429 Too Many Requests., After = 00:00:03.5000000, Cause = Throttled }")]
    [InlineData(429, """{"remaining_time":1500}""", "RetryLater { Status = 429, Reason = Notes answered 429 Too Many Requests., After = 00:00:01.5000000, Cause = Throttled }")]
    [InlineData(302, "", "Refused { Status = 302, Reason = Notes answered 302 Found., Code = permanent_answer }")]
    [InlineData(503, "no", "RetryLater { Status = 503, Reason = Notes answered 503 Service Unavailable., After = , Cause = Failure }")]
    [InlineData(504, "", "UnknownOutcome { Status = 504, Reason = Notes answered 504 Gateway Timeout. }")]
    [InlineData(409, """{"id":"old"}""", "Delivered { Status = , RemoteId = old, Note =  }")]
    public async Task Send_AnyAnswer_MeansWhatTheMapSays(int status, string body, string expected)
    {
        _stub.Plays(StubReply.Status(status, body));
        (await SendAsync()).ToString().ShouldBe(expected);
    }

    [Fact]
    public async Task Send_WaitAsUnixTime_CountedFromTheAnswersOwnDate()
    {
        DateTimeOffset theirs = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        _stub.Plays(StubReply.Status(429, "", ("x-reset", $"{theirs.ToUnixTimeSeconds() + 40}"), ("Date", theirs.ToString("R"))));
        (await SendAsync()).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Send_RetryAfterAndABodysWait_RetryAfterCounts()
    {
        _stub.Plays(StubReply.Status(429, """{"remaining_time":1}""", ("Retry-After", "9")));
        (await SendAsync()).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task Send_NumbersAndNames_GoOutExactly()
    {
        _stub.Plays(StubReply.Status(200, """{"id":1}"""));
        await SendAsync();
        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        sent.Path.ShouldBe("/v1/notes/a%2Fb c");
        sent.BodyText.ShouldBe("""{"amount":10.990000000000000001,"text":"ção"}""");
        sent.Header("Content-Type").ShouldBe("application/json");
        sent.Header("X-Key").ShouldBe("s3cret-key");
        _host.Redactor.Text("s3cret-key").ShouldBe(Engine.Connectors.Redactor.Mask);
    }

    [Fact]
    public async Task Check_SearchOfAPortal_FailsInBothLanguagesAndNotAsUnknown()
    {
        _stub.Plays(StubReply.Status(200, "<html>"), StubReply.Status(401), StubReply.Status(200, "{}"));
        await using NotesSession session = Open();
        (await session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>();
        (await session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.PtBr.ShouldContain("credenciais");
        (await session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
    }

    [Fact]
    public async Task Send_ResetAfterSending_ThrowsWhatTheHostJudges()
    {
        _stub.Plays(StubReply.Reset);
        await using NotesSession session = Open();
        await Should.ThrowAsync<HttpRequestException>(async () => await session.SendAsync(Request, default));
    }

    internal static DeliveryRequest Request { get; } = new()
    {
        DeliveryId = "dlv_01JH0000000000000000000000",
        Attempt = 1,
        Body = "{}"u8.ToArray(),
        ContentType = "application/json",
        Fields = new Dictionary<string, string>(),
        Event = new EventInfo { Id = "evt_1", Kind = "payment.succeeded", Type = "p", Source = "s", Platform = "yoco", Test = false, Time = default },
    };

    private async Task<SendResult> SendAsync()
    {
        await using NotesSession session = Open();
        return await session.SendAsync(Request, default);
    }

    private NotesSession Open() => new(_host.Host, _stub.Url + "/v1");

    private sealed class NotesSession(IConnectorHost host, string address) : ApiSession(host, Answers)
    {
        private readonly INotes _notes = ApiClient.For<INotes>(host, address, [ApiClient.Header("X-Key", "s3cret-key")]);

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            JsonObject note = new JsonObject().With("amount", Values.Number("10.990000000000000001", "amount")).With("text", "ção");
            return new SendResult.Delivered(JsonPath.Text(await AskAsync(_notes.WriteAsync("a/b c", note, cancellationToken)), "id"));
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            await AskAsync(_notes.FindAsync("x", cancellationToken));
            return new CheckResult.Works(new("ok", "ok"));
        }
    }
}
