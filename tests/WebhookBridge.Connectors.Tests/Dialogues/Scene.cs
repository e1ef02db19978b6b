using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Dialogues;

/// <summary>One destination, opened as the gateway opens it, and attempts judged as the gateway judges them.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly StubHost _stubHost;

    private Scene(IConnector connector, ConnectorSettings settings, StubHost stubHost, ManualTimeProvider time)
    {
        Description = connector.Describe();
        Time = time;
        _stubHost = stubHost;
        Session = connector.Open(settings, stubHost.Host);
        UnknownOutcome = settings.Text(ConnectorField.UnknownOutcomeId) switch
        {
            "hold" => UnknownOutcomePolicy.Hold,
            "retry" => UnknownOutcomePolicy.Retry,
            _ => Description.UnknownOutcome,
        };
    }

    public ConnectorDescription Description { get; }

    public IConnectorSession Session { get; }

    public ManualTimeProvider Time { get; }

    public Redactor Redactor => _stubHost.Redactor;

    public UnknownOutcomePolicy UnknownOutcome { get; }

    /// <summary>Checks the settings as saving them does, and opens a session.</summary>
    /// <param name="replaced">Secrets that the session gets in place of the ones that were checked: addresses of the stub.</param>
    /// <param name="egress">Null = loopback is allowed.</param>
    public static Scene Open(IConnector connector, object settings, Dictionary<string, string> secrets, Dictionary<string, string>? replaced = null, EgressPolicy? egress = null)
    {
        Dictionary<string, JsonElement> given = JsonSerializer.SerializeToElement(settings).EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value, StringComparer.Ordinal);
        (ConnectorSettings read, IReadOnlyList<SettingProblem> problems) = SettingsCheck.Check(connector, given, secrets.ToDictionary(static s => s.Key, static s => new SecretText(s.Value), StringComparer.Ordinal));
        problems.Select(static p => p.Text.En).ShouldBeEmpty();
        if (replaced is not null)
        {
            Dictionary<string, JsonElement> complete = new(given, StringComparer.Ordinal);
            foreach (ConnectorField field in connector.Describe().Fields.Where(f => f.Scope == FieldScope.Destination && f.Default is not null))
            {
                complete.TryAdd(field.Id, field.Default!.Value);
            }

            read = new ConnectorSettings(complete, replaced);
        }

        ManualTimeProvider time = new();
        return new Scene(connector, read, new StubHost(time, memory: null, egress, [.. (replaced ?? secrets).Values]), time);
    }

    /// <summary>One delivery.</summary>
    public static DeliveryRequest Request(string body, string contentType, object? fields = null, bool test = false) => new()
    {
        DeliveryId = "dlv_01JH0000000000000000000000",
        Attempt = 1,
        Body = Encoding.UTF8.GetBytes(body),
        ContentType = contentType,
        Fields = fields is null ? new Dictionary<string, string>() : JsonSerializer.SerializeToElement(fields).EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value.GetString()!, StringComparer.Ordinal),
        Event = new EventInfo
        {
            Id = "evt_01JH0000000000000000000001", Kind = "payment.failed", Type = "payment.failed", Source = "shop", Platform = "yoco", Test = test, Time = new(2026, 11, 22, 10, 30, 15, TimeSpan.Zero),
        },
    };

    /// <summary>An attempt, and what the gateway makes of it.</summary>
    /// <param name="request">What is sent.</param>
    /// <param name="timeIsUp">Ends the attempt's time when it completes; null = it has as long as it takes.</param>
    public async Task<Classification> AttemptAsync(DeliveryRequest request, Task? timeIsUp = null)
    {
        using CancellationTokenSource limit = new();
        AttemptTrace trace = new();
        AttemptTrace.Current = trace;
        try
        {
            Task<SendResult> sending = Session.SendAsync(request, limit.Token).AsTask();
            if (timeIsUp is not null)
            {
                await timeIsUp;
                await limit.CancelAsync();
            }

            return Classification.Of(await sending.WaitAsync(ManualTimeProvider.RealPatience), UnknownOutcome);
        }
        catch (Exception e)
        {
            return Classification.Of(e, trace, limit.IsCancellationRequested, Timeout, UnknownOutcome);
        }
        finally
        {
            AttemptTrace.Current = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _stubHost.Dispose();
    }
}
