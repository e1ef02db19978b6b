using System.Globalization;

namespace WebhookBridge.OData.Tests;

/// <summary>Makes questions in two languages at once: OData, and SQL that is written by other rules than the feed's own. Everything comes from the seed.</summary>
public sealed class RandomQueries(Random random)
{
    /// <summary>Values of text columns; the log of <see cref="RandomLogTests"/> is made of the same.</summary>
    public static readonly string[] Words = ["yoco", "stripe", "pay", "payment", "payment.failed", "ZAR", "zar", "O'Brien", "100%", "a_b", "João", "JOÃO", "Ana Silva", "x", ""];

    private static readonly Column[] All =
    [
        new("source", "source", Kind.Text, false), new("kind", "kind", Kind.Text, false), new("mode", "mode", Kind.Text, true),
        new("paymentId", "payment_id", Kind.Text, true), new("currency", "currency", Kind.Text, true), new("checkoutId", "checkout_id", Kind.Text, true),
        new("customerName", "customer_name", Kind.Text, true), new("orderId", "order_id", Kind.Text, true),
        new("size", "size", Kind.Number, false), new("duplicateCount", "duplicate_count", Kind.Number, false), new("amountMinor", "amount_minor", Kind.Number, true),
        new("amount", "amount_scaled", Kind.Money, true), new("receivedAt", "received_at", Kind.Time, false), new("time", "time", Kind.Time, true),
        new("receivedDay", "received_day", Kind.Day, false), new("late", "late", Kind.Flag, false), new("test", "test", Kind.Flag, false),
    ];

    private enum Kind
    {
        Text,
        Number,
        Money,
        Time,
        Day,
        Flag,
    }

    private static readonly string[] Operators = ["eq", "ne", "gt", "ge", "lt", "le"];

    /// <summary>A condition, as both say it. In SQL a comparison with null is 0, as OData has it; a function of null is NULL in both.</summary>
    public (string OData, string Sql) Filter(int depth = 3)
    {
        int choice = random.Next(depth > 0 ? 10 : 6);
        switch (choice)
        {
            case 6 or 7:
                (string a, string b) = Filter(depth - 1);
                (string c, string d) = Filter(depth - 1);
                string word = random.Next(2) == 0 ? "and" : "or";
                return ($"({a} {word} {c})", $"({b} {word} {d})");
            case 8:
                (string inner, string sql) = Filter(depth - 1);
                return ($"not ({inner})", $"NOT ({sql})");
            case 9:
                return Part();
            case 4:
                return Function();
            case 5:
                return In();
            default:
                return Comparison();
        }
    }

    /// <summary>Keys of an order; what follows them breaks ties as the feed promises.</summary>
    public (string? OData, string Sql) Order()
    {
        List<string> odata = [], sql = [];
        bool descending = true;
        for (int i = random.Next(4); i > 0; i--)
        {
            Column column = Pick(All);
            if (odata.Exists(key => key.Split(' ')[0] == column.Name))
            {
                continue;
            }

            descending = random.Next(2) == 0;
            odata.Add(column.Name + (descending ? " desc" : random.Next(2) == 0 ? " asc" : ""));
            sql.Add($"{column.Sql} {(descending ? "DESC" : "ASC")}");
        }

        string direction = descending ? "DESC" : "ASC";
        sql.Add($"received_at {direction}");
        sql.Add($"seq {direction}");
        return (odata.Count == 0 ? null : string.Join(',', odata), string.Join(", ", sql));
    }

    /// <summary>Groups with sums over them, sorted by the groups.</summary>
    public (string OData, string Sql, int Columns) Groups()
    {
        Column[] by = [.. All.Where(static column => column.Kind is Kind.Text or Kind.Day or Kind.Flag).OrderBy(_ => random.Next()).Take(random.Next(1, 3))];
        Column sum = Pick([.. All.Where(static column => column.Kind is Kind.Number or Kind.Money)]);
        Column most = Pick([.. All.Where(static column => column.Kind is not Kind.Flag)]);
        Column distinct = Pick(All);
        (string filter, string where) = Filter(1);
        string keys = string.Join(',', by.Select(static column => column.Sql));
        return (
            $"filter({filter})/groupby(({string.Join(',', by.Select(static column => column.Name))}),aggregate($count as n,{sum.Name} with sum as s,{most.Name} with max as m,{most.Name} with min as l,{distinct.Name} with countdistinct as d))",
            $"SELECT {keys}, count(*), sum({sum.Sql}), max({most.Sql}), min({most.Sql}), count(DISTINCT {distinct.Sql}), '{string.Join(',', by.Select(static column => column.Kind))},Number,{sum.Kind},{most.Kind},{most.Kind},Number' FROM events WHERE {where} GROUP BY {keys} ORDER BY {keys}",
            by.Length + 5);
    }

