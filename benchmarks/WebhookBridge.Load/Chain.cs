using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Bench;

/// <summary>
/// The whole naive chain in one process, without any of a product's comfort:
/// verify -> insert (group commit, unique index) -> 202 -> in-memory channel -> filter -> reshape ->
/// POST -> attempt row and state change (same group-committing writer).
/// It is the ceiling that the gateway is compared with; --durable 0 leaves the store out.
/// </summary>
public static class Chain
{
    sealed record Op(int Kind, string ExternalId, byte[] Body, long EventId, long At, long DurUs, int Status, string Resp, TaskCompletionSource<long>? Done);
    readonly record struct Work(long Id, string ExternalId, byte[] Body);

    public static async Task<int> Run(Opts o)
    {
        byte[] secret = Encoding.UTF8.GetBytes(o.Str("secret", "bench-secret"));
        bool durable = o.Int("durable", 1) == 1, logAttempts = o.Int("attempts", 1) == 1;
        string sync = o.Str("sync", "FULL"), dir = o.Str("dir", ".");
        int workers = o.Int("workers", 32), maxBatch = o.Int("max-batch", 512);
        var dest = new Uri(o.Str("dest", "http://127.0.0.1:9090/in"));
        if (!dest.IsLoopback) throw new ArgumentException("loopback only");
        string db = Path.Combine(dir, "chain.db");
        Db.Delete(db);

        var ops = Channel.CreateUnbounded<Op>(new UnboundedChannelOptions { SingleReader = true });
        var work = Channel.CreateUnbounded<Work>();
        long commits = 0, written = 0, filtered = 0, delivered = 0;

        if (durable)
            new Thread(() =>
            {
                using var c = Db.Open(db, sync);
                using var w = new EventWriter(c);
                var done = new List<(TaskCompletionSource<long>, long)>();
                while (ops.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                {
                    w.Begin();
                    int k = 0;
                    while (k < maxBatch && ops.Reader.TryRead(out var op))
                    {
                        k++;
                        if (op.Kind == 0) done.Add((op.Done!, w.Insert(op.ExternalId, op.At, Db.Headers, op.Body)));
                        else
                        {
                            if (op.Kind == 1) w.Attempt(op.EventId, 1, op.At, op.DurUs, op.Status, op.Resp);
                            w.SetState(op.EventId, op.Status is >= 200 and < 300 ? 2 : 3);
                        }
                    }
                    w.Commit();
                    commits++; written += k;
                    foreach (var d in done) d.Item1.SetResult(d.Item2);
                    done.Clear();
                }
            }) { IsBackground = true }.Start();

        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = workers, UseCookies = false, AllowAutoRedirect = false });
        for (int i = 0; i < workers; i++)
            _ = Task.Run(async () =>
            {
                await foreach (var x in work.Reader.ReadAllAsync())
                {
                    using var doc = JsonDocument.Parse(x.Body);
                    var root = doc.RootElement;
                    bool match = root.GetProperty("payload").GetProperty("metadata").GetProperty("checkoutId").ValueEquals("ch_1") && root.GetProperty("payload").GetProperty("amount").GetInt64() > 1000;
                    if (!match)
                    {
                        Interlocked.Increment(ref filtered);
                        if (durable) ops.Writer.TryWrite(new Op(2, "", [], x.Id, 0, 0, 0, "", null));
                        continue;
                    }
                    var req = new HttpRequestMessage(HttpMethod.Post, dest) { Content = new ByteArrayContent(Reshape(root)) };
                    req.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                    long at = Clock.NowMicros(), t0 = Stopwatch.GetTimestamp();
                    int status; string text;
                    try
                    {
                        using var res = await http.SendAsync(req);
                        status = (int)res.StatusCode;
                        text = await res.Content.ReadAsStringAsync();
                    }
                    catch (HttpRequestException e) { status = 0; text = e.Message; }
                    Interlocked.Increment(ref delivered);
                    if (durable && logAttempts) ops.Writer.TryWrite(new Op(1, "", [], x.Id, at, (long)Stopwatch.GetElapsedTime(t0).TotalMicroseconds, status, text, null));
                }
            });

        var app = Web.Build(o.Int("port", 8081));
        app.MapPost("/hook", async (HttpContext ctx) =>
        {
            byte[] body = await Web.ReadBody(ctx);
            if (!Web.Verify(ctx, secret, body)) return Results.StatusCode(401);
            string ext = ctx.Request.Headers["webhook-id"].ToString();
            long id = 1;
            if (durable)
            {
                var t = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                ops.Writer.TryWrite(new Op(0, ext, body, 0, Clock.NowMicros(), 0, 0, "", t));
                id = await t.Task;
            }
            if (id == 0) return Results.StatusCode(200);
            work.Writer.TryWrite(new Work(id, ext, body));
            return Results.StatusCode(202);
        });
        app.MapGet("/_stats", () => Results.Json(new { commits, written, filtered, delivered, queue = work.Reader.Count, cpuSeconds = Stat.CpuSeconds(), rssMiB = Environment.WorkingSet >> 20 }));
        await app.RunAsync();
        return 0;
    }

    static byte[] Reshape(JsonElement e)
    {
        var p = e.GetProperty("payload");
        var buf = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var w = new Utf8JsonWriter(buf))
        {
            w.WriteStartObject();
            w.WriteString("eventId", e.GetProperty("id").GetString());
            w.WriteString("event", e.GetProperty("type").GetString());
            w.WriteNumber("amount", p.GetProperty("amount").GetInt64());
            w.WriteString("currency", p.GetProperty("currency").GetString());
            w.WriteString("checkoutId", p.GetProperty("metadata").GetProperty("checkoutId").GetString());
            w.WriteNumber("sentAt", p.GetProperty("metadata").GetProperty("sentAt").GetInt64());
            w.WriteEndObject();
        }
        return buf.WrittenSpan.ToArray();
    }
}
