using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using WebhookBridge.Testing;

namespace WebhookBridge.OData.Tests;

/// <summary>What docs/odata.md calls quick is served by an index: SQLite's own plan of every statement that a request runs.</summary>
public sealed class PlanTests : IClassFixture<ShopLog>, IDisposable
{
    private static readonly string[] States = ["pending", "held", "refused", "exhausted", "cancelled"];

    private readonly ShopLog _log;
    private readonly Statements _statements;

    public PlanTests(ShopLog log)
    {
        _log = log;
        _statements = new Statements(log.Gateway.Gateway.Store.Directory.DatabaseFile);
    }

    public void Dispose() => _statements.Dispose();

    [Theory]
    [InlineData("Events", "ix_events_received")]
    [InlineData("Events?$orderby=receivedAt", "ix_events_received")]
    [InlineData("Events?$orderby=receivedDay desc", "ix_events_received")]
    [InlineData("Events?$filter=receivedAt ge 2026-11-01T00:00:00Z and receivedAt lt 2026-11-02T00:00:00Z", "ix_events_received (received_at>? AND received_at<?)")]
    [InlineData("Events?$filter=receivedDay eq 2026-11-01", "ix_events_received (received_at>? AND received_at<?)")]
    [InlineData("Events?$filter=date(receivedAt) eq 2026-11-01", "ix_events_received (received_at>? AND received_at<?)")]
    [InlineData("Events?$filter=year(receivedAt) eq 2026", "ix_events_received (received_at>? AND received_at<?)")]
    [InlineData("Events?$filter=source eq 'yoco'", "ix_events_source (source=?)")]
    [InlineData("Events?$filter=source eq 'yoco' and receivedAt ge 2026-11-01T00:00:00Z", "ix_events_source (source=? AND received_at>?)")]
    [InlineData("Events?$filter=kind eq 'payment.failed'", "ix_events_kind (kind=?)")]
    [InlineData("Events?$filter=kind eq 'payment.failed' and receivedDay ge 2026-11-01&$orderby=receivedAt", "ix_events_kind (kind=? AND received_at>?)")]
    [InlineData("Events?$filter=type eq 'payment.failed'", "ix_events_type (type=?)")]
    [InlineData("Events?$filter=type eq 'payment.failed' and receivedAt lt 2026-11-02T00:00:00Z", "ix_events_type (type=? AND received_at<?)")]
    [InlineData("Events?$filter=paymentId eq 'p_1'", "ix_events_payment (payment_id=?)")]
    [InlineData("Events?$filter=checkoutId eq 'ch_1'", "ix_events_checkout (checkout_id=?)")]
    [InlineData("Events?$filter=orderId eq 'o-8'", "ix_events_order (order_id=?)")]
    [InlineData("Events?$filter=customerEmail eq 'ana@example.com'", "ix_events_email (customer_email=?)")]
    [InlineData("Events?$filter=tolower(customerEmail) eq 'ana@example.com'", "ix_events_email (customer_email=?)")]
    [InlineData("Events?$filter=mode eq 'test'", "ix_events_test")]
    [InlineData("Events?$orderby=amount desc&$top=3", "ix_events_amount")]
    [InlineData("Events?$orderby=amount desc&$filter=amount gt 5&$top=2", "ix_events_amount (amount_scaled>?)")]
    [InlineData("Events?$orderby=amount&$filter=amount gt 5&$top=2", "ix_events_amount (amount_scaled>?)")]
    [InlineData("Events('E03')", "ux_events_id (id=?)")]
    [InlineData("Deliveries", "ix_deliveries_created")]
    [InlineData("Deliveries?$filter=route eq 'all'", "ix_deliveries_route (route=?)")]
    [InlineData("Deliveries?$filter=route eq 'all' and createdAt lt 2026-11-02T00:00:00Z", "ix_deliveries_route (route=? AND created_at<?)")]
    [InlineData("Deliveries?$filter=destination eq 'crm' and createdAt ge 2026-11-01T00:00:00Z", "ix_deliveries_destination (destination=? AND created_at>?)")]
    [InlineData("Deliveries('D03')", "ux_deliveries_id (id=?)")]
    [InlineData("Deliveries?$filter=createdAt ge 2026-11-01T00:00:00Z and createdAt lt 2026-11-02T00:00:00Z", "ix_deliveries_created (created_at>? AND created_at<?)")]
    [InlineData("Deliveries?$filter=state eq 'refused'", "ix_deliveries_stuck (state=?)")]
    [InlineData("Deliveries?$filter=state eq 'exhausted' and createdAt ge 2026-11-01T00:00:00Z", "ix_deliveries_stuck (state=? AND created_at>?)")]
    [InlineData("Deliveries?$filter=state eq 'cancelled'&$orderby=createdAt", "ix_deliveries_stuck (state=?)")]
    [InlineData("Attempts?$filter=outcome ne 'delivered'", "ix_attempts_failed")]
    [InlineData("Attempts?$filter=outcome eq 'retry'", "ix_attempts_failed")]
    [InlineData("Attempts?$filter=outcome in ('retry','refused') and blame eq 'network'", "ix_attempts_failed")]
    [InlineData("Attempts?$filter=outcome eq 'refused' and startedAt ge 2026-11-01T00:00:00Z", "ix_attempts_failed (started_at>?)")]
    [InlineData("Attempts('A03')", "ix_attempts_id (id=?)")]
    [InlineData("Attempts?$filter=id eq 'A03'", "ix_attempts_id (id=?)")]
    [InlineData("Attempts", "SCAN a")]
    [InlineData("Rejections", "ix_rejections_received")]
    [InlineData("Rejections?$filter=receivedAt ge 2026-11-01T00:00:00Z", "ix_rejections_received (received_at>?)")]
    [InlineData("Rejections('R01')", "ux_rejections_id (id=?)")]
    public async Task Query_OfAnIndexedProperty_WalksItsIndexInOrder(string path, string index)
    {
        List<string> plan = await PlanAsync(path);

        plan.ShouldContain(step => step.Contains(index, StringComparison.Ordinal), string.Join('\n', plan));
        // Reading through what a subquery gives is no walk of a table; attempts are read by their row numbers.
        plan.ShouldNotContain(step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("USING", StringComparison.Ordinal) && step != "SCAN a" && !plan.Any(other => other.StartsWith("CO-ROUTINE ", StringComparison.Ordinal) && other.EndsWith(step.Replace("SCAN ", " ", StringComparison.Ordinal), StringComparison.Ordinal)), string.Join('\n', plan));
        plan.ShouldNotContain(static step => step.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal), string.Join('\n', plan));
    }

    [Theory]
    [InlineData("Events?$orderby=receivedAt", "ix_events_received (received_at>?)")]
    [InlineData("Events?$filter=source eq 'yoco'", "ix_events_source (source=? AND received_at<?)")]
    [InlineData("Events?$orderby=amount desc", "ix_events_amount (amount_scaled>? AND amount_scaled<?)")]
    [InlineData("Deliveries", "ix_deliveries_created (created_at<?)")]
    [InlineData("Attempts", "INTEGER PRIMARY KEY (rowid<?)")]
    [InlineData("Attempts?$filter=outcome ne 'delivered'", "ix_attempts_failed (started_at<?)")]
    public async Task NextPage_OfAnIndexedOrder_BeginsInTheIndex(string path, string index)
    {
        FeedResponse first = await _log.Gateway.GetAsync(path, ("Prefer", "odata.maxpagesize=3"));

        List<string> plan = await PlanAsync(first.Json.GetProperty("@odata.nextLink").GetString()!);

        plan.ShouldContain(step => step.Contains(index, StringComparison.Ordinal), string.Join('\n', plan));
        plan.ShouldNotContain(static step => step.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal), string.Join('\n', plan));
    }

    [Theory]
    [InlineData("Events/$count", "USING COVERING INDEX")]
    [InlineData("Events/$count?$filter=kind eq 'payment.failed'", "USING COVERING INDEX ix_events_kind (kind=?)")]
    [InlineData("Events?$apply=groupby((receivedDay),aggregate($count as n))", "USING COVERING INDEX ix_events_received")]
    [InlineData("Deliveries?$filter=eventId eq 'E05'", "ix_deliveries_event (event_seq=?)")]
    [InlineData("Attempts?$filter=deliveryId eq 'D05'", "ix_attempts_delivery (delivery_seq=?)")]
    [InlineData("Events('E06')/deliveries", "ix_deliveries_event (event_seq=?)")]
    [InlineData("Events?$filter=id eq 'E06'&$expand=deliveries($expand=attempts)", "ix_attempts_delivery (delivery_seq=?)")]
    [InlineData("Events?$filter=id eq 'E06'&$expand=deliveries($top=1)", "ix_deliveries_event (event_seq=?)")]
    [InlineData("Events?$filter=amount gt 5 and amount le 6", "ix_events_amount (amount_scaled>? AND amount_scaled<?)")]
    [InlineData("Deliveries?$filter=state eq 'pending'", "ix_deliveries_pending")]
    [InlineData("Deliveries?$filter=state eq 'pending' and attemptCount gt 0&$orderby=createdAt", "ix_deliveries_pending")]
    [InlineData("Deliveries?$filter=state eq 'held'", "ix_deliveries_stuck (state=?)")]
    [InlineData("Deliveries?$filter=state in ('refused','exhausted')", "ix_deliveries_stuck (state=?)")]
    [InlineData("Deliveries/$count?$filter=state eq 'refused'", "COVERING INDEX ix_deliveries_stuck (state=?)")]
    [InlineData("Deliveries?$filter=event/paymentId eq 'p_1'", "ix_events_payment (payment_id=?)")]
    [InlineData("Attempts?$filter=delivery/state eq 'refused'", "ix_deliveries_stuck (state=?)")]
    [InlineData("Attempts/$count?$filter=outcome eq 'refused'", "ix_attempts_failed")]
    [InlineData("Events?$filter=id eq 'E06'&$expand=deliveries($count=true;$top=1)", "ix_deliveries_event (event_seq=?)")]
    [InlineData("Events?$search=p_4", "MULTI-INDEX OR")]
    [InlineData("Events?$search=\"p_4\"", "MULTI-INDEX OR")]
    [InlineData("Events?$filter=deliveries/any(d:d/state eq 'held')", "ix_deliveries_")]
    public async Task Query_OverAnIndex_UsesIt(string path, string step)
    {
        List<string> plan = await PlanAsync(path);

        plan.ShouldContain(line => line.Contains(step, StringComparison.Ordinal), string.Join('\n', plan));
    }

    /// <summary>Every name in the table of quick questions stands in the filter or the order of a request above.</summary>
    [Fact]
    public void Document_EveryQuickQuestion_HasAPlanHere()
    {
        string[] paths = [.. typeof(PlanTests).GetMethods().SelectMany(static method => method.GetCustomAttributes<InlineDataAttribute>().SelectMany(attribute => attribute.GetData(method))).Select(static row => (string)row[0])];
        string text = File.ReadAllText(RepositoryRoot.Of("docs/odata.md"));
        string[] rows = [.. text[text.IndexOf("**Quick are**", StringComparison.Ordinal)..text.IndexOf("## Who sees what", StringComparison.Ordinal)].Split('\n').Where(static line => line.StartsWith("| `", StringComparison.Ordinal))];

        rows.Length.ShouldBe(4);
        foreach (string row in rows)
        {
            string[] names = [.. row.Split('`').Where(static (_, i) => i % 2 == 1)];
            foreach (string name in names.Skip(1).Where(static name => !name.StartsWith('\'')))
            {
                paths.ShouldContain(path => path.StartsWith(names[0], StringComparison.Ordinal) && (path.Contains(name, StringComparison.Ordinal) || (name == "id" && path.Contains("('", StringComparison.Ordinal))), $"{names[0]}: {name}");
            }

            foreach (string word in names.Skip(1).Where(static name => !name.Contains(' ', StringComparison.Ordinal) && States.Contains(name)))
            {
                paths.ShouldContain(path => path.Contains($"state eq '{word}'", StringComparison.Ordinal), word);
            }
        }
    }

    private async Task<List<string>> PlanAsync(string path)
    {
        _statements.Clear();
        FeedResponse answer = await _log.Gateway.GetAsync(ShopLog.WithIds(path));
        answer.Status.ShouldBe(200, answer.Text);
        using SqliteConnection database = _log.Gateway.OpenDatabase();
        database.CreateFunction("feed_time_part", static (string part, long? ms) => (int?)null, isDeterministic: true);
        List<string> plan = [];
        foreach ((string sql, List<(string Name, object? Value)> parameters) in _statements.All)
        {
            using SqliteCommand command = database.CreateCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + sql;
            foreach ((string name, object? value) in parameters)
            {
                command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            }

            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                plan.Add(reader.GetString(3));
            }
        }

        return plan;
    }

    /// <summary>What EF Core sends to one database.</summary>
    private sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string _file;
        private readonly ConcurrentQueue<(string, List<(string, object?)>)> _all = new();
        private readonly List<IDisposable> _subscriptions = [];

        public Statements(string file)
        {
            _file = file;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public IEnumerable<(string Sql, List<(string Name, object? Value)> Parameters)> All => _all;

        public void Clear() => _all.Clear();

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandEventData { Command: { } command } && value.Key == RelationalEventId.CommandExecuting.Name && command.Connection?.DataSource == _file && command.CommandText.Contains("FROM", StringComparison.Ordinal) && !command.CommandText.Contains("api_keys", StringComparison.Ordinal))
            {
                _all.Enqueue((command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(static parameter => (parameter.ParameterName, parameter.Value))]));
            }
        }

        public void OnCompleted()
        {
            // Never.
        }

        public void OnError(Exception error)
        {
            // Never.
        }

        public void Dispose() => _subscriptions.ForEach(static subscription => subscription.Dispose());
    }
}
