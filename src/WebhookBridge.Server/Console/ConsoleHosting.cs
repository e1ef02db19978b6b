using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Overview;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Rejected;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Sources;
using WebhookBridge.Storage.Accounts;

namespace WebhookBridge.Server.WebConsole;

/// <summary>The web console in the host: what it needs, and where it stands in the pipeline.</summary>
internal static class ConsoleHosting
{
    /// <summary>No form of ours is longer.</summary>
    private const long MaxBodyBytes = 2 * 1024 * 1024;

    private static readonly string[] Folders = ["sign-in", "start", "me", "sources", "rejected", "assets", "problem",
        "routes", "destinations", "templates", "lists", "events", "journeys", "replays", "settings"];

    public static IServiceCollection AddConsole(this IServiceCollection services, Gateway gateway, ConsoleOptions options)
    {
        services.AddSingleton(gateway);
        services.AddSingleton(gateway.Time);
        services.AddSingleton(options);
        services.AddSingleton(new AccountStore(gateway.Store));
        services.AddSingleton<ConsoleAssets>();
        services.AddSingleton<FirstStart>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<ShownOnce>();
        services.AddSingleton<RefusedRequests>();
        services.AddSingleton<GatewayFigures>();
        services.AddSingleton<Reveals>();
        services.AddSingleton<EventChoices>();
        services.AddSingleton<ConsoleGate>();
        services.AddSingleton<IAntiforgery, SessionAntiforgery>();
        services.AddHttpContextAccessor();
        services.AddTransient(static provider => Visitor.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext!));
        services.AddTransient(static provider => provider.GetRequiredService<Visitor>().Texts);
        services.AddRazorPages(static pages =>
        {
            pages.RootDirectory = "/Console/Pages";
            pages.Conventions.ConfigureFilter(new ServiceFilterAttribute<ConsoleGate> { Order = -5000 });
        });

        // Nothing here uses ASP.NET's key ring (sessions are random tokens, stored as hashes): do not let it make keys in somebody's home directory.
        foreach (ServiceDescriptor keys in services.Where(static s => s.ImplementationType?.FullName == "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService").ToList())
        {
            services.Remove(keys);
        }

        return services;
    }

    /// <summary>Whether a page or file of the console may stand at this path.</summary>
    public static bool IsForConsole(string path) => path == "/" || (path.Length > 1 && Folders.Contains(path.Split('/')[1]));

    /// <summary>The console's own pipeline; what it does not know goes on to whoever comes next.</summary>
    public static void UseConsole(this IApplicationBuilder app, TrustedProxies proxies)
    {
        app.Use((context, next) =>
        {
            // Behind a trusted proxy, cookies and links are those of the address that the browser sees.
            Uri origin = new(proxies.Origin(context));
            (context.Request.Scheme, context.Request.Host) = (origin.Scheme, HostString.FromUriComponent(origin));
            context.Connection.RemoteIpAddress = System.Net.IPAddress.TryParse(proxies.RemoteIp(context), out System.Net.IPAddress? address) ? address : null;
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = MaxBodyBytes;
            }

            return next(context);
        });
        app.UseExceptionHandler("/problem/500");
        app.UseStatusCodePagesWithReExecute("/problem/{0}");
        app.UseRouting();
        app.UseEndpoints(static endpoints =>
        {
            endpoints.MapRazorPages();
            endpoints.MapGet("/assets/{name}", static (string name, ConsoleAssets assets, HttpContext context) => assets.Serve(name, context));
        });
    }
}
