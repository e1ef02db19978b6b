using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.OData.Tests;

/// <summary>The feed against SQL: random filters, orders, pages and groups over a random log, the same rows in the same order, while events arrive.</summary>
public sealed class RandomLogTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>2026-10-01 in days since 1970.</summary>
    public const long FirstDay = 20_727;

    private const int Events = 300;

    /// <summary>Events that arrive while one query is paged: with one for each page the log would grow with its own length, and the long run would not end.</summary>
    private const int MostArrivals = 2;

    private readonly int _seed = TestPace.Seed();
    private Random _random = null!;
    private FeedGateway _gateway = null!;
    private int _number;

    public async Task InitializeAsync()
    {
        output.WriteLine($"seed: {_seed}");
        _random = new Random(_seed);
        _gateway = await FeedGateway.StartAsync();
        await _gateway.StoreAsync([.. Enumerable.Range(0, Events).Select(_ => Event(old: true))]);
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Query_RandomFilterOrderAndPages_GivesWhatSqlGives()
    {
        RandomQueries queries = new(_random);
        await using SqliteConnection database = OpenDatabase();
        int count = TestPace.Pick(40, 900, 18_000);
        for (int i = 0; i < count; i++)
        {
            (string filter, string where) = queries.Filter();
            (string? order, string orderBy) = queries.Order();
            int? top = _random.Next(4) == 0 ? _random.Next(0, 60) : null;
            int skip = _random.Next(5) == 0 ? _random.Next(40) : 0;
            bool arriving = top is null && skip == 0 && _random.Next(20) == 0;
            bool counted = !arriving && _random.Next(4) == 0;
            long known = Scalar(database, "SELECT max(seq) FROM events");
            List<string> expected = Ids(database, $"SELECT id FROM events WHERE {where} ORDER BY {orderBy} LIMIT {top ?? -1} OFFSET {skip}");
            string path = $"Events?$select=id&$filter={Uri.EscapeDataString(filter)}" + (order is null ? "" : $"&$orderby={order}") + (top is null ? "" : $"&$top={top}") + (skip == 0 ? "" : $"&$skip={skip}") + (counted ? "&$count=true" : "");

            (List<string> actual, long? total) = await AllPagesAsync(path, _random.Next(8) == 0 ? 7 : 90, arriving);

            if (arriving)
            {
                HashSet<string> old = [.. Ids(database, $"SELECT id FROM events WHERE seq <= {known}")];
                actual.Distinct().Count().ShouldBe(actual.Count, $"seed {_seed}, query {i}: {path}");
                actual = [.. actual.Where(old.Contains)];
            }

            actual.ShouldBe(expected, $"seed {_seed}, query {i}: {path}\nin SQL: {where}\n{orderBy}");
            if (counted)
            {
                total.ShouldBe(Scalar(database, $"SELECT count(*) FROM events WHERE {where}"), $"seed {_seed}, query {i}: {path}");
            }
        }
    }

    [Fact]
    public async Task Apply_RandomGroups_GivesWhatSqlGives()
    {
        RandomQueries queries = new(_random);
        await using SqliteConnection database = OpenDatabase();
        int count = TestPace.Pick(10, 100, 2_000);
        for (int i = 0; i < count; i++)
        {
            (string apply, string sql, int columns) = queries.Groups();
            List<string> expected = [];
            await using (SqliteCommand command = database.CreateCommand())
            {
                command.CommandText = sql;
                await using SqliteDataReader reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync())
                {
                    string[] kinds = reader.GetString(columns).Split(',');
                    expected.Add(string.Join('|', kinds.Select((kind, c) => RandomQueries.Show(kind, reader.GetValue(c)))));
                }
            }

            List<string> actual = [];
            string? next = "Events?$apply=" + Uri.EscapeDataString(apply);
            while (next is not null)
            {
                FeedResponse answer = await _gateway.GetAsync(next, ("Prefer", "odata.maxpagesize=30"), ("Accept", "application/json;odata.metadata=none"));
                answer.Status.ShouldBe(200, $"seed {_seed}, query {i}: {apply}\n{answer.Text}");
                actual.AddRange(answer.Json.GetProperty("value").EnumerateArray().Select(static row => string.Join('|', row.EnumerateObject().Select(static cell => cell.Value.ValueKind == JsonValueKind.String ? cell.Value.GetString() : cell.Value.GetRawText()))));
                next = answer.Json.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString() : null;
            }

            actual.ShouldBe(expected, $"seed {_seed}, query {i}: {apply}\nin SQL: {sql}");
        }
    }

    private async Task<(List<string> Ids, long? Count)> AllPagesAsync(string path, int pageSize, bool arriving)
    {
        List<string> ids = [];
        long? count = null;
        string? next = path;
        int arrived = 0;
        while (next is not null)
        {
            FeedResponse answer = await _gateway.GetAsync(next, ("Prefer", $"odata.maxpagesize={pageSize}"));
            answer.Status.ShouldBe(200, $"seed {_seed}: {path}\n{answer.Text}");
            JsonElement json = answer.Json;
            int before = ids.Count;
            ids.AddRange(json.GetProperty("value").EnumerateArray().Select(static row => row.GetProperty("id").GetString()!));
            (ids.Count - before).ShouldBeLessThanOrEqualTo(pageSize);
            count ??= json.TryGetProperty("@odata.count", out JsonElement total) ? total.GetInt64() : null;
            next = json.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString() : null;
            if (arriving && next is not null && arrived++ < MostArrivals)
            {
                await _gateway.StoreAsync([Event(old: false)]);
            }
        }

        return (ids, count);
    }

    private SqliteConnection OpenDatabase()
    {
        SqliteConnection database = _gateway.OpenDatabase();
        database.CreateFunction("unicode_lower", static (string? text) => text?.ToLowerInvariant());
        return database;
    }

    private static long Scalar(SqliteConnection database, string sql)
    {
        using SqliteCommand command = database.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static List<string> Ids(SqliteConnection database, string sql)
    {
        using SqliteCommand command = database.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> ids = [];
        while (reader.Read())
        {
            ids.Add(Id((byte[])reader.GetValue(0)));
        }

        return ids;
    }

    /// <summary>Crockford's base 32 of the 16 bytes, written here a second time on purpose.</summary>
    private static string Id(byte[] bytes)
    {
        System.Numerics.BigInteger value = new(bytes, isUnsigned: true, isBigEndian: true);
        char[] text = new char[26];
        for (int i = 25; i >= 0; i--)
        {
            text[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(int)(value % 32)];
            value /= 32;
        }

        return "evt_" + new string(text);
    }

    /// <param name="old">Somewhere in the month before; else newer than all of them, as what arrives is.</param>
    private NewEvent Event(bool old)
    {
        string? Word() => _random.Next(5) == 0 ? null : RandomQueries.Words[_random.Next(RandomQueries.Words.Length)];
        long at = old ? (FirstDay * 86_400_000L) + (_random.NextInt64(30L * 24) * 3_600_000) + _random.Next(2) : ((FirstDay + 31) * 86_400_000L) + _number;
        long? minor = _random.Next(5) == 0 ? null : _random.Next(3000);
        byte[] body = new byte[_random.Next(3000)];
        byte[] key = SHA256.HashData(BitConverter.GetBytes(++_number));
        return new NewEvent
        {
            Event = new GatewayEvent
            {
                Id = "evt_01K" + _number.ToString("D23", CultureInfo.InvariantCulture),
                Source = Word() ?? "none",
                Platform = "generic",
                Type = Word() ?? "",
                Kind = Word() ?? "other",
                Mode = _random.Next(3) switch { 0 => "live", 1 => "test", _ => null },
                Test = _random.Next(4) == 0,
                Time = _random.Next(5) == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(at - (_random.Next(48) * 3_600_000L)),
                ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(at),
                Format = BodyFormat.Json,
                Body = body,
                Sha256 = SHA256.HashData(body),
                Headers = [],
                NormalForm = "{}"u8.ToArray(),
                Late = _random.Next(4) == 0,
                Columns = new SearchColumns
                {
                    PaymentId = Word(),
                    Currency = Word(),
                    AmountMinor = minor,
                    AmountScaled = minor * 10_000,
                    CheckoutId = Word(),
                    OrderId = Word(),
                    CustomerName = Word(),
                },
            },
            Dedupe = new DedupeKey(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(key), null),
            Routes = new RouteSet("random", "generic", []),
            Verdicts = default,
            Deliveries = [],
        };
    }
}
