using System.Net.Http.Headers;
using WebhookBridge.Abstractions;

namespace NoteBoard;

/// <summary>Writes a note to a board. The connector of docs/connector-guide.md.</summary>
public sealed class NoteBoardConnector : IConnector
{
    public ConnectorDescription Describe() => new()
    {
        Id = "note-board",
        Name = new("Note board", "Quadro de notas"),
        Summary = new("Writes a note for each event.", "Escreve uma nota para cada evento."),
        Fields =
        [
            new()
            {
                Id = "board",
                Label = new("Address of the board", "Endereço do quadro"),
                Help = new("As the browser shows it.", "Como o navegador mostra."),
                Kind = FieldKind.Url,
                Required = true,
            },
            new()
            {
                Id = "key",
                Label = new("API key", "Chave de API"),
                Help = new("On the board: Settings, Keys.", "No quadro: Configurações, Chaves."),
                Kind = FieldKind.Secret,
                Required = true,
            },
            new()
            {
                Id = "text",
                Label = new("Text of the note", "Texto da nota"),
                Help = new("A template.", "Um modelo."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        Pacing = new() { PerSecond = 5, Concurrency = 2 },
        Idempotency = IdempotencyClass.Key,
    };

    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) =>
        new Session(host, settings.Text("board")!.TrimEnd('/'), settings.Secret("key")!);

    private sealed class Session(IConnectorHost host, string board, string key) : IConnectorSession
    {
        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            using HttpRequestMessage post = Request(HttpMethod.Post, "/api/notes");
            post.Headers.Add("Idempotency-Key", request.DeliveryId);
            post.Content = new ReadOnlyMemoryContent(request.Body);
            post.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
            using HttpResponseMessage answer = await host.Http.SendAsync(post, cancellationToken);
            return HttpAnswer.Judge(answer, host.Time) is SendResult.Delivered
                ? new SendResult.Delivered(RemoteId: answer.Headers.Location?.ToString())
                : HttpAnswer.Judge(answer, host.Time);
        }

        public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
        {
            using HttpRequestMessage get = Request(HttpMethod.Get, "/api/me");
            using HttpResponseMessage answer = await host.Http.SendAsync(get, cancellationToken);
            return answer.IsSuccessStatusCode
                ? new CheckResult.Works(new("The board knows the key.", "O quadro reconhece a chave."))
                : new CheckResult.Fails(new("The board does not accept the key.", "O quadro não aceita a chave."));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private HttpRequestMessage Request(HttpMethod method, string path)
        {
            HttpRequestMessage request = new(method, board + path);
            request.Headers.Authorization = new("Bearer", key);
            return request;
        }
    }
}
