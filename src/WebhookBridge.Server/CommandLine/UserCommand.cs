using System.CommandLine;
using System.Security.Cryptography;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>user add|reset</c>: people who sign in to the console.</summary>
internal static class UserCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Command user = new("user", "People who sign in to the console.");
        Argument<string> name = new("name") { Description = "Name or e-mail address to sign in with." };
        Option<string?> role = Options.Text("--role", "ROLE", $"{string.Join(", ", Users.Roles)}. Default {Users.Administrator}.");
        Option<bool> stdin = new("--password-stdin") { Description = "Read the password from standard input. Otherwise one is made and printed." };

        Command add = new("add", "Adds a person.") { name, role, stdin, Options.Data };
        add.SetAction((arguments, _) => RunAsync(arguments, context, arguments.GetValue(name)!, arguments.GetValue(role) ?? Users.Administrator, arguments.GetValue(stdin), add: true));
        Command reset = new("reset", "Gives a person a new password and ends their sessions.") { name, stdin, Options.Data };
        reset.SetAction((arguments, _) => RunAsync(arguments, context, arguments.GetValue(name)!, Users.Viewer, arguments.GetValue(stdin), add: false));
        user.Add(add);
        user.Add(reset);
        root.Add(user);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CommandContext context, string name, string role, bool fromInput, bool add)
    {
        string? given = fromInput ? (await Console.In.ReadToEndAsync()).TrimEnd('\r', '\n') : null;
        string password = given ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        if (Users.Problems(name, role, password).FirstOrDefault() is { Message: { } message })
        {
            throw new CommandException(message, ExitCodes.WrongUsage);
        }

        using ILoggerFactory loggers = Logging.Create("error");
        await using Gateway gateway = await context.OpenForChangeAsync(arguments, loggers);
        if (add)
        {
            await gateway.Users.AddAsync(name, role, password, CommandContext.Actor);
        }
        else if (!await gateway.Users.ResetAsync(name, password, CommandContext.Actor))
        {
            throw new CommandException($"There is no user {name}. {Names.Suggest(name, gateway.Users.List().Select(user => user.Name), "Add one with `webhookbridge user add`.")}");
        }

        if (given is null)
        {
            await context.Output.WriteLineAsync($"Password of {name}: {password}");
        }

        return ExitCodes.Done;
    }
}
