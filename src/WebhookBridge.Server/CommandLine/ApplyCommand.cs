using System.CommandLine;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>apply FILE</c>: brings a configuration file into a gateway.</summary>
internal static class ApplyCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Argument<string> file = new("FILE") { Description = "The configuration file; - reads standard input." };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would change." };
        Option<bool> asJson = Options.Json();
        Command apply = new("apply", "Creates and replaces what a configuration file names, all or nothing. Expands ${VAR} and file:PATH in secrets.") { file, dryRun, asJson, Options.Data, Options.Server, Options.Key };
        apply.SetAction((arguments, _) => RunAsync(arguments, context, arguments.GetValue(file)!, arguments.GetValue(dryRun), arguments.GetValue(asJson)));
        root.Add(apply);
    }

    /// <summary>Applies <c>--config</c> at start: a file that would not work stops the start.</summary>
    public static async Task ApplyAtStartAsync(Gateway gateway, string file)
    {
        if (await ApplyAsync(gateway, Read(file, forRequest: false), dryRun: false) is ChangeResult.Invalid invalid)
        {
            throw Invalid(file, invalid.Problems);
        }
    }

    private static async Task<int> RunAsync(ParseResult arguments, CommandContext context, string file, bool dryRun, bool asJson)
    {
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                (int status, byte[] body, HttpResponseMessage answer) = await remote.SendAsync(HttpMethod.Post, "/api/v1/config" + (dryRun ? "?dryRun=true" : ""), Read(file, forRequest: true));
                answer.Dispose();
                JsonElement json = status is 200 or 422 or 400 ? JsonElement.Parse(body) : throw new CommandException(remote.Explain(status, body));
                if (status == 200)
                {
                    await PrintAsync(context, json, asJson);
                    return ExitCodes.Done;
                }

                List<ConfigurationProblem> problems = json.TryGetProperty("errors", out JsonElement errors)
                    ? [.. errors.EnumerateArray().Select(error => new ConfigurationProblem(error.GetProperty("path").GetString()!, error.GetProperty("message").GetString()!, error.GetProperty("fix").GetString()!))]
                    : throw new CommandException(remote.Explain(status, body));
                return await RefuseAsync(context, file, problems, asJson);
            }
        }

        byte[] document;
        try
        {
            document = Read(file, forRequest: false);
        }
        catch (InvalidConfigurationException e)
        {
            return await RefuseAsync(context, file, e.Problems, asJson);
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        switch (await ApplyAsync(gateway, document, dryRun))
        {
            case ChangeResult.Done done:
                await PrintAsync(context, JsonElement.Parse(ApiAnswer.Write(json => ConfigApi.Write(json, done))), asJson);
                return ExitCodes.Done;
            case ChangeResult.Invalid invalid:
                return await RefuseAsync(context, file, invalid.Problems, asJson);
            default:
                throw new InvalidOperationException("an unknown result of a change");
        }
    }

    private static async Task<ChangeResult> ApplyAsync(Gateway gateway, byte[] document, bool dryRun)
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(document, SecretSyntax.Plain);
        return reading.Value is { } definition
            ? await gateway.Configuration.ApplyAsync(definition, dryRun, CommandContext.Actor)
            : new ChangeResult.Invalid(reading.Problems);
    }

    /// <summary>The file with its references expanded in this process's environment.</summary>
    private static byte[] Read(string file, bool forRequest)
    {
        byte[] bytes = file == "-" ? ReadInput() : CommandContext.ReadFile(file);
        string folder = file == "-" ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(file))!;
        List<ConfigurationProblem> problems = [];
        byte[] expanded = SecretReferences.Expand(bytes, Environment.GetEnvironmentVariable, path => TryRead(Path.Combine(folder, path)), forRequest, problems);
        if (problems.Count > 0)
        {
            // What else is wrong is told at once, too; the unexpanded references themselves are fine as text.
            problems.AddRange(ConfigurationDocument.Read(bytes, SecretSyntax.Plain).Problems.Where(problem => problems.TrueForAll(known => known.Path != problem.Path)));
            throw new InvalidConfigurationException(file, problems);
        }

        return expanded;
    }

    private static byte[] ReadInput()
    {
        using Stream input = Console.OpenStandardInput();
        using MemoryStream bytes = new();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<int> RefuseAsync(CommandContext context, string file, IReadOnlyList<ConfigurationProblem> problems, bool asJson)
    {
        if (asJson)
        {
            await context.Output.WriteLineAsync(Encoding.UTF8.GetString(ApiAnswer.Write(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", false);
                ApiAnswer.WriteErrors(json, problems);
                json.WriteEndObject();
            })));
        }

        await context.Errors.WriteLineAsync(Invalid(file, problems).Message);
        return ExitCodes.Failed;
    }

    private static InvalidConfigurationException Invalid(string file, IReadOnlyList<ConfigurationProblem> problems) => new(file, problems);

    private static async Task PrintAsync(CommandContext context, JsonElement result, bool asJson)
    {
        if (asJson)
        {
            await context.Output.WriteLineAsync(result.GetRawText());
            return;
        }

        bool dryRun = result.GetProperty("dryRun").GetBoolean();
        foreach (JsonElement change in result.GetProperty("changes").EnumerateArray())
        {
            string what = change.GetProperty("change").GetString()!;
            await context.Output.WriteLineAsync($"{change.GetProperty("kind").GetString(),-12} {change.GetProperty("name").GetString(),-30} {(dryRun && what != "unchanged" ? "would be " : "")}{what}");
        }
    }
}

/// <summary>A configuration file that would not work, with every place.</summary>
internal sealed class InvalidConfigurationException(string file, IReadOnlyList<ConfigurationProblem> problems)
    : CommandException($"{file} is not valid; nothing was changed:\n{string.Join('\n', problems.Select(problem => "  " + problem))}")
{
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;
}
