using System.Security.Cryptography;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;

namespace WebhookBridge.Server.Api;

/// <summary><c>POST /simulate</c>: events as a platform would send them, signed and marked as test.</summary>
internal sealed class SimulateApi(Gateway gateway)
{
    private const int MaxCount = 1000;

    private readonly Simulations _simulations = new(gateway);

    public IEnumerable<Operation> Operations() => 
    [
        new("POST", "/simulate", ApiScopes.Write, [], SimulateAsync,
            new("simulate", "Events as a platform would send them, signed and marked as test.", "Simulation") { Takes = "SimulateBody", Refuses = [Problems.NotFound, Problems.NotPossible] }),
    ];

    private async Task<ApiAnswer> SimulateAsync(ApiRequest request)
    {
        (string source, string sample, int count, int seed, bool wrong) = await request.ReadAsync(reader => (
            reader.RequiredText("source", "Name a source."),
            reader.RequiredText("event", "Name a sample of the source's platform, such as payment.succeeded."),
            reader.Whole("count", 1, MaxCount) ?? 1,
            reader.Whole("seed", 0, int.MaxValue) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            reader.Flag("wrongSignature", false)));
        List<(int Status, ReadOnlyMemory<byte> Body)> answers = [];
        for (int i = 0; i < count; i++)
        {
            SimulationResult.Request made = _simulations.Make(source, sample, unchecked(seed + i), wrong);
            ReceiveAnswer answer = await _simulations.ReceiveAsync(source, made);
            answers.Add((answer.Status, answer.Body));
        }

        await gateway.Audit.RecordAsync(request.Caller.Name, "simulate", "source/" + source, json => json.WriteNumber("count", count));
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("seed", seed);
            json.WriteNumber("sent", count);
            json.WriteNumber("accepted", answers.Count(answer => answer.Status is >= 200 and < 300));
            json.WriteStartArray("results");
            foreach ((int status, ReadOnlyMemory<byte> body) in answers)
            {
                json.WriteStartObject();
                json.WriteNumber("status", status);
                json.WritePropertyName("answer");
                if (body.Length > 0 && body.Span[0] == '{')
                {
                    json.WriteRawValue(body.Span);
                }
                else
                {
                    json.WriteStringValue(body.Span);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
