using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>The enabled routes of one source, and for whom an event is. Routes that name their checkout ids are looked up by them, so that 200 shops on one source cost as much as one.</summary>
public sealed class RouteTable
{
    private readonly ActiveRoute[] _routes;
    private readonly int[] _asked;
    private readonly FrozenDictionary<string, int[]> _byCheckout;

    public RouteTable(string source, IEnumerable<ActiveRoute> routes)
    {
        _routes = [.. routes.OrderBy(static r => r.Name, StringComparer.Ordinal)];
        Set = new RouteSet(IdOf(source, _routes), source, [.. _routes.Select(static r => r.Name)]);
        var byCheckout = new Dictionary<string, List<int>>();
        var asked = new List<int>();
        for (int i = 0; i < _routes.Length; i++)
        {
            if (_routes[i].Conditions.CheckoutIds is not { } ids)
            {
                asked.Add(i);
                continue;
            }

            foreach (string id in ids)
            {
                if (!byCheckout.TryGetValue(id, out List<int>? at))
                {
                    byCheckout[id] = at = [];
                }

                at.Add(i);
            }
        }

        _asked = [.. asked];
        _byCheckout = byCheckout.ToFrozenDictionary(static p => p.Key, static p => p.Value.ToArray());
    }

    /// <summary>What the verdict bytes refer to.</summary>
    public RouteSet Set { get; }

    /// <summary>Judges the event for every route.</summary>
    /// <param name="verdicts">One <see cref="RouteVerdict"/> for each route of <see cref="Set"/>; filled here.</param>
    /// <param name="takers">Receives the routes that the event is for, and how long it is held there first.</param>
    public void Judge(EventView view, DateTimeOffset now, Span<byte> verdicts, List<(ActiveRoute Route, TimeSpan? HoldFor)> takers)
    {
        verdicts.Fill((byte)RouteVerdict.SkippedByCheckout);
        foreach (int i in _asked)
        {
            JudgeOne(i, view, now, verdicts, takers);
        }

        if (_byCheckout.Count > 0 && view.Of.Columns.CheckoutId is { } id && _byCheckout.TryGetValue(id, out int[]? named))
        {
            foreach (int i in named)
            {
                JudgeOne(i, view, now, verdicts, takers);
            }
        }
    }

    private void JudgeOne(int i, EventView view, DateTimeOffset now, Span<byte> verdicts, List<(ActiveRoute Route, TimeSpan? HoldFor)> takers)
    {
        ConditionsVerdict verdict = _routes[i].Conditions.Judge(view, now);
        verdicts[i] = (byte)verdict.Verdict;
        if (verdict.Verdict == RouteVerdict.Delivery)
        {
            takers.Add((_routes[i], verdict.HoldFor));
        }
    }

    private static string IdOf(string source, ActiveRoute[] routes) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source + "\n" + string.Join('\n', routes.Select(static r => r.Name)))).AsSpan(0, 16));
}
