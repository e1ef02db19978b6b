using System.CommandLine;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>health</c>: whether a running gateway accepts events; for health checks of containers that have no other client.</summary>
internal static class HealthCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Command health = new("health", "Tells whether a running gateway accepts events (--server, default http://localhost:8080). Ends with 0 when it does.") { Options.Server };
        health.SetAction(async (arguments, _) =>
        {
            using RemoteGateway gateway = context.Remote(arguments) ?? new RemoteGateway(Hosting.ServeOptions.DefaultUrl, null);
            // An address that serves senders only has no readiness; it being alive is all it tells.
            (int status, byte[] body, HttpResponseMessage answer) = await gateway.SendAsync(HttpMethod.Get, "/health/ready");
            answer.Dispose();
            if (status == 404)
            {
                (status, body, answer) = await gateway.SendAsync(HttpMethod.Get, "/health/live");
                answer.Dispose();
            }

            string text = System.Text.Encoding.UTF8.GetString(body);
            await (status == 200 ? context.Output : context.Errors).WriteLineAsync(text);
            return status == 200 ? ExitCodes.Done : ExitCodes.Failed;
        });
        root.Add(health);
    }
}
