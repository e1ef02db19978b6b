using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

[assembly: InternalsVisibleTo(RestClient.FactoryAssemblyName)]

namespace NoteBoard;

[AllowAnyStatusCode]
internal interface INoteBoard
{
    [Put("api/notes/{id}")]
    Task<HttpResponseMessage> WriteAsync([Path] string id, [Body] JsonObject note, CancellationToken cancellationToken);

    [Get("api/me")]
    Task<HttpResponseMessage> MeAsync(CancellationToken cancellationToken);
}

/// <summary>Writes a note to a board. The id of the note is the delivery's, so a repeat overwrites it.</summary>
public sealed class NoteBoardConnector : IConnector
{
    private static readonly AnswerMap Answers = new() { Api = "The note board", Rules = [new(AnswerMeaning.Retry) { Status = 409, Wait = TimeSpan.FromSeconds(2) }] };

    public ConnectorDescription Describe() => new()
    {
        Id = "note-board",
        Name = new("Note board", "Quadro de notas"),
        Summary = new("Writes a note for each event.", "Escreve uma nota para cada evento."),
        Fields =
        [
            FormFields.Key("key", new("API key", "Chave de API"), new("On the board: Settings, Keys.", "No quadro: Configurações, Chaves.")),
            FormFields.ApiAddress("https://board.example"),
            FormFields.Template("text", new("Text of the note", "Texto da nota"), new("What the note says.", "O que a nota diz."), "{{ meta.kind }}: {{ payment.amount }}",
                new("1 to 500 characters.", "1 a 500 caracteres.")) with
            { Required = true },
        ],
        Pacing = new() { PerSecond = 5, Concurrency = 2, ThrottledWait = TimeSpan.FromSeconds(10) },
        Idempotency = IdempotencyClass.Upsert,
    };

    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) =>
        new Session(host, ApiClient.For<INoteBoard>(host, settings.Text(FormFields.ApiAddressId)!, [ApiClient.Header("Authorization", "Bearer " + settings.Secret("key"))]));

    private sealed class Session(IConnectorHost host, INoteBoard board) : ApiSession(host, Answers)
    {
        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            var note = await AskAsync(board.WriteAsync(request.DeliveryId, new JsonObject { ["text"] = request.Needed("text") }, cancellationToken));
            return new SendResult.Delivered(JsonPath.Text(note, "id"));
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            var name = JsonPath.Text(await AskAsync(board.MeAsync(cancellationToken)), "name");
            return new CheckResult.Works(new($"The board knows {name}.", $"O quadro reconhece {name}."));
        }
    }
}