    /// <summary>A value of the database as JSON shows it.</summary>
    public static string Show(string kind, object value) => (kind, value) switch
    {
        (_, DBNull) => "null",
        ("Money", long scaled) => (scaled / 1_000_000m / 1.000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        ("Time", long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ("Day", long day) => DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ("Flag", long flag) => flag == 1 ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private (string, string) Comparison()
    {
        Column column = Pick(All);
        if (column.Kind == Kind.Flag)
        {
            bool value = random.Next(2) == 0;
            return random.Next(3) == 0 ? (column.Name, column.Sql) : ($"{column.Name} {(value ? "eq" : "ne")} true", value ? column.Sql : $"NOT {column.Sql}");
        }

        string op = Pick(Operators);
        if (column.Nullable && random.Next(8) == 0)
        {
            return op switch
            {
                "eq" => ($"{column.Name} eq null", $"{column.Sql} IS NULL"),
                "ne" => ($"{column.Name} ne null", $"{column.Sql} IS NOT NULL"),
                _ => ($"{column.Name} {op} null", "0"),
            };
        }

        (string odata, string sql) = Literal(column);
        return ($"{column.Name} {op} {odata}", Compare(column.Sql, op, sql));
    }

    private (string, string) In()
    {
        Column column = Pick([.. All.Where(static column => column.Kind != Kind.Flag)]);
        (string OData, string Sql)[] values = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Literal(column))];
        return ($"{column.Name} in ({string.Join(',', values.Select(static value => value.OData))})", "(" + string.Join(" OR ", values.Select(value => $"{column.Sql} IS {value.Sql}")) + ")");
    }

    private (string, string) Function()
    {
        Column column = Pick([.. All.Where(static column => column.Kind == Kind.Text)]);
        string word = Pick(Words);
        string part = word[..random.Next(word.Length + 1)];
        string odata = column.Name, sql = column.Sql;
        if (random.Next(3) == 0)
        {
            (odata, sql, part) = ($"tolower({odata})", $"unicode_lower({sql})", part.ToLowerInvariant());
        }

        string quoted = Quote(part);
        return random.Next(3) switch
        {
            0 => ($"contains({odata},{quoted})", $"(instr({sql}, {quoted}) > 0)"),
            1 => ($"startswith({odata},{quoted})", $"(substr({sql}, 1, {part.Length}) = {quoted})"),
            _ => ($"endswith({odata},{quoted})", part.Length == 0 ? $"({sql} = {sql})" : $"(substr({sql}, -{part.Length}) = {quoted})"),
        };
    }

    /// <summary>Parts of a time.</summary>
    private (string, string) Part()
    {
        Column column = Pick([.. All.Where(static column => column.Kind == Kind.Time)]);
        string op = Pick(Operators);
        (string name, string format, int value) = random.Next(4) switch
        {
            0 => ("year", "%Y", 2025 + random.Next(3)),
            1 => ("month", "%m", 1 + random.Next(12)),
            2 => ("day", "%d", 1 + random.Next(31)),
            _ => ("hour", "%H", random.Next(24)),
        };
        return ($"{name}({column.Name}) {op} {value}", Compare($"CAST(strftime('{format}', {column.Sql} / 1000, 'unixepoch') AS INTEGER)", op, value.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Compare(string left, string op, string right) => op switch
    {
        "eq" => $"({left} IS {right})",
        "ne" => $"({left} IS NOT {right})",
        "gt" => $"coalesce({left} > {right}, 0)",
        "ge" => $"coalesce({left} >= {right}, 0)",
        "lt" => $"coalesce({left} < {right}, 0)",
        _ => $"coalesce({left} <= {right}, 0)",
    };

    private (string OData, string Sql) Literal(Column column)
    {
        switch (column.Kind)
        {
            case Kind.Text:
                string quoted = Quote(Pick(Words));
                return (quoted, quoted);
            case Kind.Number:
                string number = random.Next(column.Name == "duplicateCount" ? 3 : 3000).ToString(CultureInfo.InvariantCulture);
                return (number, number);
            case Kind.Money:
                decimal amount = random.Next(3000) / 100m;
                return (amount.ToString(CultureInfo.InvariantCulture), ((long)(amount * 1_000_000m)).ToString(CultureInfo.InvariantCulture));
            case Kind.Day:
                long day = RandomLogTests.FirstDay + random.Next(30);
                return (Show("Day", day), day.ToString(CultureInfo.InvariantCulture));
            default:
                long ms = (RandomLogTests.FirstDay * 86_400_000L) + (random.NextInt64(30L * 24) * 3_600_000) + random.Next(2);
                return (Show("Time", ms), ms.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private sealed record Column(string Name, string Sql, Kind Kind, bool Nullable);
}
