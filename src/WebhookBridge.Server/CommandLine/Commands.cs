using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Demo;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage;

namespace WebhookBridge.Server.CommandLine;

/// <summary>The command line (contract section 6): what there is, and how errors end.</summary>
internal static class Commands
{
    /// <summary>Runs one command line and gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        RootCommand root = new("WebhookBridge receives webhooks of payment platforms, keeps them, and delivers them to your tools.");
        CommandContext context = new(output, errors);
        ServeCommand.AddTo(root, context);
        DemoCommand.AddTo(root, context);
        ApplyCommand.AddTo(root, context);
        ExportCommand.AddTo(root, context);
        SimulateCommand.AddTo(root, context);
        CheckCommand.AddTo(root, context);
        BackupCommand.AddTo(root, context);
        HealthCommand.AddTo(root, context);
        UserCommand.AddTo(root, context);
        KeyCommand.AddTo(root, context);
        RegistrationsCommand.AddTo(root, context);
        ConnectorsCommand.AddTo(root, context);
        RenderCommand.AddTo(root, context);
        JudgeCommand.AddTo(root, context);

        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Action is ParseErrorAction or null || (parsed.Errors.Count > 0 && parsed.Action is not HelpAction))
        {
            string what = parsed.Errors.Count > 0 ? parsed.Errors[0].Message : "A command is missing.";
            string command = parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";
            await errors.WriteLineAsync($"{what} Run `webhookbridge {command}--help` to see what is possible.");
            return ExitCodes.WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandException e)
        {
            await errors.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
        catch (ProblemException e)
        {
            await errors.WriteLineAsync(e.Message);
            return ExitCodes.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"{e.Message.TrimEnd('.')}: check the path and its permissions.");
            return ExitCodes.Failed;
        }
    }
}

/// <summary>What every command is given.</summary>
internal sealed class CommandContext(TextWriter output, TextWriter errors)
{
    /// <summary>Who did it, in the audit log, when a command did.</summary>
    public const string Actor = "command line";

    private Settings? _settings;

    public TextWriter Output { get; } = output;

    public TextWriter Errors { get; } = errors;

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>Read when the first command asks, so that `--help` works with a broken file.</summary>
    public Settings Settings => _settings ??= new Settings(Environment.GetEnvironmentVariable, [Directory.GetCurrentDirectory(), AppContext.BaseDirectory], Options.Names);

    public string DataDirectory(ParseResult arguments) => Path.GetFullPath(Settings.Find(arguments, Options.Data) is { Length: > 0 } folder ? folder : "data");

    /// <summary>Opens a gateway on its data directory, or says in one sentence why that cannot be.</summary>
    public async Task<Gateway> OpenAsync(GatewayOptions options, ILoggerFactory loggers)
    {
        try
        {
            return await Gateway.OpenAsync(options, Time, loggers);
        }
        catch (Exception e) when (e is DataDirectoryException or MasterKeyException)
        {
            throw new CommandException(e.Message);
        }
    }

    /// <summary>Opens a gateway for one change by a command; nothing comes in, and what waits stays.</summary>
    public Task<Gateway> OpenForChangeAsync(ParseResult arguments, ILoggerFactory loggers) =>
        OpenAsync(new GatewayOptions { DataDirectory = DataDirectory(arguments), MasterKey = Settings.Variable("MASTER_KEY") }, loggers);

    /// <summary>Looks into a data directory, also beside the gateway that uses it.</summary>
    public T Read<T>(ParseResult arguments, Func<DataDirectory, T> read)
    {
        try
        {
            using DataDirectory directory = Storage.DataDirectory.OpenForReading(DataDirectory(arguments));
            return read(directory);
        }
        catch (Exception e) when (e is DataDirectoryException or MasterKeyException)
        {
            throw new CommandException(e.Message);
        }
    }

    /// <summary>The gateway that <c>--server</c> names, or null.</summary>
    public RemoteGateway? Remote(ParseResult arguments) =>
        Settings.Find(arguments, Options.Server) is { Length: > 0 } url ? new RemoteGateway(url, Settings.Find(arguments, Options.Key)) : null;

    /// <summary>A file's bytes, or one sentence.</summary>
    public static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"There is no file {path}: check the path.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read ({e.Message}); check its permissions.");
        }
    }
}
