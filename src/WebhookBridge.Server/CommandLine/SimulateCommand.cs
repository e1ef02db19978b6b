using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Receiving;
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
        Option<bool> asJson = Options.Json();
        Command simulate = new("simulate", "Sends events as the platform would, signed, and marked as test.") { source, sample, count, rate, seed, asJson, Options.Data, Options.Server, Options.Key };
        simulate.SetAction(async (arguments, stop) =>
        {
            if (arguments.GetValue(count) is < 1 or > 1_000_000 || arguments.GetValue(rate) is <= 0)
            {
                throw new CommandException("--count takes a whole number from 1 to 1,000,000, and --rate a number above 0.", ExitCodes.WrongUsage);
            }

            int first = arguments.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1_000_000);
            Tally tally = new(first);
            TimeSpan? pause = arguments.GetValue(rate) is { } perSecond ? TimeSpan.FromSeconds(1 / perSecond) : null;
            await SendAsync(arguments, context, arguments.GetValue(source)!, arguments.GetValue(sample)!, arguments.GetValue(count), pause, tally, stop);
            await context.Output.WriteLineAsync(arguments.GetValue(asJson) ? tally.Json() : tally.Text());
            return tally.Accepted == tally.Sent ? ExitCodes.Done : ExitCodes.Failed;
        });
        root.Add(simulate);
    }

    private static async Task SendAsync(ParseResult arguments, CommandContext context, string source, string sample, int count, TimeSpan? pause, Tally tally, CancellationToken stop)
    {
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                await EachAsync(context, count, pause, async i =>
                {
                    JsonElement answer = await remote.CallAsync(HttpMethod.Post, "/api/v1/simulate", ApiAnswer.Write(json =>
                    {
                        json.WriteStartObject();
                        json.WriteString("source", source);
                        json.WriteString("event", sample);
                        json.WriteNumber("seed", tally.SeedOf(i));
                        json.WriteEndObject();
                    }));
                    JsonElement result = answer.GetProperty("results")[0];
                    tally.Add(result.GetProperty("status").GetInt32(), result.GetProperty("answer"));
                }, stop);
                return;
            }
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        Simulations simulations = new(gateway);
        await EachAsync(context, count, pause, async i =>
        {
            ReceiveAnswer answer = await simulations.ReceiveAsync(source, simulations.Make(source, sample, tally.SeedOf(i), wrongSignature: false));
            tally.Add(answer.Status, answer.Body.Length > 0 && answer.Body.Span[0] == '{' ? JsonElement.Parse(answer.Body.Span) : default);
        }, stop);
    }

    private static async Task EachAsync(CommandContext context, int count, TimeSpan? pause, Func<int, Task> send, CancellationToken stop)
    {
        long began = context.Time.GetTimestamp();
        for (int i = 0; i < count && !stop.IsCancellationRequested; i++)
        {
            if (pause is { } between && i * between - context.Time.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, context.Time, stop);
            }

            await send(i);
        }
    }

    private sealed class Tally(int seed)
    {
        private readonly List<string> _ids = [];

        public int Sent { get; private set; }

        public int Accepted { get; private set; }

        private int Duplicates { get; set; }

        private int LastStatus { get; set; }

        public int SeedOf(int index) => (int)(((long)seed + index) % int.MaxValue);

        public void Add(int status, JsonElement answer)
        {
            Sent++;
            LastStatus = status;
            Accepted += status is >= 200 and < 300 ? 1 : 0;
            if (answer.ValueKind == JsonValueKind.Object)
            {
                Duplicates += answer.TryGetProperty("status", out JsonElement word) && word.ValueEquals("duplicate") ? 1 : 0;
                if (_ids.Count < 1000 && answer.TryGetProperty("id", out JsonElement id))
                {
                    _ids.Add(id.GetString()!);
                }
            }
        }

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
