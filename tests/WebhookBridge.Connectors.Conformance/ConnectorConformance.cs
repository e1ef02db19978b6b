using System.Net.Sockets;
using System.Security.Authentication;
using WebhookBridge.Abstractions;
using WebhookBridge.Testing;
using Xunit;

namespace WebhookBridge.Connectors.Conformance;

/// <summary>What every connector has to stand up to. Inherit it, say which connector, a destination that works and how the tool answers when all is well; the tests come with it.</summary>
/// <remarks>
/// A tool that speaks HTTP is played by a real server on loopback (<see cref="Answer"/>), and each call of a delivery fails in turn. A tool that speaks something else is brought by the
/// test (<see cref="ToolPort"/>, <see cref="CountAsync"/>); the suite breaks the line to it at each piece of the dialogue, and the test plays what the tool itself can refuse
/// (<see cref="PlayAsync"/>). What a tool does not have is said in <see cref="ConformanceCase.HasNot"/>, with the reason: nothing is left out unsaid.
/// </remarks>
public abstract class ConnectorConformance : IAsyncLifetime
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AfterAFault = TimeSpan.FromSeconds(2);
    private static readonly string[] OfTheLine = ["unreadable", "reset", "cut half-way", "hang", "huge"];

    private StubServer? _stub;

    /// <summary>What can go wrong.</summary>
    public static TheoryData<string> Faults =>
        ["throttled", "throttled with a time", "refused", "credentials", "unavailable", "redirect inward", "unreadable", "reset", "cut half-way", "hang", "huge"];

    /// <summary>The connector under test, new each time.</summary>
    protected abstract IConnector Connector { get; }

    /// <summary>A destination that works, and a delivery to it.</summary>
    protected abstract ConformanceCase Case { get; }

    /// <summary>True for a tool whose "success" is told by the status alone, whatever the body. Then such an answer must count as delivered.</summary>
    protected virtual bool IgnoresBody => false;

    /// <summary>How many records the tool holds; null when it is not counted. Needed where repeats must not make a second one.</summary>
    protected virtual int? Records => null;

    /// <summary>False for a tool that keeps one record for a customer or payment, however many deliveries speak of it; true for one that keeps a record for each delivery (a message, a row).</summary>
    protected virtual bool RecordForEachDelivery => false;

    /// <summary>Where the tool listens on loopback, if it speaks something else than HTTP.</summary>
    protected virtual int ToolPort => throw new NotSupportedException("A case that reaches its tool by sockets says where it listens: ToolPort.");

    /// <summary>The stub server that stands in for the tool.</summary>
    protected StubServer Stub => _stub ?? throw new InvalidOperationException("The test has not begun.");

    /// <summary>How the tool answers a request when all is well. Called from several threads.</summary>
    protected virtual StubReply Answer(StubRequest request) => throw new NotSupportedException("A case that reaches its tool by HTTP says how it answers: Answer.");

    /// <summary>As <see cref="Records"/>, where counting takes a question to the tool.</summary>
    protected virtual ValueTask<int?> CountAsync() => new(Records);

    /// <summary>The tool forgets its records.</summary>
    protected virtual ValueTask ForgetAsync() => ValueTask.CompletedTask;

    /// <summary>For a tool that speaks something else than HTTP: it answers everything with this fault from now on, or well again with null. False when it does not have it.</summary>
    protected virtual ValueTask<bool> PlayAsync(string? fault) => new(fault is null);

    /// <inheritdoc/>
    public virtual async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    /// <inheritdoc/>
    public virtual async Task DisposeAsync() => await Stub.DisposeAsync();

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
        using ConformanceHost host = Host();
        await using (Open(host))
        {
        }

        Assert.Equal((0, 0), (host.Requests, host.Connections));
    }

    [Fact]
    public void Validate_TheCase_HasNoProblem() => Assert.Equal([], Connector.Validate(Case.Open(Connector.Describe())).Select(static p => p.Text.En));

    [Fact]
    public async Task Case_WhatItClaims_IsWhatTheSuiteCanHoldItTo()
    {
        IdempotencyClass idempotency = Connector.Describe().Idempotency;
        if (idempotency is IdempotencyClass.Upsert or IdempotencyClass.SearchThenCreate || Case.Reach != Reach.Http)
        {
            Assert.True(await CountAsync() is not null, "the records of this tool have to be counted: Records or CountAsync");
        }

        string[] faults = [.. ((IEnumerable<object[]>)Faults).Select(static f => (string)f[0])];
        Assert.Empty(Case.HasNot.Keys.Except(faults));
        foreach (string fault in faults)
        {
            bool played = Case.Reach == Reach.Http || (Case.Reach == Reach.Socket && OfTheLine.Contains(fault)) || await PlayAsync(fault);
            await PlayAsync(null);
            Assert.True(played != (Case.HasNot.TryGetValue(fault, out string? why) && why.Length > 10), $"{fault}: either it is played, or HasNot says in a sentence why the tool does not have it");
        }
    }

    [Fact]
    public async Task Send_AllIsWell_Delivered()
    {
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        SendResult result = await session.SendAsync(Case.Request(), CancellationToken.None);
        Assert.True(result is SendResult.Delivered, result.ToString());
        Assert.Equal((Case.Reach == Reach.Http, Case.Reach == Reach.Socket), (host.Requests > 0, host.Connections > 0));
        Assert.True(await CountAsync() is null or 1, $"{await CountAsync()} records after one delivery");
    }

    [Fact]
    public async Task Send_RepeatedAfterAnUnknownOutcome_MakesNoSecondRecord()
    {
        IdempotencyClass idempotency = Connector.Describe().Idempotency;
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        Assert.IsType<SendResult.Delivered>(await session.SendAsync(Case.Request(), CancellationToken.None));
        DeliveryRequest again = Case.Request() with { Attempt = 2, AfterUnknownOutcome = true };
        Assert.IsType<SendResult.Delivered>(await session.SendAsync(again, CancellationToken.None));
        int? records = await CountAsync();
        switch (idempotency)
        {
            case IdempotencyClass.Upsert or IdempotencyClass.SearchThenCreate:
                Assert.Equal(1, records);
                break;
            case IdempotencyClass.Key when Case.Reach == Reach.Http:
                // The tool can tell repeats apart only by something of the delivery's or the event's own.
                Assert.All(Stub.Requests.Where(static r => r.Method is not "GET" and not "HEAD" && !IsToken(r)), r =>
                    Assert.True(Text(r).Contains(again.DeliveryId, StringComparison.Ordinal) || Text(r).Contains(again.Event.Id, StringComparison.Ordinal) || records == 1, $"{r.Method} {r.Path} says neither the delivery nor the event"));
                break;
        }
    }

    [Fact]
    public async Task Send_SeveralAtOnce_MakesNoSecondRecordAndLosesNone()
    {
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => Task.Run(() => session.SendAsync(Case.Request(i), CancellationToken.None).AsTask())));
        Assert.All(results, static r => Assert.IsType<SendResult.Delivered>(r));
        int? records = await CountAsync();
        Assert.True(records is null || records == (RecordForEachDelivery ? AtOnce : 1), $"{records} records after eight deliveries at once");
    }

    /// <summary>Each call of a delivery, or each piece of its dialogue, fails in turn: never "delivered", never a secret in what is said, never an exception that the gateway does not know.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Send_Fault_IsToldAsWhatItIs(string fault)
    {
        if (Case.Reach == Reach.Http)
        {
            await FailEachCallAsync(fault);
        }
        else if (Case.Reach == Reach.Socket && OfTheLine.Contains(fault))
        {
            await FailEachPieceAsync(fault);
        }
        else if (await PlayAsync(fault))
        {
            await FailByTheToolAsync(fault);
        }
        else
        {
            Assert.Contains(fault, Case.HasNot.Keys);
        }
    }

    [Fact]
    public async Task Send_AddressInward_LetsTheGatewayKnow()
    {
        using ConformanceHost host = Host(inward: true);
        await using IConnectorSession session = Open(host);
        if (Case.Reach == Reach.Nothing)
        {
            // What needs no connection is not touched by it.
            Assert.IsType<SendResult.Delivered>(await session.SendAsync(Case.Request(), CancellationToken.None));
            return;
        }

        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(async () => await session.SendAsync(Case.Request(), CancellationToken.None));
        Assert.True(Causes(thrown).Any(static e => e is AddressNotAllowedException), thrown.ToString());
        Assert.Equal((0, 0), (host.Requests, host.Connections));
    }

    [Fact]
    public async Task Check_AllIsWell_DoesNotFailAndWritesNothing()
    {
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        CheckResult result = await session.CheckAsync(CancellationToken.None);
        Assert.False(result is CheckResult.Fails, result.ToString());
        AssertOnlyRead();
        Assert.True(await CountAsync() is null or 0, "a check made a record");
    }

    [Fact]
    public async Task Check_CredentialsRefused_FailsOrCannotTell()
    {
        if (!await RefuseCredentialsAsync())
        {
            return;
        }

        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        CheckResult result = await session.CheckAsync(CancellationToken.None);
        Assert.True(result is CheckResult.Fails || (result is CheckResult.NotPossible && host.Requests == 0), result.ToString());
        AssertNoSecret(result.ToString());
        await PlayAsync(null);
    }

    [Fact]
    public async Task ListChoices_OfEveryLiveField_AnswersWithoutWriting()
    {
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        foreach (ConnectorField field in Connector.Describe().Fields.Where(static f => f.LiveChoices))
        {
            ChoicesResult.Listed listed = Assert.IsType<ChoicesResult.Listed>(await session.ListChoicesAsync(field.Id, CancellationToken.None));
            Assert.All(listed.Choices, static c => Assert.False(string.IsNullOrWhiteSpace(c.Value) || string.IsNullOrWhiteSpace(c.Label.En) || string.IsNullOrWhiteSpace(c.Label.PtBr)));
        }

        AssertOnlyRead();
        Assert.Empty(Assert.IsType<ChoicesResult.Listed>(await session.ListChoicesAsync("noSuchField", CancellationToken.None)).Choices);
    }

    [Fact]
    public async Task ListChoices_CredentialsRefused_SaysSo()
    {
        if (!await RefuseCredentialsAsync())
        {
            return;
        }

        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        foreach (ConnectorField field in Connector.Describe().Fields.Where(static f => f.LiveChoices))
        {
            ChoicesResult result = await session.ListChoicesAsync(field.Id, CancellationToken.None);
            Assert.True(result is ChoicesResult.Failed || (result is ChoicesResult.Listed { Choices.Count: 0 } && host.Requests == 0), result.ToString());
            AssertNoSecret(result.ToString());
        }

        await PlayAsync(null);
    }

    /// <summary>A session of the case.</summary>
    protected IConnectorSession Open(IConnectorHost host)
    {
        IConnector connector = Connector;
        return connector.Open(Case.Open(connector.Describe()), host);
    }

    private ConformanceHost Host(bool inward = false, int? port = null)
    {
        if (Case.Reach == Reach.Http)
        {
            Stub.DefaultFor(_refuses ? static _ => StubReply.Status(401, "{}") : Answer);
        }

        return new ConformanceHost(Stub) { Inward = inward, Port = port ?? (Case.Reach == Reach.Socket ? ToolPort : null) };
    }

    private bool _refuses;

    /// <summary>False when the tool has no credentials, which the case then says.</summary>
    private async ValueTask<bool> RefuseCredentialsAsync()
    {
        if (Case.Reach == Reach.Http)
        {
            return _refuses = true;
        }

        bool played = await PlayAsync("credentials");
        Assert.True(played || Case.HasNot.ContainsKey("credentials"));
        return played;
    }

    private async Task FailEachCallAsync(string fault)
    {
        int calls = await CallsOfADeliveryAsync();
        for (int failing = 0; failing < calls; failing++)
        {
            await ForgetAsync();
            int at = failing, seen = -1;
            using ConformanceHost host = Host();
            Stub.DefaultFor(request => Interlocked.Increment(ref seen) == at ? Reply(fault) : request.Path == "/inward" ? StubReply.Ok : Answer(request));
            await using IConnectorSession session = Open(host);
            int before = Stub.RequestCount;
            using CancellationTokenSource stop = new();
            Task<SendResult> sending = session.SendAsync(Case.Request(), stop.Token).AsTask();
            if (fault == "hang")
            {
                await Stub.WhenRequestsAsync(before + at + 1);
                await stop.CancelAsync();
            }

            SendResult? result = await OutcomeAsync(sending, fault, $"call {at + 1}");
            if (result is not null)
            {
                Judge(fault, $"call {at + 1}", result);
            }

            Assert.DoesNotContain(Stub.Requests, static r => r.Path == "/inward");
        }
    }

    private async Task FailEachPieceAsync(string fault)
    {
        await using FaultyLine line = new(ToolPort);
        line.FailAt(0, null);
        using (ConformanceHost good = Host(port: line.Port))
        {
            await using IConnectorSession session = Open(good);
            Assert.IsType<SendResult.Delivered>(await session.SendAsync(Case.Request(), CancellationToken.None).AsTask().WaitAsync(Patience));
        }

        int pieces = line.Pieces;
        Assert.NotEqual(0, pieces);
        for (int piece = 0; piece < pieces; piece++)
        {
            await ForgetAsync();
            line.FailAt(piece, fault);
            using ConformanceHost host = Host(port: line.Port);
            await using IConnectorSession session = Open(host);
            using CancellationTokenSource stop = new();
            Task<SendResult> sending = session.SendAsync(Case.Request(), stop.Token).AsTask();
            // The attempt's time is up soon after.
            await Task.WhenAny(line.Reached, sending).WaitAsync(Patience);
            stop.CancelAfter(fault == "hang" ? TimeSpan.Zero : AfterAFault);
            string where = $"piece {piece + 1} of {pieces}";
            SendResult? result = await OutcomeAsync(sending, fault, where);
            bool there = await CountAsync() > 0;
            Assert.True(there || result is not SendResult.Delivered, $"{where}, {fault}: the tool has nothing, and the connector says {result}");
            Assert.False(there && result is SendResult.RetryLater or SendResult.Refused, $"{where}, {fault}: the tool has it, and the connector says {result}");

            // The line is good again: so is the session.
            line.FailAt(0, null);
            Assert.IsType<SendResult.Delivered>(await session.SendAsync(Case.Request() with { Attempt = 2, AfterUnknownOutcome = there }, CancellationToken.None).AsTask().WaitAsync(Patience));
        }
    }

    private async Task FailByTheToolAsync(string fault)
    {
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        using CancellationTokenSource stop = new();
        SendResult? result = await OutcomeAsync(session.SendAsync(Case.Request(), stop.Token).AsTask(), fault, "the tool");
        if (result is not null)
        {
            Judge(fault, "the tool", result);
        }

        Assert.Equal(0, await CountAsync());
        await PlayAsync(null);
        result = await session.SendAsync(Case.Request() with { Attempt = 2 }, CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.True(result is SendResult.Delivered, $"once the tool is well again: {result}");
        Assert.Equal(1, await CountAsync());
    }

    /// <returns>Null when a fault of the network was let through, which the gateway judges itself.</returns>
    private async Task<SendResult?> OutcomeAsync(Task<SendResult> sending, string fault, string where)
    {
        try
        {
            SendResult result = await sending.WaitAsync(Patience);
            AssertNoSecret(result.ToString());
            return result;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{where}, {fault}: the session goes on and on after the attempt's time is up");
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            Assert.True(OfTheLine.Contains(fault) || Case.Reach == Reach.Nothing, $"{where}, {fault}: {e}");
            AssertNoSecret(e.ToString());
            return null;
        }
    }

    private async Task<int> CallsOfADeliveryAsync()
    {
        using ConformanceHost host = Host();
        await using IConnectorSession session = Open(host);
        int before = Stub.RequestCount;
        await session.SendAsync(Case.Request(), CancellationToken.None);
        return Stub.RequestCount - before;
    }

    private static StubReply Reply(string fault) => fault switch
    {
        "throttled" => StubReply.Status(429, "{}"),
        "throttled with a time" => StubReply.Status(429, "{}", ("Retry-After", "7")),
        "refused" => StubReply.Status(400, """{"message":"no"}"""),
        "credentials" => StubReply.Status(401, "{}"),
        "unavailable" => StubReply.Status(503, "{}"),
        "redirect inward" => StubReply.Status(302, "", ("Location", "/inward")),
        "unreadable" => StubReply.Status(200, "<html>Sign in</html>"),
        "reset" => StubReply.Reset,
        "cut half-way" => StubReply.CloseHalfWay,
        "hang" => StubReply.Hang,
        _ => StubReply.Huge(4 * 1024 * 1024),
    };

    private void Judge(string fault, string where, SendResult result)
    {
        bool fits = fault switch
        {
            "throttled" => result is SendResult.RetryLater { Cause: RetryCause.Throttled },
            "throttled with a time" => result is SendResult.RetryLater { Cause: RetryCause.Throttled, After: { } after } && after >= TimeSpan.FromSeconds(7),
            // Asking for a new token after a 401 may help, so that later calls come through.
            "credentials" => result is SendResult.RetryLater { Cause: RetryCause.Credentials } or SendResult.Refused || Stub.Requests.Any(IsToken),
            "refused" => result is SendResult.Refused or SendResult.RetryLater,
            "unavailable" => result is SendResult.RetryLater or SendResult.UnknownOutcome,
            "redirect inward" => result is SendResult.Refused or SendResult.RetryLater,
            "unreadable" => IgnoresBody == result is SendResult.Delivered,
            _ => IgnoresBody || result is not SendResult.Delivered,
        };
        Assert.True(fits, $"{where}, {fault}: {result}");
    }

    private void AssertOnlyRead() => Assert.All(Stub.Requests, static r => Assert.True(r.Method is "GET" or "HEAD" or "OPTIONS" || IsToken(r), $"{r.Method} {r.Path}"));

    private void AssertNoSecret(string text) => Assert.All(Case.Secrets.Values, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));

    private static bool IsToken(StubRequest request) => request.Path.Contains("token", StringComparison.OrdinalIgnoreCase);

    private static string Text(StubRequest request) => $"{request.Path}\n{string.Join('\n', request.Headers.Select(static h => $"{h.Key}: {h.Value}"))}\n{request.BodyText}";

    private static IEnumerable<Exception> Causes(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
