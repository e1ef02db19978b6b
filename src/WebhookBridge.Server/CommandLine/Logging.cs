using Microsoft.Extensions.Logging.Console;

namespace WebhookBridge.Server.CommandLine;

/// <summary>The log: one line per record on standard error, so that standard output is the commands' own.</summary>
internal static class Logging
{
    /// <param name="level">Value of <c>WEBHOOKBRIDGE_LOG_LEVEL</c>: trace, debug, information (default), warning, error, none.</param>
    public static ILoggerFactory Create(string? level)
    {
        if (!Enum.TryParse(level ?? nameof(LogLevel.Information), ignoreCase: true, out LogLevel minimum) || !Enum.IsDefined(minimum))
        {
            throw new CommandException($"WEBHOOKBRIDGE_LOG_LEVEL does not understand \"{level}\": write trace, debug, information, warning, error or none.", ExitCodes.WrongUsage);
        }

        return LoggerFactory.Create(logging => logging
            .SetMinimumLevel(minimum)
            .AddFilter("Microsoft", minimum > LogLevel.Warning ? minimum : LogLevel.Warning)
            // What keeps the server from starting is told in one sentence, by who started it.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", minimum <= LogLevel.Debug ? minimum : LogLevel.None)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
                console.ColorBehavior = LoggerColorBehavior.Default;
            })
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
    }
}
