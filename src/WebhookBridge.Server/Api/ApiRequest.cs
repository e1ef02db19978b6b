using System.Buffers;
using System.Globalization;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary>One call of the API, its key checked: the values of its address, its query and its body.</summary>
internal sealed class ApiRequest(HttpContext http, IReadOnlyDictionary<string, string> values, ApiCaller caller)
{
    /// <summary>The largest body of a call; a document of a million list values fits.</summary>
    public const int MaxBodyBytes = ConfigurationDocument.MaxBytes;

    private ReadOnlyMemory<byte>? _body;

    public HttpContext Http { get; } = http;

    public ApiCaller Caller { get; } = caller;

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>A value of the address, such as <c>name</c> or <c>id</c>.</summary>
    public string this[string name] => values[name];

    /// <summary>A value of the query, or null when it is absent or empty.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) && value.Count > 0 && value[^1] is { Length: > 0 } text ? text : null;

    public bool Flag(string name) => Query(name) switch
    {
        null or "false" => false,
        "true" => true,
        { } other => throw new ProblemException(Problems.InvalidQuery, $"{name}={other} is neither true nor false."),
    };

    public int Limit()
    {
        if (Query("limit") is not { } text)
        {
            return 50;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= 200
            ? limit
            : throw new ProblemException(Problems.InvalidQuery, "limit is a whole number from 1 to 200.");
    }

    /// <summary>The cursor of the query name <c>after</c>, or null on the first page.</summary>
    public PageCursor? Place() => Query("after") is not { } text ? null : PageCursor.TryParse(text, out PageCursor place) ? place : throw NoCursor();

    /// <summary>A page of a list of the store.</summary>
    public async Task<Page<T>> PageAsync<T>(Func<string?, int, Task<Page<T>>> read)
    {
        int limit = Limit();
        try
        {
            return await read(Query("after"), limit);
        }
        catch (FormatException)
        {
            throw NoCursor();
        }
    }

    public DateTimeOffset? Time(string name)
    {
        if (Query(name) is not { } text)
        {
            return null;
        }

        return TryTime(text) ?? throw new ProblemException(Problems.InvalidQuery, $"{name} is a time such as 2026-01-31T13:00:00Z, or a day such as 2026-01-31.");
    }

    /// <summary>An amount in major units, such as 10.50.</summary>
    public decimal? Amount(string name) => Query(name) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) ? amount
        : throw new ProblemException(Problems.InvalidQuery, $"{name} is an amount in major units, such as 10.50.");

    public static DateTimeOffset? TryTime(string text) =>
        text.Length >= 10 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>The whole body.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BodyAsync()
    {
        if (_body is { } read)
        {
            return read;
        }

        if (Http.Request.ContentLength > MaxBodyBytes)
        {
            throw TooLarge();
        }

        ArrayBufferWriter<byte> buffer = new();
        while (true)
        {
            int count = await Http.Request.Body.ReadAsync(buffer.GetMemory(16 * 1024), Aborted);
            if (count == 0)
            {
                break;
            }

            buffer.Advance(count);
            if (buffer.WrittenCount > MaxBodyBytes)
            {
                throw TooLarge();
            }
        }

        _body = buffer.WrittenMemory;
        return buffer.WrittenMemory;

        static ProblemException TooLarge() => new(Problems.BodyTooLarge, $"At most {MaxBodyBytes} bytes are taken.");
    }

    /// <summary>Reads the body as one JSON object; what is wrong with it comes at once.</summary>
    /// <param name="optional">An empty body stands for <c>{}</c>.</param>
    public async ValueTask<T> ReadAsync<T>(Func<ObjectReader, T> read, bool optional = false)
    {
        ReadOnlyMemory<byte> body = await BodyAsync();
        List<ConfigurationProblem> problems = [];
        using JsonDocument? document = ConfigurationDocument.Parse(body.IsEmpty && optional ? "{}"u8.ToArray() : body, problems);
        if (document is not null)
        {
            ObjectReader reader = new(document.RootElement, "$", problems);
            T value = read(reader);
            reader.End();
            if (problems.Count == 0)
            {
                return value;
            }
        }

        throw Invalid(Problems.InvalidBody, problems);
    }

    private static ProblemException NoCursor() => new(Problems.InvalidQuery, "after is the value of \"next\" of the page before, unchanged.");

    public static ProblemException Invalid(Problem problem, IReadOnlyList<ConfigurationProblem> errors) =>
        new(problem, errors.Count == 1 ? errors[0].ToString() : $"{errors.Count} things are wrong; the first: {errors[0]}") { Errors = errors };
}

/// <summary>Who calls: a key and what it may do.</summary>
internal sealed record ApiCaller(string Name, string KeyId, IReadOnlySet<string> Scopes)
{
    /// <summary>A key of scope admin may do everything but send events.</summary>
    public bool May(string scope) => scope == ApiScopes.Any || Scopes.Contains(scope) || (Scopes.Contains(ApiScopes.Admin) && !scope.StartsWith(ApiScopes.Send, StringComparison.Ordinal));
}

/// <summary>What a key may be allowed to do (contract section 7).</summary>
internal static class ApiScopes
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Replay = "replay";
    public const string Admin = "admin";
    public const string OData = "odata";
    public const string Metrics = "metrics";
    public const string Hooks = "hooks";

    /// <summary>Any key will do.</summary>
    public const string Any = "";

    /// <summary>With the name of a source behind it: the key may send events into that one source. No other scope includes it, admin neither: what comes so is taken as genuine.</summary>
    public const string Send = "send:";

    public static readonly IReadOnlyList<string> All = [Read, Write, Replay, Admin, OData, Metrics, Hooks];

    /// <summary>What there is, for messages.</summary>
    public static readonly string Words = string.Join(", ", All) + ", send:SOURCE";

    public static bool IsSend(string scope) => scope.StartsWith(Send, StringComparison.Ordinal) && Names.IsValid(scope[Send.Length..]);

    public static bool IsKnown(string scope) => All.Contains(scope) || IsSend(scope);
}
