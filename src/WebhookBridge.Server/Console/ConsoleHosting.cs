using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;

namespace WebhookBridge.Server.WebConsole;

/// <summary>The web console in the host: two calls.</summary>
internal static class ConsoleHosting
{
    /// <summary>Needs the stores, the catalogs and a <see cref="TimeProvider"/> beside it.</summary>
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddSingleton<ConsoleAssets>();
        services.AddSingleton<FirstStart>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<ConsoleGate>();
        services.AddSingleton<IAntiforgery, SessionAntiforgery>();
        services.AddHttpContextAccessor();
        services.AddTransient(static provider => Visitor.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext!));
        services.AddTransient(static provider => provider.GetRequiredService<Visitor>().Texts);
        services.AddRazorPages(static options =>
        {
            options.RootDirectory = "/Console/Pages";
            options.Conventions.ConfigureFilter(new ServiceFilterAttribute<ConsoleGate> { Order = -5000 });
        });

        // Nothing here uses ASP.NET's key ring (sessions are random tokens, stored as hashes): do not let it make keys in somebody's home directory.
        foreach (ServiceDescriptor keys in services.Where(static s => s.ImplementationType?.FullName == "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService").ToList())
        {
            services.Remove(keys);
        }

        return services;
    }

    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        routes.MapRazorPages();
        routes.MapGet("/assets/{name}", static (string name, ConsoleAssets assets, HttpContext context) => assets.Serve(name, context));
    }
}
