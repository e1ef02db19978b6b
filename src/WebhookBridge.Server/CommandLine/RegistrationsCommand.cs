using System.CommandLine;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Registration;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>registrations list|add|remove</c>: the gateway's address at the platform, through the platform's own API.</summary>
internal static class RegistrationsCommand
{
    private const string KeyVariable = "PLATFORM_KEY";

    public static void AddTo(RootCommand root, CommandContext context)
    {
        Argument<string> source = new("SOURCE") { Description = "Name of the source that receives." };
        Option<bool> stdin = new("--platform-key-stdin") { Description = $"Read the platform's API key from standard input. Otherwise it is the variable {Settings.Prefix}{KeyVariable}. It is used for this call and kept nowhere." };
        Option<bool> asJson = Options.Json();
        Command registrations = new("registrations", $"The gateway's address at a platform, through the platform's own API: {string.Join(", ", Registrations.Platforms)}.");

        Command list = new("list", "Lists the addresses that the platform sends to with this key.") { source, stdin, asJson, Options.PublicUrl, Options.Data, Options.Server, Options.Key };
        list.SetAction((arguments, stop) => RunAsync(arguments, context, stdin, async gateway =>
            await PrintAsync(context, await gateway.ListAsync(arguments.GetValue(source)!, stop), arguments.GetValue(asJson))));

        Option<string?> events = Options.Text("--events", "TYPE,…", "The sender's own names of the events. Default all that are known.");
        Option<bool> replace = new("--replace-secrets") { Description = "Forget the secrets that the source has. Otherwise they go on beside the new one." };
        Command add = new("add", "Registers the source's address and stores the secret that the platform shows once.") { source, events, replace, stdin, asJson, Options.PublicUrl, Options.Data, Options.Server, Options.Key };
        add.SetAction((arguments, stop) => RunAsync(arguments, context, stdin, async gateway =>
        {
            string name = arguments.GetValue(source)!;
            string[] wanted = (arguments.GetValue(events) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            JsonElement made = await gateway.AddAsync(name, wanted, arguments.GetValue(replace), stop);
            await context.Output.WriteLineAsync(arguments.GetValue(asJson)
                ? made.GetRawText()
                : $"Registered {made.GetProperty("url").GetString()} as {made.GetProperty("id").GetString()}. Its secret is stored with the source \"{name}\".");
        }));

        Argument<string?> id = new("ID") { Description = "The registration, as list shows it.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> stale = new("--stale") { Description = "Remove those that point to this gateway in vain, instead of one by its id." };
        Command remove = new("remove", "Removes a registration at the platform.") { source, id, stale, stdin, Options.PublicUrl, Options.Data, Options.Server, Options.Key };
        remove.SetAction((arguments, stop) => RunAsync(arguments, context, stdin, async gateway =>
        {
            (string name, string? one) = (arguments.GetValue(source)!, arguments.GetValue(id));
            if (one is null != arguments.GetValue(stale))
            {
                throw new CommandException("Name one registration, or write --stale for all that point here in vain.", ExitCodes.WrongUsage);
            }

            IReadOnlyList<string> removed = one is null ? [.. (await gateway.PruneAsync(name, stop)).Select(item => item.GetProperty("id").GetString()!)] : [one];
            if (one is not null)
            {
                await gateway.RemoveAsync(name, one, stop);
            }

            await context.Output.WriteLineAsync(removed.Count == 0 ? "Nothing is stale." : $"Removed {string.Join(", ", removed)}.");
        }));
        registrations.Add(list);
        registrations.Add(add);
        registrations.Add(remove);
        root.Add(registrations);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CommandContext context, Option<bool> stdin, Func<IGateway, Task> act)
    {
        string? given = arguments.GetValue(stdin) ? (await Console.In.ReadToEndAsync()).TrimEnd('\r', '\n') : context.Settings.Variable(KeyVariable);
        string key = RegistrationsApi.Checked(given, $"the variable {Settings.Prefix}{KeyVariable}, or on standard input with --platform-key-stdin");
        string? origin = context.Settings.Find(arguments, Options.PublicUrl) is { Length: > 0 } url
            ? ConfigurationDocument.TryOrigin(url) ?? throw new CommandException($"--public-url does not understand \"{url}\": write scheme and host, such as https://hooks.example.com.", ExitCodes.WrongUsage)
            : null;
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                await act(new Running(remote, key, origin));
                return ExitCodes.Done;
            }
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        await act(new Stopped(gateway.Registrations, key, origin));
        return ExitCodes.Done;
    }

    private static async Task PrintAsync(CommandContext context, IReadOnlyList<JsonElement> items, bool asJson)
    {
        if (asJson)
        {
            await context.Output.WriteLineAsync(Encoding.UTF8.GetString(ApiAnswer.Write(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("items");
                foreach (JsonElement item in items)
                {
                    item.WriteTo(json);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            })));
            return;
        }

        if (items.Count == 0)
        {
            await context.Output.WriteLineAsync("Nothing is registered with this key.");
            return;
        }

        TextTable table = new("id", "state", "mode", "address");
        foreach (JsonElement item in items)
        {
            string state = item.GetProperty("state").GetString()!;
            table.Add(item.GetProperty("id").GetString()!, new Cell(state, state switch { "current" => Tone.Good, "stale" => Tone.Warning, _ => Tone.Plain }), item.GetProperty("mode").GetString() ?? "", item.GetProperty("url").GetString()!);
        }

        await context.Output.WriteAsync(table.Write(Terminal.Colours));
    }

    /// <summary>Where the source is set up.</summary>
    private interface IGateway
    {
        Task<IReadOnlyList<JsonElement>> ListAsync(string source, CancellationToken stop);

        Task<JsonElement> AddAsync(string source, IReadOnlyList<string> events, bool replaceSecrets, CancellationToken stop);

        Task<IReadOnlyList<JsonElement>> PruneAsync(string source, CancellationToken stop);

        Task RemoveAsync(string source, string id, CancellationToken stop);
    }

    private sealed class Running(RemoteGateway gateway, string key, string? origin) : IGateway
    {
        public async Task<IReadOnlyList<JsonElement>> ListAsync(string source, CancellationToken stop) =>
            Items(await CallAsync(HttpMethod.Get, Path(source) + (origin is null ? "" : "?publicUrl=" + Uri.EscapeDataString(origin))));

        public Task<JsonElement> AddAsync(string source, IReadOnlyList<string> events, bool replaceSecrets, CancellationToken stop) => CallAsync(HttpMethod.Post, Path(source), Body(json =>
        {
            json.WriteBoolean("replaceSecrets", replaceSecrets);
            json.WriteStartArray("events");
            foreach (string type in events)
            {
                json.WriteStringValue(type);
            }

            json.WriteEndArray();
        }));

        public async Task<IReadOnlyList<JsonElement>> PruneAsync(string source, CancellationToken stop) => Items(await CallAsync(HttpMethod.Post, Path(source) + "/prune", Body(static _ => { })));

        public Task RemoveAsync(string source, string id, CancellationToken stop) => CallAsync(HttpMethod.Delete, $"{Path(source)}/{Uri.EscapeDataString(id)}");

        private static string Path(string source) => $"/api/v1/sources/{Uri.EscapeDataString(source)}/registrations";

        private static JsonElement[] Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

        private byte[] Body(Action<Utf8JsonWriter> members) => ApiAnswer.Write(json =>
        {
            json.WriteStartObject();
            members(json);
            if (origin is not null)
            {
                json.WriteString("publicUrl", origin);
            }

            json.WriteEndObject();
        });

        private Task<JsonElement> CallAsync(HttpMethod method, string path, byte[]? body = null) => gateway.CallAsync(method, path, body, (RegistrationsApi.KeyHeader, key));
    }

    /// <summary>A data directory that no gateway uses.</summary>
    private sealed class Stopped(Registrations registrations, string key, string? origin) : IGateway
    {
        public async Task<IReadOnlyList<JsonElement>> ListAsync(string source, CancellationToken stop) => [.. (await registrations.ListAsync(source, key, origin, stop)).Select(Shown)];

        public async Task<JsonElement> AddAsync(string source, IReadOnlyList<string> events, bool replaceSecrets, CancellationToken stop) =>
            Shown(await registrations.RegisterAsync(source, key, origin, events, replaceSecrets, CommandContext.Actor, stop));

        public async Task<IReadOnlyList<JsonElement>> PruneAsync(string source, CancellationToken stop) => [.. (await registrations.PruneAsync(source, key, origin, CommandContext.Actor, stop)).Select(Shown)];

        public Task RemoveAsync(string source, string id, CancellationToken stop) => registrations.RemoveAsync(source, key, id, CommandContext.Actor, stop);

        private static JsonElement Shown(SourceRegistration registration) => JsonElement.Parse(ApiAnswer.Write(json => RegistrationsApi.Write(json, registration)));
    }
}
