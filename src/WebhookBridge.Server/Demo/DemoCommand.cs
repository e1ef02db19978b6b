using System.CommandLine;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Demo;

/// <summary><c>demo</c>: the whole trip with real requests, in a data directory that is thrown away.</summary>
internal static class DemoCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Option<bool> exit = new("--exit") { Description = "End when the table is printed: 0 when every outcome was the expected one." };
        Option<bool> asJson = Options.Json();
        Command demo = new("demo", "Shows the main job: signed events of five platforms are received, verified, filtered, reshaped, delivered and retried. Nothing leaves this machine.") { exit, asJson, Options.Urls };
        demo.SetAction((arguments, _) => RunAsync(arguments, context, arguments.GetValue(exit), arguments.GetValue(asJson)));
        root.Add(demo);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CommandContext context, bool exit, bool asJson)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("webhookbridge-demo-");
        try
        {
            using ILoggerFactory loggers = Logging.Create("none");
            await using DemoCrm crm = await DemoCrm.StartAsync();
            await using Gateway gateway = await context.OpenAsync(
                new GatewayOptions { DataDirectory = folder.FullName, AllowedNetworks = [System.Net.IPNetwork.Parse("127.0.0.0/8")] }, loggers);
            await using GatewayHost host = await StartAsync(arguments, context, gateway, loggers, exit, folder.FullName);
            DemoScript script = new(gateway, host.Server.Urls[0]);
            await script.SetUpAsync(crm.Url);
            using DemoProgress progress = new(context.Errors, asJson);
            IReadOnlyList<DemoOutcome> outcomes = await script.RunAsync(progress.Report);
            progress.Dispose();
            await context.Output.WriteAsync(asJson ? DemoReport.Json(outcomes, host.Server.Urls[0]) : DemoReport.Text(outcomes, Terminal.Colours));
            if (exit)
            {
                return outcomes.All(outcome => outcome.AsExpected) ? ExitCodes.Done : ExitCodes.Failed;
            }

            (string _, string key) = await gateway.Keys.CreateAsync("demo", ApiScopes.All, null, CommandContext.Actor);
            await (asJson ? context.Errors : context.Output).WriteAsync(DemoReport.WhatNext(host.Server.Urls[0], key));
            await context.Output.FlushAsync();
            await host.Server.WaitForStopAsync();
            return ExitCodes.Done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>On the usual port where it is free; the demo must not fail because another gateway is running.</summary>
    private static async Task<GatewayHost> StartAsync(ParseResult arguments, CommandContext context, Gateway gateway, ILoggerFactory loggers, bool exit, string folder)
    {
        string? asked = context.Settings.Find(arguments, Options.Urls);
        string url = asked ?? (exit ? "http://127.0.0.1:0" : ServeOptions.DefaultUrl);
        ServeOptions Listening(string at) => new() { Urls = ServeOptions.Addresses(Options.Urls.Name, at), DataDirectory = folder };
        try
        {
            return await GatewayHost.StartAsync(Listening(url), gateway, loggers);
        }
        catch (CommandException) when (asked is null && !exit)
        {
            return await GatewayHost.StartAsync(Listening("http://127.0.0.1:0"), gateway, loggers);
        }
    }
}
