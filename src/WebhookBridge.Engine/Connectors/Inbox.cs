using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Where the built-in inbox keeps what it is sent. A seam: the database in the server, memory in tests.</summary>
public interface IInbox
{
    /// <summary>Keeps an item; one of the same destination and delivery id is kept once. Returns after the commit.</summary>
    ValueTask StoreAsync(InboxItem item);

    /// <summary>The newest items of a destination, newest first.</summary>
    /// <param name="limit">1 to 200.</param>
    /// <param name="before">Delivery id of the last item seen; null = from the newest.</param>
    ValueTask<IReadOnlyList<InboxItem>> ListAsync(string destination, int limit, string? before);

    /// <summary>Removes all items of a destination.</summary>
    /// <returns>How many there were.</returns>
    ValueTask<long> ClearAsync(string destination);
}

/// <summary>What arrived in an inbox.</summary>
public sealed record InboxItem
{
    public required string Destination { get; init; }

    public required string DeliveryId { get; init; }

    public required string EventId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string ContentType { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Made by the simulator.</summary>
    public required bool Test { get; init; }
}

/// <summary>The built-in inbox: a destination inside the gateway, for the demo and for looking at what a template makes.</summary>
public sealed class InboxConnector(IInbox inbox) : IConnector
{
    private static readonly ConnectorDescription Description = new()
    {
        Id = "inbox",
        Name = new("Built-in inbox", "Caixa de entrada interna"),
        Summary = new(
            "Keeps what arrives inside this gateway, so that you can look at it before you connect a real tool.",
            "Guarda o que chega dentro deste gateway, para você ver o resultado antes de conectar uma ferramenta de verdade."),
        Fields =
        [
            new()
            {
                Id = "failFirst",
                Label = new("Refuse the first tries", "Recusar as primeiras tentativas"),
                Help = new(
                    "For trying out retries: so many tries of each delivery fail before one is taken.",
                    "Para testar novas tentativas: esse número de tentativas de cada entrega falha antes de uma ser aceita."),
                Kind = FieldKind.Number,
                Default = JsonSerializer.SerializeToElement(0),
                Rule = new() { Min = 0, Max = 10, Problem = new("Enter a whole number from 0 to 10.", "Digite um número inteiro de 0 a 10.") },
                Advanced = true,
            },
            new()
            {
                Id = "body",
                Label = new("What to keep", "O que guardar"),
                Help = new("A template, or the whole event as it was received.", "Um modelo, ou o evento inteiro como foi recebido."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        Pacing = new() { Concurrency = 16 },
        Idempotency = IdempotencyClass.Key,
    };

    public ConnectorDescription Describe() => Description;

    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(inbox, host, (int)(settings.Number("failFirst") ?? 0));

    private sealed class Session(IInbox inbox, IConnectorHost host, int failFirst) : IConnectorSession
    {
        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            if (request.Attempt <= failFirst)
            {
                return new SendResult.RetryLater($"The inbox is set to refuse the first {failFirst} tries; this was number {request.Attempt}.");
            }

            await inbox.StoreAsync(new InboxItem
            {
                Destination = host.Destination,
                DeliveryId = request.DeliveryId,
                EventId = request.Event.Id,
                ReceivedAt = host.Time.GetUtcNow(),
                ContentType = request.ContentType,
                Body = request.Body,
                Test = request.Event.Test,
            });
            return new SendResult.Delivered(request.DeliveryId);
        }

        public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult<CheckResult>(
            new CheckResult.Works(new("The inbox is part of this gateway and always open.", "A caixa de entrada faz parte deste gateway e está sempre aberta.")));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
