using System.Globalization;
using Microsoft.AspNetCore.Http;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>What the events log is asked for: all of it stands in the address, so that a view can be kept, sent and opened again.</summary>
internal sealed record LogQuery
{
    public static readonly IReadOnlyList<string> Periods = ["1h", "24h", "7d", "30d"];

    /// <summary>Every column that can be chosen; time, what happened and outcome always stand there.</summary>
    public static readonly IReadOnlyList<string> AllColumns = ["source", "payment", "customer", "amount", "checkout", "order", "type", "id"];

    public static readonly IReadOnlyList<string> UsualColumns = ["source", "payment", "customer", "amount"];

    private const string LocalFormat = "yyyy-MM-dd'T'HH:mm";

    public string? Q { get; init; }

    public string? Period { get; init; }

    /// <summary>In the reader's zone, as the browser writes it.</summary>
    public string? From { get; init; }

    public string? To { get; init; }

    public string? Source { get; init; }

    public string? Kind { get; init; }

    public string? Mode { get; init; }

    public string? Outcome { get; init; }

    public string? Route { get; init; }

    public string? Destination { get; init; }

    public string? Currency { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public IReadOnlyList<string> Columns { get; init; } = UsualColumns;

    public bool Live { get; init; } = true;

    public string? After { get; init; }

    /// <summary>Whether anything narrows the log down.</summary>
    public bool IsNarrow => Q is not null || Set().Any();

    /// <summary>How many of the filters that are folded away are set.</summary>
    public int Folded => new[] { Mode, Route, Destination, Currency, From, To, Min?.ToString(CultureInfo.InvariantCulture), Max?.ToString(CultureInfo.InvariantCulture) }.Count(static v => v is not null);

    /// <summary>Reads an address; what makes no sense is left out.</summary>
    public static LogQuery Read(IQueryCollection query)
    {
        string[] columns = [.. query["cols"].SelectMany(static v => (v ?? "").Split(',')).Where(AllColumns.Contains).Distinct()];
        return new()
        {
            Q = Text(query, "q"),
            Period = OneOf(query, "period", Periods),
            From = LocalTime(query, "from"),
            To = LocalTime(query, "to"),
            Source = Text(query, "source"),
            Kind = OneOf(query, "kind", EventKinds.All),
            Mode = OneOf(query, "mode", ["live", "test"]),
            Outcome = OneOf(query, "outcome", EventFilter.Outcomes),
            Route = Text(query, "route"),
            Destination = Text(query, "destination"),
            Currency = Text(query, "currency")?.ToUpperInvariant(),
            Min = Amount(query, "min"),
            Max = Amount(query, "max"),
            Columns = query.ContainsKey("cols") ? columns : UsualColumns,
            Live = query["live"] != "off",
            After = Text(query, "after") is { } after && PageCursor.TryParse(after, out _) ? after : null,
        };
    }

    /// <summary>As the store asks it. Viewers may compare personal data but not feel for it.</summary>
    public EventFilter ToFilter(Visitor who) => new()
    {
        Q = Q,
        WholeEmailOnly = !who.May(Role.Operator),
        From = Period is { } period ? who.Texts.Now - Length(period) : Moment(From, who.Texts),
        To = Period is null ? Moment(To, who.Texts) : null,
        Source = Source,
        Kind = Kind,
        Mode = Mode,
        Outcome = Outcome,
        Route = Route,
        Destination = Destination,
        Currency = Currency,
        MinAmount = Min,
        MaxAmount = Max,
    };

    /// <summary>The same view with one thing changed, from its first page on.</summary>
    public LogQuery With(string name, string? value) => name switch
    {
        "q" => this with { Q = value, After = null },
        "period" => this with { Period = value, From = null, To = null, After = null },
        "from" => this with { From = value, After = null },
        "to" => this with { To = value, After = null },
        "source" => this with { Source = value, After = null },
        "kind" => this with { Kind = value, After = null },
        "mode" => this with { Mode = value, After = null },
        "outcome" => this with { Outcome = value, After = null },
        "route" => this with { Route = value, After = null },
        "destination" => this with { Destination = value, After = null },
        "currency" => this with { Currency = value, After = null },
        "min" => this with { Min = null, After = null },
        "max" => this with { Max = null, After = null },
        "live" => this with { Live = value != "off" },
        "after" => this with { After = value },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such filter."),
    };

    /// <summary>What is set, in the order of the page; for the chips.</summary>
    public IEnumerable<(string Name, string Value)> Set()
    {
        foreach ((string name, string? value) in Pairs())
        {
            if (value is not null && name is not ("q" or "cols" or "live" or "after"))
            {
                yield return (name, value);
            }
        }
    }

    /// <summary>The address; without anything set it is the page's own.</summary>
    public string Address(string path = "/events", string? handler = null) =>
        path + QueryString.Create(Pairs().Prepend((Name: "handler", Value: handler)).Where(static p => p.Value is not null).Select(static p => KeyValuePair.Create(p.Name, p.Value)));

    private IEnumerable<(string Name, string? Value)> Pairs() =>
    [
        ("q", Q), ("period", Period), ("from", From), ("to", To), ("source", Source), ("kind", Kind), ("outcome", Outcome), ("mode", Mode), ("route", Route), ("destination", Destination),
        ("currency", Currency), ("min", Min?.ToString(CultureInfo.InvariantCulture)), ("max", Max?.ToString(CultureInfo.InvariantCulture)),
        ("cols", Columns.SequenceEqual(UsualColumns) ? null : string.Join(',', Columns)), ("live", Live ? null : "off"), ("after", After),
    ];

    private static TimeSpan Length(string period) => period switch
    {
        "1h" => TimeSpan.FromHours(1),
        "24h" => TimeSpan.FromHours(24),
        "7d" => TimeSpan.FromDays(7),
        _ => TimeSpan.FromDays(30),
    };

    private static DateTimeOffset? Moment(string? local, Texts texts)
    {
        if (local is null)
        {
            return null;
        }

        var time = DateTime.ParseExact(local, LocalFormat, CultureInfo.InvariantCulture, DateTimeStyles.None);
        return new DateTimeOffset(time, texts.Zone.GetUtcOffset(time));
    }

    private static string? Text(IQueryCollection query, string name) => query[name].ToString().Trim() is { Length: > 0 and <= 300 } text ? text : null;

    private static string? OneOf(IQueryCollection query, string name, IEnumerable<string> known) => Text(query, name) is { } text && known.Contains(text) ? text : null;

    private static string? LocalTime(IQueryCollection query, string name) =>
        Text(query, name) is { } text && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time) ? time.ToString(LocalFormat, CultureInfo.InvariantCulture) : null;

    /// <summary>A comma may stand for the point: people write amounts as they are used to.</summary>
    private static decimal? Amount(IQueryCollection query, string name) =>
        Text(query, name) is { } text && decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal amount) ? amount : null;
}
