using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Shared;

/// <summary>What the answers of one HTTP API mean, as data. What no rule names is judged as <see cref="HttpAnswer.Judge"/> judges it for everyone.</summary>
public sealed record AnswerMap
{
    private const int LongestMessage = 300;

    /// <summary>The API's name as people know it, for texts: <c>HubSpot</c>.</summary>
    public required string Api { get; init; }

    /// <summary>Looked at in order, before the general judgement; also for 2xx, where an API says "success" and means something else.</summary>
    public IReadOnlyList<AnswerRule> Rules { get; init; } = [];

    /// <summary>Where the API says how long to wait, besides <c>Retry-After</c>, which is looked at first.</summary>
    public IReadOnlyList<WaitSignal> Waits { get; init; } = [];

    /// <summary>Paths (see <see cref="JsonPath"/>) where the API explains an error; the first that leads to something is shown.</summary>
    public IReadOnlyList<string> Messages { get; init; } = ["message", "error.message", "errors.*.detail", "errors.*.message", "errors.*.error_message", "detail", "title", "error_description", "error", "errors"];

    /// <summary>What a failure means; null when the answer is a success.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="text">Its body; empty when there is none or it could not be read.</param>
    /// <param name="json">Its body as JSON; undefined when it is none.</param>
    /// <param name="time">For waits that are told as a point in time.</param>
    public SendResult? Failure(HttpResponseMessage answer, string text, JsonElement json, TimeProvider time)
    {
        int status = (int)answer.StatusCode;
        AnswerRule? rule = Rules.FirstOrDefault(r => r.Fits(status, text, json));
        SendResult general = HttpAnswer.Judge(answer, time);
        if (rule is { Means: AnswerMeaning.Success } || (rule is null && general is SendResult.Delivered))
        {
            return null;
        }

        string reason = Reason(answer, rule, text, json);
        TimeSpan? wait = HttpAnswer.RetryAfter(answer, time) ?? Wait(answer, json, time);
        SendResult means = rule?.Means switch
        {
            null => general switch
            {
                SendResult.RetryLater later => later with { Reason = reason, After = wait },
                SendResult.Refused refused => refused with { Reason = reason },
                _ => general,
            },
            AnswerMeaning.Refused => new SendResult.Refused(reason, rule.Code),
            AnswerMeaning.Unknown => new SendResult.UnknownOutcome(reason),
            AnswerMeaning.Throttled => new SendResult.RetryLater(reason, wait ?? rule.Wait, RetryCause.Throttled),
            AnswerMeaning.Credentials => new SendResult.RetryLater(reason, wait ?? rule.Wait, RetryCause.Credentials),
            _ => new SendResult.RetryLater(reason, wait ?? rule.Wait),
        };
        return means with { Status = status };
    }

    private string Reason(HttpResponseMessage answer, AnswerRule? rule, string text, JsonElement json)
    {
        string said = string.IsNullOrEmpty(answer.ReasonPhrase) ? $"{(int)answer.StatusCode}" : $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        string? message = Messages.Select(path => json.ValueKind == JsonValueKind.Undefined ? null : JsonPath.Text(json, path)).FirstOrDefault(static m => !string.IsNullOrWhiteSpace(m))
            ?? (answer.Content.Headers.ContentType?.MediaType == "text/plain" && !string.IsNullOrWhiteSpace(text) ? text : null);
        string reason = message is null ? $"{Api} answered {said}." : $"{Api} answered {said}: {OneLine(message)}";
        return rule?.Reason is { } why ? $"{reason.TrimEnd('.')}. {why}" : reason;
    }

    private TimeSpan? Wait(HttpResponseMessage answer, JsonElement json, TimeProvider time) =>
        Waits.Select(w => w.Read(answer, json, time)).FirstOrDefault(static w => w is not null);

    private static string OneLine(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(static w => new string([.. w.Where(static c => !char.IsControl(c))])));
        return line.Length > LongestMessage ? line[..LongestMessage] + "…" : line;
    }
}

