using System.Collections.Frozen;

namespace WebhookBridge.Server.Api;

/// <summary>A kind of problem that the gateway answers with (RFC 9457). Every one is explained in docs/problems.md.</summary>
/// <param name="Status">The HTTP status; for <see cref="Problems.InvalidConfiguration"/> and the like always the same one.</param>
internal sealed record Problem(string Code, int Status, string Title);

/// <summary>The list of problems. A test compares it with docs/problems.md.</summary>
internal static class Problems
{
    public static readonly Problem NotAuthenticated = new("not_authenticated", 401, "A key is needed");
    public static readonly Problem KeyExpired = new("key_expired", 401, "The key has expired");
    public static readonly Problem ScopeMissing = new("scope_missing", 403, "The key may not do this");
    public static readonly Problem NotFound = new("not_found", 404, "There is nothing here");
    public static readonly Problem MethodNotAllowed = new("method_not_allowed", 405, "This method is not possible here");
    public static readonly Problem UnknownQuery = new("unknown_query", 400, "A query name is not known");
    public static readonly Problem InvalidQuery = new("invalid_query", 400, "A query value is not valid");
    public static readonly Problem InvalidBody = new("invalid_body", 400, "The body cannot be taken");
    public static readonly Problem InvalidConfiguration = new("invalid_configuration", 422, "The configuration is not valid");
    public static readonly Problem BodyTooLarge = new("body_too_large", 413, "The body is too large");
    public static readonly Problem BodyTooSlow = new("body_too_slow", 408, "The body did not arrive in time");
    public static readonly Problem EncodingNotSupported = new("encoding_not_supported", 415, "The content encoding is not supported");
    public static readonly Problem IfMatchNeeded = new("if_match_needed", 428, "If-Match is needed");
    public static readonly Problem Stale = new("stale", 412, "It has been changed in between");
    public static readonly Problem InUse = new("in_use", 409, "It is in use");
    public static readonly Problem WrongState = new("wrong_state", 409, "Its state does not allow this");
    public static readonly Problem NameTaken = new("name_taken", 409, "The name is taken");
    public static readonly Problem IdempotencyKeyReused = new("idempotency_key_reused", 422, "The idempotency key was used for something else");
    public static readonly Problem IdempotencyKeyBusy = new("idempotency_key_busy", 409, "The first request with this idempotency key is not done yet");
    public static readonly Problem BodyGone = new("body_gone", 410, "The body is no longer kept");
    public static readonly Problem NotPossible = new("not_possible", 422, "This cannot be done");
    public static readonly Problem PlatformRefused = new("platform_refused", 422, "The platform refused it");
    public static readonly Problem PlatformUnavailable = new("platform_unavailable", 502, "The platform did not answer");
    public static readonly Problem DestinationUnavailable = new("destination_unavailable", 502, "The destination did not answer");
    public static readonly Problem AddressNotAllowed = new("address_not_allowed", 422, "This address may not be sent to");
    public static readonly Problem TooManyHooks = new("too_many_hooks", 409, "The key has as many hooks as it may have");
    public static readonly Problem TooManyRequests = new("too_many_requests", 429, "More calls than this key may make");
    public static readonly Problem Unavailable = new("unavailable", 503, "The gateway cannot do this now");
    public static readonly Problem Internal = new("internal", 500, "The gateway made a mistake");

    // Answers of /in/*; the engine names some of them itself. The body of a refusal never tells which part of a signature was wrong (contract section 5).
    public static readonly Problem UnknownSource = new("unknown_source", 404, "There is no such source");
    public static readonly Problem NotGenuine = new("not_genuine", 401, "The request could not be verified");
    public static readonly Problem Unreadable = new("body_unreadable", 400, "The body is not readable");
    public static readonly Problem BodyMalformed = new("body_malformed", 400, "The body's framing cannot be understood");
    public static readonly Problem GzipDamaged = new("gzip_damaged", 400, "The body is no whole gzip stream");
    public static readonly Problem RateLimited = new("rate_limited", 429, "More requests than this source takes a second");

    public static readonly IReadOnlyList<Problem> All =
    [
        NotAuthenticated, KeyExpired, ScopeMissing, NotFound, MethodNotAllowed, UnknownQuery, InvalidQuery, InvalidBody, InvalidConfiguration, BodyTooLarge,
        BodyTooSlow, EncodingNotSupported, IfMatchNeeded, Stale, InUse, WrongState, NameTaken, IdempotencyKeyReused, IdempotencyKeyBusy, BodyGone,
        NotPossible, PlatformRefused, PlatformUnavailable, DestinationUnavailable, AddressNotAllowed, TooManyHooks, TooManyRequests, Unavailable, Internal, UnknownSource, NotGenuine, Unreadable, BodyMalformed, GzipDamaged, RateLimited,
    ];

    public static readonly FrozenDictionary<string, Problem> ByCode = All.ToFrozenDictionary(problem => problem.Code);
}

/// <summary>Ends the handling of a request with a problem document.</summary>
internal sealed class ProblemException(Problem problem, string detail) : Exception(detail)
{
    public Problem Problem { get; } = problem;

    /// <summary>Every error of a body or a configuration, where there are several.</summary>
    public IReadOnlyList<Engine.Configuration.ConfigurationProblem> Errors { get; init; } = [];

    /// <summary>Headers that belong to the answer, such as <c>Allow</c> or <c>Retry-After</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
