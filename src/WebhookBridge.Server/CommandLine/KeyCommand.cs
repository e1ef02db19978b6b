using System.CommandLine;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>key create|rotate</c>: API keys, on a data directory that nobody uses or on a running gateway.</summary>
internal static class KeyCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Command key = new("key", "API keys.");
        Argument<string> name = new("name") { Description = "What the key is for: lower-case letters, digits and hyphens." };
        Option<string?> scopes = Options.Text("--scopes", "SCOPE,…", $"What it may do: {ApiScopes.Words}. Default read.");
        Option<string?> expires = Options.Text("--expires-in", "DURATION", "When it ends, such as 90d. Default never.");
        Command create = new("create", "Makes a key and prints it. It is shown this once.") { name, scopes, expires, Options.Data, Options.Server, Options.Key };
        create.SetAction((arguments, _) => CreateAsync(arguments, context, arguments.GetValue(name)!, arguments.GetValue(scopes), arguments.GetValue(expires)));

        Argument<string> which = new("key") { Description = "Name or id of the key." };
        Command rotate = new("rotate", "Replaces a key by a new one with the same name and scopes, and prints it. The old one ends at once.") { which, Options.Data, Options.Server, Options.Key };
        rotate.SetAction((arguments, _) => RotateAsync(arguments, context, arguments.GetValue(which)!));
        key.Add(create);
        key.Add(rotate);
        root.Add(key);
    }

    private static async Task<int> CreateAsync(ParseResult arguments, CommandContext context, string name, string? scopes, string? expiresIn)
    {
        string[] wanted = (scopes ?? ApiScopes.Read).Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!Names.IsValid(name))
        {
            throw new CommandException($"\"{name}\" cannot be a name: use {Names.Shape}.", ExitCodes.WrongUsage);
        }

        if (wanted.FirstOrDefault(scope => !ApiScopes.IsKnown(scope)) is { } unknown)
        {
            throw new CommandException($"There is no scope \"{unknown}\". {Names.Suggest(unknown, ApiScopes.All, "")}", ExitCodes.WrongUsage);
        }

        TimeSpan life = default;
        if (expiresIn is not null && (!Durations.TryParse(expiresIn, out life) || life == TimeSpan.Zero))
        {
            throw new CommandException($"--expires-in does not understand \"{expiresIn}\": write {Durations.Shape}.", ExitCodes.WrongUsage);
        }

        DateTimeOffset? end = expiresIn is null ? null : context.Time.GetUtcNow() + life;
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                JsonElement made = await remote.CallAsync(HttpMethod.Post, "/api/v1/keys", ApiAnswer.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteStartArray("scopes");
                    Array.ForEach(wanted, json.WriteStringValue);
                    json.WriteEndArray();
                    if (end is { } at)
                    {
                        json.WriteString("expiresAt", JsonTimes.Text(at));
                    }

                    json.WriteEndObject();
                }));
                await context.Output.WriteLineAsync(made.GetProperty("key").GetString());
                return ExitCodes.Done;
            }
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        await context.Output.WriteLineAsync((await gateway.Keys.CreateAsync(name, wanted, end, CommandContext.Actor)).Key);
        return ExitCodes.Done;
    }

    private static async Task<int> RotateAsync(ParseResult arguments, CommandContext context, string which)
    {
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                JsonElement keys = await remote.CallAsync(HttpMethod.Get, "/api/v1/keys?limit=200");
                string id = keys.GetProperty("items").EnumerateArray().FirstOrDefault(item => item.GetProperty("name").GetString() == which) is { ValueKind: JsonValueKind.Object } found
                    ? found.GetProperty("id").GetString()!
                    : which;
                JsonElement made = await remote.CallAsync(HttpMethod.Post, $"/api/v1/keys/{Uri.EscapeDataString(id)}/rotate");
                await context.Output.WriteLineAsync(made.GetProperty("key").GetString());
                return ExitCodes.Done;
            }
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        (string _, string key) = await gateway.Keys.RotateAsync(which, CommandContext.Actor)
            ?? throw new CommandException($"There is no key \"{which}\". {Names.Suggest(which, (await gateway.Keys.ListAsync()).Select(row => row.Name), "Make one with `webhookbridge key create`.")}");
        await context.Output.WriteLineAsync(key);
        return ExitCodes.Done;
    }
}
