using System.CommandLine;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Accounts;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>serve</c>, which is also what runs when no command is named.</summary>
internal static class ServeCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Command serve = new("serve", "Receives, delivers and serves the API until it is told to stop. This is what runs when no command is named.");
        foreach (Option<string?> option in Options.Serve)
        {
            serve.Add(option);
            root.Add(option);
        }

        serve.SetAction((arguments, _) => RunAsync(arguments, context));
        root.SetAction((arguments, _) => RunAsync(arguments, context));
        root.Add(serve);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CommandContext context)
    {
        NativeMemory.GiveBack();
        ServeOptions options = ServeOptions.Read(arguments, context);
        // Beside what the start needs, on the other core: the first page and the first API call need it.
        Task warmUp = Task.Run(StoreContext.WarmUp);
        using ILoggerFactory loggers = Logging.Create(context.Settings.Variable("LOG_LEVEL"));
        await using Gateway gateway = await context.OpenAsync(options.ToGatewayOptions(context.Settings), loggers);
        if (options.AdminKey is { } key)
        {
            await gateway.Keys.SetEnvironmentKeyAsync(key);
        }

        if (options.ConfigFile is { } file)
        {
            await ApplyCommand.ApplyAtStartAsync(gateway, file);
        }

        await using GatewayHost host = await GatewayHost.StartAsync(options, gateway, loggers);
        foreach (string url in host.Server.Urls.Concat(host.Server.AdminUrls))
        {
            await context.Output.WriteLineAsync($"Listening on {url}");
        }

        if (!await new AccountStore(gateway.Store).AnyAsync(default))
        {
            string console = (host.Server.AdminUrls.Count > 0 ? host.Server.AdminUrls : host.Server.Urls)[0];
            await context.Output.WriteLineAsync($"Start token: {host.Server.StartToken} (open {console}/start in a browser to make the administrator)");
        }

        await context.Output.FlushAsync();
        await warmUp;
        await host.Server.WaitForStopAsync();
        return ExitCodes.Done;
    }
}
