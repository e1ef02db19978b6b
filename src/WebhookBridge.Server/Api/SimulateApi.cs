using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;

namespace WebhookBridge.Server.Api;

/// <summary><c>POST /simulate</c>: events as a platform would send them, signed and marked as test.</summary>
internal sealed class SimulateApi(Gateway gateway)
{
    private readonly Simulations _simulations = new(gateway);

    public IEnumerable<Operation> Operations() => 
    [
        new("POST", "/simulate", ApiScopes.Write, [], SimulateAsync,
            new("simulate", "Events as a platform would send them, signed and marked as test.", "Simulation") { Takes = "SimulateBody", Refuses = [Problems.NotFound, Problems.NotPossible] }),
    ];

    private async Task<ApiAnswer> SimulateAsync(ApiRequest request)
    {
        SimulationPlan plan = await request.ReadAsync(reader => new SimulationPlan
        {
            Source = reader.RequiredText("source", "Name a source."),
            Event = reader.RequiredText("event", "Name a sample of the source's platform, such as payment.succeeded."),
            Count = reader.Whole("count", 1, SimulationPlan.MostAtOnce) ?? 1,
            Seed = reader.Whole("seed", 0, int.MaxValue) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            Body = ReadBody(reader),
            WrongSignature = reader.Flag("wrongSignature", false),
            Age = reader.Duration("age", TimeSpan.Zero, TimeSpan.FromDays(365)) ?? TimeSpan.Zero,
            Duplicates = reader.Whole("duplicates", 0, SimulationPlan.MostDuplicates) ?? 0,
            OutOfOrder = reader.Flag("outOfOrder", false),
            Burst = reader.Whole("burst", 1, SimulationPlan.MostBurst) ?? 1,
        });
        IReadOnlyList<SimulatedAnswer> answers = await _simulations.RunAsync(plan, request.Aborted);
        (string source, int seed, int count) = (plan.Source, plan.Seed, answers.Count);

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

    /// <summary>A body edited by hand: a text as it is, anything else as its JSON.</summary>
    private static byte[]? ReadBody(ObjectReader reader) => !reader.Has("body", out JsonElement body) ? null
        : Encoding.UTF8.GetBytes(body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText());
}
