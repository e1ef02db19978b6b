using WebhookBridge.Abstractions;
using WebhookBridge.Testing;
using Xunit;

namespace WebhookBridge.Connectors.Conformance;

/// <summary>What every connector has to stand up to. Inherit it, say which connector, a destination that works and how the tool answers when all is well; the tests come with it.</summary>
/// <remarks>Everything runs against a real HTTP server on loopback. A connector that speaks another protocol sets <see cref="SpeaksHttp"/> to false and tests its dialogues itself.</remarks>
public abstract class ConnectorConformance : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private StubServer? _stub;

    /// <summary>What can go wrong with a call.</summary>
    public static TheoryData<string> Faults =>
        ["throttled", "throttled with a time", "bad request", "credentials", "server error", "redirect inward", "not JSON", "reset", "cut half-way", "hang", "huge"];

    /// <summary>The connector under test, new each time.</summary>
    protected abstract IConnector Connector { get; }

    /// <summary>A destination that works, and a delivery to it.</summary>
    protected abstract ConformanceCase Case { get; }

    /// <summary>False for a connector that speaks something else than HTTP.</summary>
    protected virtual bool SpeaksHttp => true;

    /// <summary>False for a connector that opens no connection at all, such as one that writes files.</summary>
    protected virtual bool OpensConnections => true;

    /// <summary>True for a tool whose "success" is told by the status alone, whatever the body.</summary>
    protected virtual bool IgnoresBody => false;

    /// <summary>How many records the tool holds after what <see cref="Answer"/> was asked; null when it is not counted. With a number, repeats must not make it grow beyond one.</summary>
    protected virtual int? Records => null;

    /// <summary>The stub server that stands in for the tool.</summary>
    protected StubServer Stub => _stub ?? throw new InvalidOperationException("The test has not begun.");

    /// <summary>How the tool answers a request when all is well. Called from several threads.</summary>
    protected abstract StubReply Answer(StubRequest request);

    /// <inheritdoc/>
    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Stub.DisposeAsync();

    [Fact]
    public void Describe_Form_TellsEverythingInBothLanguages()
    {
        ConnectorDescription description = Connector.Describe();
        Assert.Equal([], FormCompleteness.Problems(description));
        Assert.Equal(description.Id, Connector.Describe().Id);
    }

    [Fact]
    public async Task Open_ThenDispose_SpeaksToNobody()
    {
        using ConformanceHost host = new(Stub);
        await using (Open(host))
        {
        }

        Assert.Equal(0, Stub.RequestCount);
    }

    [Fact]
    public void Validate_TheCase_HasNoProblem() => Assert.Equal([], Connector.Validate(Case.Open(Connector.Describe())).Select(static p => p.Text.En));

    [Fact]
    public async Task Send_AllIsWell_Delivered()
    {
        if (!SpeaksHttp)
        {
            return;
        }

        Stub.DefaultFor(Answer);
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        SendResult result = await session.SendAsync(Case.Request(), CancellationToken.None);
        Assert.True(result is SendResult.Delivered, result.ToString());
        Assert.NotEqual(0, Stub.RequestCount);
        Assert.True(Records is null or 1, $"{Records} records after one delivery");
    }

    [Fact]
    public async Task Send_RepeatedAfterAnUnknownOutcome_MakesNoSecondRecord()
    {
        if (!SpeaksHttp)
        {
            return;
        }

        Stub.DefaultFor(Answer);
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        Assert.IsType<SendResult.Delivered>(await session.SendAsync(Case.Request(), CancellationToken.None));
        DeliveryRequest again = Case.Request() with { Attempt = 2, AfterUnknownOutcome = true };
        Assert.IsType<SendResult.Delivered>(await session.SendAsync(again, CancellationToken.None));
        Assert.True(Records is null or 1, $"{Records} records after a repeat");
    }

    [Fact]
    public async Task Send_SeveralAtOnceForOneCustomer_MakesNoSecondRecord()
    {
        if (!SpeaksHttp)
        {
            return;
        }

        Stub.DefaultFor(Answer);
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => session.SendAsync(Case.Request(i), CancellationToken.None).AsTask())));
        Assert.All(results, static r => Assert.IsType<SendResult.Delivered>(r));
        Assert.True(Records is null or 1, $"{Records} records after eight deliveries at once");
    }

    /// <summary>Each call of a delivery fails in turn: never "delivered", never a secret in what is said, never an exception that the gateway does not know.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Send_CallFails_IsToldAsWhatItIs(string fault)
    {
        if (!SpeaksHttp)
        {
            return;
        }

        int calls = await CallsOfADeliveryAsync();
        for (int failing = 0; failing < calls; failing++)
        {
            int at = failing, seen = -1;
            Stub.DefaultFor(request => Interlocked.Increment(ref seen) == at ? Reply(fault) : request.Path == "/inward" ? StubReply.Ok : Answer(request));
            using ConformanceHost host = new(Stub);
            await using IConnectorSession session = Open(host);
            int before = Stub.RequestCount;
            using CancellationTokenSource stop = new();
            Task<SendResult> sending = session.SendAsync(Case.Request(), stop.Token).AsTask();
            if (fault == "hang")
            {
                await Stub.WhenRequestsAsync(before + at + 1);
                await stop.CancelAsync();
            }

            try
            {
                SendResult result = await sending.WaitAsync(Patience);
                Judge(fault, at, result);
                AssertNoSecret(result.ToString());
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                Assert.True(fault is "reset" or "cut half-way" or "hang" or "huge", $"call {at + 1}, {fault}: {e}");
                AssertNoSecret(e.ToString());
            }

            Assert.DoesNotContain(Stub.Requests, static r => r.Path == "/inward");
        }
    }

    [Fact]
    public async Task Send_AddressInward_LetsTheGatewayKnow()
    {
        if (!OpensConnections)
        {
            return;
        }

        using ConformanceHost host = new(Stub) { Inward = true };
        await using IConnectorSession session = Open(host);
        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(async () => await session.SendAsync(Case.Request(), CancellationToken.None));
        Assert.True(Causes(thrown).Any(static e => e is AddressNotAllowedException), thrown.ToString());
        Assert.Equal(0, Stub.RequestCount);
    }

    [Fact]
    public async Task Check_AllIsWell_DoesNotFailAndWritesNothing()
    {
        if (!SpeaksHttp)
        {
            return;
        }

        Stub.DefaultFor(Answer);
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        CheckResult result = await session.CheckAsync(CancellationToken.None);
        Assert.False(result is CheckResult.Fails, result.ToString());
        Assert.All(Stub.Requests, static r => Assert.True(r.Method is "GET" or "HEAD" or "OPTIONS" || r.Path.Contains("token", StringComparison.OrdinalIgnoreCase), $"{r.Method} {r.Path}"));
        Assert.True(Records is null or 0, "a check made a record");
    }

    [Fact]
    public async Task Check_CredentialsRefused_FailsOrCannotTell()
    {
        if (!SpeaksHttp)
        {
            return;
        }

        Stub.DefaultFor(static _ => StubReply.Status(401, "{}"));
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        CheckResult result = await session.CheckAsync(CancellationToken.None);
        Assert.True(result is CheckResult.Fails || (result is CheckResult.NotPossible && Stub.RequestCount == 0), result.ToString());
        AssertNoSecret(result.ToString());
    }

    [Fact]
    public async Task ListChoices_OfEveryLiveField_AnswersWithoutWriting()
    {
        if (!SpeaksHttp)
        {
            return;
        }

        Stub.DefaultFor(Answer);
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        foreach (ConnectorField field in Connector.Describe().Fields.Where(static f => f.LiveChoices))
        {
            IReadOnlyList<FieldChoice> choices = await session.ListChoicesAsync(field.Id, CancellationToken.None);
            Assert.All(choices, static c => Assert.False(string.IsNullOrWhiteSpace(c.Value) || string.IsNullOrWhiteSpace(c.Label.En) || string.IsNullOrWhiteSpace(c.Label.PtBr)));
        }

        Assert.All(Stub.Requests, static r => Assert.True(r.Method is "GET" or "HEAD" || r.Path.Contains("token", StringComparison.OrdinalIgnoreCase), $"{r.Method} {r.Path}"));
        Assert.Equal([], await session.ListChoicesAsync("noSuchField", CancellationToken.None));
    }

    /// <summary>A session of the case.</summary>
    protected IConnectorSession Open(IConnectorHost host)
    {
        IConnector connector = Connector;
        return connector.Open(Case.Open(connector.Describe()), host);
    }

    private async Task<int> CallsOfADeliveryAsync()
    {
        Stub.DefaultFor(Answer);
        using ConformanceHost host = new(Stub);
        await using IConnectorSession session = Open(host);
        int before = Stub.RequestCount;
        await session.SendAsync(Case.Request(), CancellationToken.None);
        return Stub.RequestCount - before;
    }

    private static StubReply Reply(string fault) => fault switch
    {
        "throttled" => StubReply.Status(429, "{}"),
        "throttled with a time" => StubReply.Status(429, "{}", ("Retry-After", "7")),
        "bad request" => StubReply.Status(400, """{"message":"no"}"""),
        "credentials" => StubReply.Status(401, "{}"),
        "server error" => StubReply.Status(503, "{}"),
        "redirect inward" => StubReply.Status(302, "", ("Location", "/inward")),
        "not JSON" => StubReply.Status(200, "<html>Sign in</html>"),
        "reset" => StubReply.Reset,
        "cut half-way" => StubReply.CloseHalfWay,
        "hang" => StubReply.Hang,
        _ => StubReply.Huge(4 * 1024 * 1024),
    };

    private void Judge(string fault, int call, SendResult result)
    {
        bool fits = fault switch
        {
            "throttled" => result is SendResult.RetryLater { Cause: RetryCause.Throttled },
            "throttled with a time" => result is SendResult.RetryLater { Cause: RetryCause.Throttled, After: { } after } && after >= TimeSpan.FromSeconds(7),
            // Asking for a new token after a 401 may help, so that later calls come through.
            "credentials" => result is SendResult.RetryLater { Cause: RetryCause.Credentials } or SendResult.Refused || Stub.Requests.Any(static r => r.Path.Contains("token", StringComparison.OrdinalIgnoreCase)),
            "bad request" => result is SendResult.Refused or SendResult.RetryLater,
            "server error" => result is SendResult.RetryLater or SendResult.UnknownOutcome,
            "redirect inward" => result is SendResult.Refused or SendResult.RetryLater,
            _ => IgnoresBody || result is not SendResult.Delivered,
        };
        Assert.True(fits, $"call {call + 1}, {fault}: {result}");
    }

    private void AssertNoSecret(string text) => Assert.All(Case.Secrets.Values, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));

    private static IEnumerable<Exception> Causes(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
