using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WebhookBridge.Server.Demo;

/// <summary>A destination of the demo on this machine: it is unwell at the first try of each delivery, and takes the second.</summary>
internal sealed class DemoCrm : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _tries = new();

    private DemoCrm(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public static async Task<DemoCrm> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        DemoCrm crm = new(app);
        app.Run(http =>
        {
            string id = http.Request.Headers["Idempotency-Key"].ToString();
            http.Response.StatusCode = crm._tries.AddOrUpdate(id, 1, (_, tries) => tries + 1) == 1 ? 503 : 200;
            return Task.CompletedTask;
        });
        await app.StartAsync();
        crm.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return crm;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
