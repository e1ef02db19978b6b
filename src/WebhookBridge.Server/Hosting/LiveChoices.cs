using System.Net.Sockets;
using System.Security.Cryptography;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Hosting;

/// <summary>What a destination offers for a field of a form (pipelines, lists, tags …), read from it when somebody asks. Thread-safe.</summary>
/// <remarks>At most <see cref="AtOnce"/> destinations are asked at a time, each for at most <see cref="Patience"/>. Of a list <see cref="MostChoices"/> entries are kept, for <see cref="Kept"/>, and at most <see cref="MostLists"/> lists; failures are not kept.</remarks>
internal sealed class LiveChoices(ConnectorCatalog connectors, GuardedConnect connect, ConnectorMemory memory, TimeProvider time) : IDisposable
{
    public const int MostChoices = 500;
    public const int MostLists = 64;
    public const int AtOnce = 4;

    private const int LongestLabel = 200;

    /// <summary>How long a list is good enough for a program that asks again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>How long a form that has a list open goes on showing it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ChoicesResult.Listed List, long At)> _lists = [];
    private readonly SemaphoreSlim _few = new(AtOnce);

    /// <summary>The list that was read not long ago; null when there is none. Asks nobody.</summary>
    public ChoicesResult.Listed? Remembered(DestinationDefinition destination, string field) => Look(Key(destination, field), Kept);

    /// <summary>The list, read from the destination unless it has been read within <paramref name="goodEnough"/>.</summary>
    /// <param name="destination">The destination, also one that is not saved yet.</param>
    /// <param name="saved">As it is saved; null when it is new. A session with the saved credentials shares what the destination's sessions keep, any other keeps nothing.</param>
    /// <param name="field">A field with live choices. It need not be filled in.</param>
    /// <param name="goodEnough">Zero = ask now.</param>
    /// <param name="aborted">The person has left.</param>
    public async Task<ChoicesResult> ReadAsync(DestinationDefinition destination, DestinationDefinition? saved, string field, TimeSpan goodEnough, CancellationToken aborted)
    {
        string key = Key(destination, field);
        if (Look(key, goodEnough) is { } known)
        {
            return known;
        }

        await _few.WaitAsync(aborted);
        try
        {
            ChoicesResult result = await AskAsync(destination, saved, field, aborted);
            if (result is ChoicesResult.Listed listed)
            {
                result = Keep(key, listed);
            }

            return result;
        }
        finally
        {
            _few.Release();
        }
    }

    public void Dispose() => _few.Dispose();

    private async Task<ChoicesResult> AskAsync(DestinationDefinition destination, DestinationDefinition? saved, string field, CancellationToken aborted)
    {
        bool known = saved is not null && saved.Connector == destination.Connector && saved.Name == destination.Name
            && saved.Secrets.Count == destination.Secrets.Count && saved.Secrets.All(s => destination.Secrets.TryGetValue(s.Key, out SecretText? now) && now.Equals(s.Value));
        DestinationOpener opener = new(connectors, connect, time, known ? memory : ConnectorMemory.OfThisProcess());
        (OpenDestination? opened, string? problem) = opener.Open(new ActiveDestination(destination, 0), asking: field);
        if (opened is null)
        {
            return Failed(problem ?? "");
        }

        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            limit.CancelAfter(Patience);
            return await opened.Session.ListChoicesAsync(field, limit.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return Failed($"There was no answer within {Patience.TotalSeconds} seconds.");
        }
        catch (Exception e) when (e is AddressNotAllowedException or HttpRequestException or IOException or SocketException)
        {
            return Failed(opened.Redactor.Text(e.GetBaseException().Message));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Failed($"the connector {destination.Connector} failed: {e.GetType().Name}"); // a plugin's fault must not take the page with it
        }
        finally
        {
            await opened.LeaveAsync();
        }
    }

    private ChoicesResult.Listed Keep(string key, ChoicesResult.Listed listed)
    {
        ChoicesResult.Listed bounded = new([.. listed.Choices.Where(static c => c.Value.Length > 0).DistinctBy(static c => c.Value).Take(MostChoices)
            .Select(static c => c with { Label = new(Cut(c.Label.En), Cut(c.Label.PtBr)) })]);
        lock (_gate)
        {
            foreach (string old in _lists.Where(l => time.GetElapsedTime(l.Value.At) > Kept).Select(static l => l.Key).ToList())
            {
                _lists.Remove(old);
            }

            if (_lists.Count >= MostLists && !_lists.ContainsKey(key))
            {
                _lists.Remove(_lists.MinBy(static l => l.Value.At).Key);
            }

            _lists[key] = (bounded, time.GetTimestamp());
        }

        return bounded;
    }

    private ChoicesResult.Listed? Look(string key, TimeSpan goodEnough)
    {
        lock (_gate)
        {
            return _lists.TryGetValue(key, out (ChoicesResult.Listed List, long At) kept) && time.GetElapsedTime(kept.At) < goodEnough ? kept.List : null;
        }
    }

    /// <summary>Other settings or secrets, other choices. Secrets go in only as part of a hash. The field's own value does not count: choosing one is no reason to ask again.</summary>
    private static string Key(DestinationDefinition destination, string field) => Convert.ToHexString(SHA256.HashData(ConfigurationWriter.WriteItem(
        destination with { Settings = destination.Settings.Where(s => s.Key != field).ToDictionary(), Limits = new(), Enabled = true }, static (_, secret) => secret.Reveal()))) + ":" + field;

    private static string Cut(string text) => text.Length > LongestLabel ? text[..LongestLabel] + "…" : text;

    private static ChoicesResult.Failed Failed(string sentence) => new(new LocalText(sentence, sentence));
}
