using System.Text;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/replays</c>: the same events once more, as new deliveries.</summary>
internal sealed class ReplaysApi(Gateway gateway)
{
    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/replays", ApiScopes.Read, ["limit", "after"], ListAsync, new("listReplays", "All replays, newest first.", "ReplayPage")),
        new("POST", "/replays", ApiScopes.Replay, [], StartAsync, new("startReplay", "The same events once more, as new deliveries; a dry run only counts.", "Replay") { Status = 202, Also = [(200, "ReplayTrial")], Takes = "ReplayBody" }),
        new("GET", "/replays/{id}", ApiScopes.Read, [], GetAsync, new("getReplay", "How far a replay is.", "Replay") { Refuses = [Problems.NotFound] }),
        new("DELETE", "/replays/{id}", ApiScopes.Replay, [], CancelAsync, new("cancelReplay", "Cancels the rest of a replay.", "Replay") { Refuses = [Problems.NotFound, Problems.WrongState] }),
    ];

    private async Task<ApiAnswer> StartAsync(ApiRequest request)
    {
        (ReplayRequest replay, bool dryRun) = await request.ReadAsync(reader => (ReplayRequest.Read(reader), reader.Flag("dryRun", false)));
        if (dryRun)
        {
            IReadOnlyDictionary<string, long> routes = await gateway.Replays.TryAsync(replay, request.Aborted);
            long events = await gateway.Replays.CountAsync(replay);
            return ApiAnswer.Json(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("dryRun", true);
                json.WriteNumber("events", events);
                json.WriteNumber("deliveries", routes.Values.Sum());
                json.WriteStartArray("routes");
                foreach ((string route, long count) in routes)
                {
                    json.WriteStartObject();
                    json.WriteString("route", route);
                    json.WriteNumber("deliveries", count);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }

        string id = await gateway.Replays.StartAsync(replay, Encoding.UTF8.GetString((await request.BodyAsync()).Span), request.Caller.Name);
        return (await OneAsync(id, 202)).With("Location", $"{ApiHost.Prefix}/replays/{id}");
    }

    private Task<ApiAnswer> GetAsync(ApiRequest request) => OneAsync(request["id"], 200);

    private async Task<ApiAnswer> CancelAsync(ApiRequest request)
    {
        string id = request["id"];
        if (!await gateway.Replays.CancelAsync(id, request.Caller.Name))
        {
            ReplayRow row = await FindAsync(id);
            throw new ProblemException(Problems.WrongState, $"The replay {id} is {row.State}: there is nothing to cancel.");
        }

        return await OneAsync(id, 200);
    }

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        Page<ReplayRow> page = await request.PageAsync(gateway.Store.Log.Replays.PageAsync);
        return ApiAnswer.Page(page.Items, page.Next, LogJson.Write);
    }

    private async Task<ApiAnswer> OneAsync(string id, int status)
    {
        ReplayRow row = await FindAsync(id);
        return ApiAnswer.Json(json => LogJson.Write(json, row), status);
    }

    private async Task<ReplayRow> FindAsync(string id) =>
        await gateway.Store.Log.Replays.FindAsync(id) ?? throw new ProblemException(Problems.NotFound, $"There is no replay {id}.");
}
