using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage;

/// <summary>What <c>webhookbridge check</c> found (contract section 6).</summary>
public sealed record CheckResult(bool Ok, long Events, IReadOnlyList<RouteCounts> Routes, IReadOnlyList<CheckProblem> Problems);

/// <param name="Code">What is wrong; the words stand in docs/problems.md.</param>
/// <param name="Id">Of the row, or SQLite's own words.</param>
public sealed record CheckProblem(string Code, string Table, string Id);

/// <summary>Proves design invariants 1 to 3 on a live or copied database, without writing to it.</summary>
public static class Check
{
    private const int MostOfAKind = 100;

    /// <param name="databaseFile">A gateway may be running on it.</param>
    public static CheckResult Run(string databaseFile)
    {
        using SqliteConnection connection = new ConnectionFactory(databaseFile).OpenReadOnly();
        Migrator.RequireCurrent(connection);
        ConnectionFactory.Execute(connection, CheckStatements.Begin);
        var problems = new List<CheckProblem>();
        Integrity(connection, problems);
        Find(connection, problems, CheckStatements.VerdictCount, "verdict_missing", "events", IdSource.Event);
        Find(connection, problems, CheckStatements.VerdictDelivery, "verdict_without_delivery", "events", IdSource.Event);
        Find(connection, problems, CheckStatements.DeliveryOutsideSet, "delivery_without_verdict", "deliveries", IdSource.Delivery);
        Find(connection, problems, CheckStatements.AttemptCount, "attempts_miscounted", "deliveries", IdSource.Delivery);
        Find(connection, problems, CheckStatements.DeliveredWithoutAttempt, "delivered_without_attempt", "deliveries", IdSource.Delivery);
        Find(connection, problems, CheckStatements.DeliveredTwice, "delivered_and_open", "deliveries", IdSource.Delivery);
        byte[] removed = Convert.FromHexString(ProcessState.Get(connection, Retention.RemovedUpTo) ?? "");
        Find(connection, problems, CheckStatements.KeyWithoutEvent, "key_without_event", "dedupe_keys", IdSource.Event, removed);
        Find(connection, problems, CheckStatements.KeyOfAnotherSource, "key_of_another_source", "dedupe_keys", IdSource.Event);
        Find(connection, problems, CheckStatements.EventOfTwoKeys, "event_of_two_keys", "dedupe_keys", IdSource.Event);
        Find(connection, problems, CheckStatements.BodySize, "body_changed", "event_bodies", IdSource.Event);
        long events = (long)ConnectionFactory.Scalar(connection, CheckStatements.CountEvents)!;
        return new CheckResult(problems.Count == 0, events, Count(connection), problems);
    }

    private static void Integrity(SqliteConnection connection, List<CheckProblem> problems)
    {
        using var integrity = new Statement(connection.Handle!, ConnectionStatements.IntegrityCheck);
        while (integrity.Step())
        {
            if (integrity.Text(0) != "ok")
            {
                problems.Add(new CheckProblem("integrity", "database", integrity.Text(0)));
            }
        }

        using var keys = new Statement(connection.Handle!, ConnectionStatements.ForeignKeyCheck);
        while (keys.Step() && problems.Count < MostOfAKind)
        {
            problems.Add(new CheckProblem("foreign_key", keys.Text(0), keys.Text(1)));
        }
    }

    private static void Find(SqliteConnection connection, List<CheckProblem> problems, string sql, string code, string table, string prefix, byte[]? argument = null)
    {
        using var find = new Statement(connection.Handle!, sql);
        if (argument is not null)
        {
            find.Bind(1, argument.AsSpan());
        }

        for (int i = 0; i < MostOfAKind && find.Step(); i++)
        {
            problems.Add(new CheckProblem(code, table, find.Id(0, prefix)));
        }
    }

    private static IReadOnlyList<RouteCounts> Count(SqliteConnection connection)
    {
        var counts = new SortedDictionary<string, RouteCounts>(StringComparer.Ordinal);
        RouteCounts Of(string route) => counts.TryGetValue(route, out RouteCounts? known) ? known : counts[route] = new RouteCounts(route);
        using (var verdicts = new Statement(connection.Handle!, CheckStatements.Verdicts))
        {
            while (verdicts.Step())
            {
                IReadOnlyList<string> routes = PairsJson.ReadNames(verdicts.Text(0));
                byte[] bytes = verdicts.BlobArray(1);
                for (int i = 0; i < Math.Min(routes.Count, bytes.Length); i++)
                {
                    RouteCounts route = Of(routes[i]);
                    route.Accepted += verdicts.Long(2);
                    if ((RouteVerdict)bytes[i] != RouteVerdict.Delivery)
                    {
                        route.Add(StateNames.Of((RouteVerdict)bytes[i]).Verdict, verdicts.Long(2));
                    }
                }
            }
        }

        using (var deliveries = new Statement(connection.Handle!, CheckStatements.FirstDeliveries))
        {
            while (deliveries.Step())
            {
                Of(deliveries.Text(0)).Add(deliveries.Text(1), deliveries.Long(2));
            }
        }

        return [.. counts.Values];
    }
}
