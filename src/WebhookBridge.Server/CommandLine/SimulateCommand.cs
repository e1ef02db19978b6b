using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>simulate SOURCE EVENT</c>: signed test events, on a running gateway or into a data directory that nobody uses.</summary>
internal static class SimulateCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Argument<string> source = new("SOURCE") { Description = "Name of the source that receives." };
        Argument<string> sample = new("EVENT") { Description = "A sample of the source's platform, such as payment.succeeded." };
        Option<int> count = new("--count") { Description = "How many. Default 1.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<double?> rate = new("--rate") { Description = "How many a second. Default as fast as it goes.", HelpName = "R" };
        Option<int?> seed = new("--seed") { Description = "The same seed gives the same ids, times and amounts. Printed when none is given.", HelpName = "S" };
        Option<int> duplicates = new("--duplicates") { Description = $"How often each comes again, byte for byte; at most {SimulationPlan.MostDuplicates}.", HelpName = "N" };
        Option<bool> wrong = new("--wrong-signature") { Description = "Signed with something else than the source's secret." };
        Option<string?> age = new("--age") { Description = "How long ago it was signed, such as 10m: an old timestamp.", HelpName = "DURATION" };
        Option<bool> outOfOrder = new("--out-of-order") { Description = "In another order than they happened, a second apart." };
        Option<int> burst = new("--burst") { Description = $"How many at the same time; at most {SimulationPlan.MostBurst}. Default 1.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<string?> body = new("--body") { Description = "A file to send instead of the sample's body.", HelpName = "FILE" };
        Option<bool> asJson = Options.Json();
        Command simulate = new("simulate", "Sends events as the platform would, signed, and marked as test.")
        {
            source, sample, count, rate, seed, duplicates, wrong, age, outOfOrder, burst, body, asJson, Options.Data, Options.Server, Options.Key,
        };
        simulate.SetAction(async (arguments, stop) =>
        {
            double? perSecond = arguments.GetValue(rate);
            if (arguments.GetValue(count) is < 1 or > 1_000_000 || perSecond is <= 0)
            {
                throw new CommandException("--count takes a whole number from 1 to 1,000,000, and --rate a number above 0.", ExitCodes.WrongUsage);
            }

            if (arguments.GetValue(duplicates) is < 0 or > SimulationPlan.MostDuplicates || arguments.GetValue(burst) is < 1 or > SimulationPlan.MostBurst)
            {
                throw new CommandException($"--duplicates takes a whole number up to {SimulationPlan.MostDuplicates}, and --burst one from 1 to {SimulationPlan.MostBurst}.", ExitCodes.WrongUsage);
            }

            TimeSpan signedAgo = TimeSpan.Zero;
            if (arguments.GetValue(age) is { } text && !Durations.TryParse(text, out signedAgo))
            {
                throw new CommandException($"--age does not understand \"{text}\": write {Durations.Shape}.", ExitCodes.WrongUsage);
            }

            if (perSecond is not null && (arguments.GetValue(outOfOrder) || arguments.GetValue(burst) > 1))
            {
                throw new CommandException("--rate sends one after the other: leave it out with --out-of-order and --burst.", ExitCodes.WrongUsage);
            }

            SimulationPlan plan = new()
            {
                Source = arguments.GetValue(source)!,
                Event = arguments.GetValue(sample)!,
                Count = arguments.GetValue(count),
                Seed = arguments.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1_000_000),
                Duplicates = arguments.GetValue(duplicates),
                WrongSignature = arguments.GetValue(wrong),
                Age = signedAgo,
                OutOfOrder = arguments.GetValue(outOfOrder),
                Burst = arguments.GetValue(burst),
                Body = arguments.GetValue(body) is { } file ? await ReadAsync(file) : null,
            };
            Tally tally = new(plan.Seed);
            await SendAsync(arguments, context, plan, perSecond is { } r ? TimeSpan.FromSeconds(1 / r) : null, tally, stop);
            await context.Output.WriteLineAsync(arguments.GetValue(asJson) ? tally.Json() : tally.Text());

            // What is made to be refused has succeeded when it is.
            bool done = plan.WrongSignature ? tally.Accepted == 0 : plan.Age > TimeSpan.Zero || tally.Accepted == tally.Sent;
            return done ? ExitCodes.Done : ExitCodes.Failed;
        });
        root.Add(simulate);
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        try
        {
            return await File.ReadAllBytesAsync(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file {file} cannot be read: {e.Message}");
        }
    }

    /// <summary>In parts: with a rate one event each, else as many as one call takes.</summary>
    private static async Task SendAsync(ParseResult arguments, CommandContext context, SimulationPlan plan, TimeSpan? pause, Tally tally, CancellationToken stop)
    {
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                await EachAsync(context, plan, pause, async part =>
                {
                    JsonElement answer = await remote.CallAsync(HttpMethod.Post, "/api/v1/simulate", Write(part));
                    foreach (JsonElement result in answer.GetProperty("results").EnumerateArray())
                    {
                        tally.Add(result.GetProperty("status").GetInt32(), result.GetProperty("answer"));
                    }
                }, stop);
                return;
            }
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        Simulations simulations = new(gateway);
        await EachAsync(context, plan, pause, async part =>
        {
            foreach (SimulatedAnswer answer in await simulations.RunAsync(part, stop))
            {
                tally.Add(answer.Status, answer.Body.Length > 0 && answer.Body.Span[0] == '{' ? JsonElement.Parse(answer.Body.Span) : default);
            }
        }, stop);
    }

    private static async Task EachAsync(CommandContext context, SimulationPlan plan, TimeSpan? pause, Func<SimulationPlan, Task> send, CancellationToken stop)
    {
        long began = context.Time.GetTimestamp();
        int size = pause is null ? SimulationPlan.MostAtOnce / (plan.Duplicates + 1) : 1;
        for (int i = 0; i < plan.Count && !stop.IsCancellationRequested; i += size)
        {
            if (pause is { } between && i * between - context.Time.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, context.Time, stop);
            }

            await send(plan with { Count = Math.Min(size, plan.Count - i), Seed = Tally.SeedOf(plan.Seed, i) });
        }
    }

    private static byte[] Write(SimulationPlan plan) => ApiAnswer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("source", plan.Source);
        json.WriteString("event", plan.Event);
        json.WriteNumber("count", plan.Count);
        json.WriteNumber("seed", plan.Seed);
        json.WriteNumber("duplicates", plan.Duplicates);
        json.WriteBoolean("wrongSignature", plan.WrongSignature);
        json.WriteString("age", Durations.Format(plan.Age));
        json.WriteBoolean("outOfOrder", plan.OutOfOrder);
        json.WriteNumber("burst", plan.Burst);
        if (plan.Body is { } body)
        {
            json.WriteString("body", body);
        }

        json.WriteEndObject();
    });

    private sealed class Tally(int seed)
    {
        private readonly List<string> _ids = [];

        public int Sent { get; private set; }

        public int Accepted { get; private set; }

        private int Duplicates { get; set; }

        private int LastStatus { get; set; }

        public static int SeedOf(int seed, int index) => (int)(((long)seed + index) % int.MaxValue);

        public void Add(int status, JsonElement answer)
        {
            Sent++;
            LastStatus = status;
            Accepted += status is >= 200 and < 300 ? 1 : 0;
            Duplicates += TextOf(answer, "status") == "duplicate" ? 1 : 0;
            if (_ids.Count < 1000 && TextOf(answer, "id") is { } id)
            {
                _ids.Add(id);
            }
        }

        /// <summary>A text of the answer: a platform may have its own, and the status of a problem is a number.</summary>
        private static string? TextOf(JsonElement answer, string member) =>
            answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        public string Text() => string.Create(CultureInfo.InvariantCulture,
            $"Sent {Sent}, accepted {Accepted}{(Duplicates > 0 ? $", {Duplicates} of them repeats" : "")}{(Accepted < Sent ? $", last status {LastStatus}" : "")} (seed {seed}).{(_ids.Count == 1 ? $" Event {_ids[0]}." : "")}");

        public string Json() => Encoding.UTF8.GetString(ApiAnswer.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("seed", seed);
            json.WriteNumber("sent", Sent);
            json.WriteNumber("accepted", Accepted);
            json.WriteNumber("duplicates", Duplicates);
            json.WriteStartArray("ids");
            _ids.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }
}
