using System.Collections.Concurrent;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Testing;

namespace NoteBoard.Tests;

/// <summary>What every connector has to stand up to, against a note board as its documentation describes it.</summary>
public sealed class NoteBoardConformanceTests : ConnectorConformance
{
    private readonly ConcurrentDictionary<string, string> _notes = new();

    protected override IConnector Connector => new NoteBoardConnector();

    protected override ConformanceCase Case => new()
    {
        Secrets = new Dictionary<string, string> { ["key"] = "0123456789abcdef" },
        Fields = new Dictionary<string, string> { ["text"] = "payment.succeeded: 10.99" },
    };

    /// <summary>The board keeps a note for each delivery; a repeat finds its own.</summary>
    protected override int? Records => _notes.Count;

    protected override bool RecordForEachDelivery => true;

    protected override StubReply Answer(StubRequest request)
    {
        if (request.Method == "GET")
        {
            return StubReply.Status(200, """{"name":"ana"}""");
        }

        string id = request.Path.Split('/')[^1];
        _notes[id] = request.BodyText;
        return StubReply.Status(200, $$"""{"id":"{{id}}"}""");
    }
}
