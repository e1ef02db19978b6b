using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;

namespace Bench;

/// <summary>
/// Fills a data directory with events, their deliveries and attempts: fill --data DIR --events 1000000 --seed 1 --days 180.
/// Everything goes through the store's own journal and queue, so that what lies there afterwards is what a gateway would have written
/// (`webhookbridge check` agrees). The same seed gives the same rows. The last event is from --until (default 2026-11-01T00:00:00Z).
/// </summary>
public static class Fill
{
    const int EventsPerAppend = 400;
    const int AppendsAtOnce = 5; // the store lets 4,096 writes wait, and each end of a delivery is one

    public static async Task<int> Run(Opts options)
    {
        string data = options.Str("data", "");
        if (data.Length == 0)
        {
            Console.Error.WriteLine("usage: load fill --data DIR [--events 1000000] [--seed 1] [--days 180] [--until 2026-11-01T00:00:00Z]");
            return 2;
        }

        int events = options.Int("events", 1_000_000);
        var until = DateTimeOffset.Parse(options.Str("until", "2026-11-01T00:00:00Z"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var made = new FillEvents(options.Int("seed", 1), events, until, TimeSpan.FromDays(options.Int("days", 180)));
        long began = Stopwatch.GetTimestamp();
        using var directory = DataDirectory.OpenLocked(data);
        var key = MasterKey.LoadOrCreate(Environment.GetEnvironmentVariable(MasterKey.Variable), directory.MasterKeyFile, !File.Exists(directory.DatabaseFile));
        await using (var store = await SqliteStore.OpenAsync(directory, new SecretBox(key), StoreLimits.Default, TimeProvider.System, NullLoggerFactory.Instance))
        {
            await store.Config.SaveAsync([.. FillEvents.Configuration()], "fill");
            await FillStore(store, made, events);
            foreach (var rejection in made.Rejections(Math.Min(2000, events / 100)))
            {
                store.Journal.RecordRejection(rejection);
            }

            await store.Gate.RunAsync(static _ => { }); // behind the rejections in the same queue
        }

        var took = Stopwatch.GetElapsedTime(began);
        Console.WriteLine($"{events} events in {took.TotalSeconds:F1} s, {events / took.TotalSeconds:F0}/s, {new FileInfo(directory.DatabaseFile).Length >> 20} MiB");
        return 0;
    }

    static async Task FillStore(SqliteStore store, FillEvents made, int events)
    {
        var ready = Channel.CreateBounded<List<Made>>(AppendsAtOnce);
        var producer = Task.Run(async () =>
        {
            for (int done = 0; done < events; done += EventsPerAppend)
            {
                await ready.Writer.WriteAsync(made.Next(Math.Min(EventsPerAppend, events - done)));
            }

            ready.Writer.Complete();
        });
        long next = 100_000, total = 0;
        var running = new Queue<Task>();
        await foreach (var batch in ready.Reader.ReadAllAsync())
        {
            running.Enqueue(Store(store, batch));
            if (running.Count >= AppendsAtOnce) await running.Dequeue();
            total += batch.Count;
            if (total >= next)
            {
                Console.Error.WriteLine($"{total} events");
                next += 100_000;
            }
        }

        await Task.WhenAll(running);
        await producer;
    }

    static async Task Store(SqliteStore store, List<Made> batch)
    {
        switch (await store.Journal.AppendAsync([.. batch.Select(static m => m.New)]))
        {
            case AppendResult.Unavailable no:
                throw new InvalidOperationException("The store refuses events: " + no.Reason);
            case AppendResult.Stored stored when stored.Outcomes.Any(static o => o.Duplicate):
                throw new InvalidOperationException("Events of this seed are here already: fill an empty directory, or take another --seed.");
        }

        var ends = new List<Task<bool>>();
        foreach (var end in batch.SelectMany(static m => m.Ends))
        {
            ends.Add(store.Queue.CompleteAsync(end).AsTask());
        }

        if ((await Task.WhenAll(ends)).Contains(false))
        {
            throw new InvalidOperationException("A delivery was not there to be completed.");
        }
    }
}