/// <summary>What an answer means to a delivery.</summary>
public enum AnswerMeaning
{
    /// <summary>It has what it was sent.</summary>
    Success,

    /// <summary>Not now.</summary>
    Retry,

    /// <summary>Not now: too fast.</summary>
    Throttled,

    /// <summary>The credentials do not fit, or the account is barred: for a person after three in a row.</summary>
    Credentials,

    /// <summary>Never.</summary>
    Refused,

    /// <summary>Nobody knows whether it has it.</summary>
    Unknown,
}

/// <summary>One rule of an <see cref="AnswerMap"/>. Everything that it names must hold.</summary>
/// <param name="Means">What the answer means then.</param>
public sealed record AnswerRule(AnswerMeaning Means)
{
    /// <summary>The HTTP status; null = any.</summary>
    public int? Status { get; init; }

    /// <summary>A path into the body (see <see cref="JsonPath"/>); null = the body is not asked.</summary>
    public string? Path { get; init; }

    /// <summary>Values one of which must stand at <see cref="Path"/>, whatever their case; empty = something must stand there.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>A text that must occur in the body, whatever its case; null = any.</summary>
    public string? Contains { get; init; }

    /// <summary>The least wait, when the API names none.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>A sentence that is added to what the API said: what to do.</summary>
    public string? Reason { get; init; }

    /// <summary>With <see cref="AnswerMeaning.Refused"/>: the delivery's reason.</summary>
    public string Code { get; init; } = SendResult.Refused.PermanentAnswer;

    internal bool Fits(int status, string text, JsonElement json) =>
        (Status is null || Status == status)
        && (Contains is null || text.Contains(Contains, StringComparison.OrdinalIgnoreCase))
        && (Path is null || (json.ValueKind != JsonValueKind.Undefined && JsonPath.All(json, Path).Any(IsOne)));

    private bool IsOne(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return Values.Count == 0 || Values.Contains(text, StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>Where an API says how long to wait. Between 0 and 24 h.</summary>
public sealed record WaitSignal
{
    private WaitSignal(string where, bool header, WaitUnit unit)
    {
        Where = where;
        IsHeader = header;
        Unit = unit;
    }

    /// <summary>Name of the header, or path into the body.</summary>
    public string Where { get; }

    /// <summary>A header, not the body.</summary>
    public bool IsHeader { get; }

    /// <summary>What the number means.</summary>
    public WaitUnit Unit { get; }

    /// <summary>A header with a number.</summary>
    public static WaitSignal Header(string name, WaitUnit unit = WaitUnit.Seconds) => new(name, header: true, unit);

    /// <summary>A number in the body, at a path of <see cref="JsonPath"/>.</summary>
    public static WaitSignal Body(string path, WaitUnit unit = WaitUnit.Seconds) => new(path, header: false, unit);

    internal TimeSpan? Read(HttpResponseMessage answer, JsonElement json, TimeProvider time)
    {
        string? text = IsHeader
            ? answer.Headers.NonValidated.TryGetValues(Where, out HeaderStringValues values) ? values.FirstOrDefault() : null
            : json.ValueKind == JsonValueKind.Undefined ? null : JsonPath.Text(json, Where);
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
        {
            return null;
        }

        double seconds = Unit switch
        {
            WaitUnit.Milliseconds => number / 1000,
            WaitUnit.UnixTime => number - (answer.Headers.Date ?? time.GetUtcNow()).ToUnixTimeSeconds(),
            _ => number,
        };
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, HttpAnswer.LongestWait.TotalSeconds));
    }
}

/// <summary>What the number of a <see cref="WaitSignal"/> means.</summary>
public enum WaitUnit
{
    /// <summary>Seconds from now.</summary>
    Seconds,

    /// <summary>Milliseconds from now.</summary>
    Milliseconds,

    /// <summary>Seconds since 1970.</summary>
    UnixTime,
}
