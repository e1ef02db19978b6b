using System.CommandLine;
using System.Text;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>export</c>: the configuration as a file, with the names of variables where secrets stood.</summary>
internal static class ExportCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Option<string?> output = Options.Text("--output", "FILE", "Write to a file instead of standard output.");
        Command export = new("export", "Prints the configuration. Secrets are replaced by names of variables, which are listed on standard error.") { output, Options.Data, Options.Server, Options.Key };
        export.SetAction(async (arguments, stop) =>
        {
            (byte[] document, IReadOnlyList<string> variables) = await ExportAsync(arguments, context);
            if (arguments.GetValue(output) is { } file)
            {
                await File.WriteAllBytesAsync(file, document, stop);
            }
            else
            {
                await context.Output.WriteAsync(Encoding.UTF8.GetString(document));
            }

            if (variables.Count > 0)
            {
                await context.Errors.WriteLineAsync($"Set these variables before you apply it: {string.Join(", ", variables)}");
            }

            return ExitCodes.Done;
        });
        root.Add(export);
    }

    private static async Task<(byte[] Document, IReadOnlyList<string> Variables)> ExportAsync(ParseResult arguments, CommandContext context)
    {
        if (context.Remote(arguments) is { } remote)
        {
            using (remote)
            {
                (int status, byte[] body, HttpResponseMessage answer) = await remote.SendAsync(HttpMethod.Get, "/api/v1/config");
                using (answer)
                {
                    return status == 200
                        ? (body, answer.Headers.TryGetValues(ConfigApi.VariablesHeader, out IEnumerable<string>? names) ? [.. names.SelectMany(name => name.Split(", ", StringSplitOptions.RemoveEmptyEntries))] : [])
                        : throw new CommandException(remote.Explain(status, body));
                }
            }
        }

        return StoredConfiguration.Export(context.DataDirectory(arguments), context.Settings.Variable("MASTER_KEY"), context.Time);
    }
}
