using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace WebhookBridge.Storage.Feed;

/// <summary>Functions of the feed that EF Core has no translation for, or one that means something else: its <c>StartsWith</c> is a LIKE, which ignores the case of ASCII letters.</summary>
/// <remarks>They only stand for SQL; called in memory they throw.</remarks>
public static class FeedFunctions
{
    private const string LowerName = "feed_lower";
    private const string UpperName = "feed_upper";
    private const string PartName = "feed_time_part";

    private static readonly NotSupportedException OnlySql = new("This function stands for SQL and is not called in memory.");

    /// <summary>Where <paramref name="part"/> begins in <paramref name="text"/>, from 1; 0 when it is not there. Case counts.</summary>
    public static int? Position(string? text, string? part) => throw OnlySql;

    /// <summary>The last <c>-<paramref name="start"/></c> characters.</summary>
    public static string? Tail(string? text, int start) => throw OnlySql;

    /// <summary>Length in code points.</summary>
    public static int? Length(string? text) => throw OnlySql;

    /// <summary>The same text as an expression that EF Core does not merge with other conditions on its column: SQLite uses a partial index only where its condition is written out.</summary>
    /// <remarks>The collation is SQLite's own, so an index serves it.</remarks>
    public static Expression Apart(Expression text) =>
        Expression.Call(typeof(RelationalDbFunctionsExtensions), nameof(RelationalDbFunctionsExtensions.Collate), [typeof(string)], Expression.Property(null, typeof(EF), nameof(EF.Functions)), text, Expression.Constant("BINARY"));

    /// <summary>Lower case of every script, not only of ASCII as SQLite's own.</summary>
    public static string? Lower(string? text) => throw OnlySql;

    public static string? Upper(string? text) => throw OnlySql;

    /// <summary>A part of a time in UTC.</summary>
    /// <param name="part"><c>year</c>, <c>month</c>, <c>day</c>, <c>hour</c>, <c>minute</c> or <c>second</c>.</param>
    /// <param name="ms">Milliseconds since 1970.</param>
    public static int? TimePart(string part, long? ms) => throw OnlySql;

    /// <summary>The same condition, and a word to SQLite that few rows meet it: else it walks an order that it need not sort, to the end of the table.</summary>
    public static Expression Rare(Expression condition) =>
        Expression.Call(typeof(FeedFunctions).GetMethod(nameof(Unlikely), BindingFlags.NonPublic | BindingFlags.Static)!, condition);

    internal static bool Unlikely(bool condition) => throw OnlySql;

    internal static void Map(ModelBuilder model)
    {
        MapTo(model, nameof(Unlikely), "unlikely", builtIn: true);
        MapTo(model, nameof(Position), "instr", builtIn: true);
        MapTo(model, nameof(Tail), "substr", builtIn: true);
        MapTo(model, nameof(Length), "length", builtIn: true);
        MapTo(model, nameof(Lower), LowerName, builtIn: false);
        MapTo(model, nameof(Upper), UpperName, builtIn: false);
        MapTo(model, nameof(TimePart), PartName, builtIn: false);
    }

    /// <summary>Makes the functions known to a connection, before its first query.</summary>
    internal static void Register(SqliteConnection connection)
    {
        connection.CreateFunction(LowerName, static (string? text) => text?.ToLowerInvariant(), isDeterministic: true);
        connection.CreateFunction(UpperName, static (string? text) => text?.ToUpperInvariant(), isDeterministic: true);
        connection.CreateFunction(PartName, static (string part, long? ms) => ms is { } time ? PartOf(part, time) : null, isDeterministic: true);
    }

    private static int? PartOf(string part, long ms)
    {
        if (ms < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return null;
        }

        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return part switch
        {
            "year" => time.Year,
            "month" => time.Month,
            "day" => time.Day,
            "hour" => time.Hour,
            "minute" => time.Minute,
            _ => time.Second,
        };
    }

    private static void MapTo(ModelBuilder model, string method, string sql, bool builtIn)
    {
        DbFunctionBuilder function = model.HasDbFunction(typeof(FeedFunctions).GetMethod(method, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!).HasName(sql);
        if (builtIn)
        {
            function.IsBuiltIn();
        }
    }
}
