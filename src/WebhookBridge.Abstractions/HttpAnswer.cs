using System.Globalization;
using System.Net.Http.Headers;

namespace WebhookBridge.Abstractions;

/// <summary>One mapping of HTTP answers for all connectors.</summary>
public static class HttpAnswer
{
    /// <summary>The longest wait that a destination may ask for: 24 h.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    /// <summary>Judges an answer by its status: 2xx delivered; 400, 404, 405, 410, 411, 413, 414, 415, 422, 501 and redirects refused; 401 and 403 wait as <see cref="RetryCause.Credentials"/>; 429 waits as <see cref="RetryCause.Throttled"/>; everything else waits.</summary>
    /// <param name="response">The answer; its body is not looked at.</param>
    /// <param name="time">For a <c>Retry-After</c> that is a date, when the answer itself has none.</param>
    public static SendResult Judge(HttpResponseMessage response, TimeProvider time)
    {
        int status = (int)response.StatusCode;
        if (status is >= 200 and <= 299)
        {
            return new SendResult.Delivered();
        }

        string said = Describe(response);
        return status switch
        {
            >= 300 and <= 399 => new SendResult.Refused($"{said}: redirects are not followed. Enter the address that it leads to."),
            400 or 404 or 405 or 411 or 413 or 414 or 415 or 422 or 501 => new SendResult.Refused($"{said}."),
            410 => new SendResult.Refused($"{said}: the address is switched off for good."),
            401 or 403 => new SendResult.RetryLater($"{said}: it does not accept the credentials.", RetryAfter(response, time), RetryCause.Credentials),
            429 => new SendResult.RetryLater($"{said}: it asks for less speed.", RetryAfter(response, time), RetryCause.Throttled),
            _ => new SendResult.RetryLater($"{said}.", RetryAfter(response, time)),
        };
    }

    /// <summary>The wait that an answer asks for by <c>Retry-After</c> (RFC 9110, section 10.2.3): seconds (fractions too, as some send them) or a date, which is held against the answer's own <c>Date</c>. Between 0 and 24 h; null when there is none or it cannot be read.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (!response.Headers.NonValidated.TryGetValues("Retry-After", out HeaderStringValues values) || values.Count == 0)
        {
            return null;
        }

        string text = values.First().Trim();
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
        {
            return seconds >= LongestWait.TotalSeconds ? LongestWait : TimeSpan.FromSeconds(seconds);
        }

        if (RetryConditionHeaderValue.TryParse(text, out RetryConditionHeaderValue? parsed) && parsed.Date is DateTimeOffset until)
        {
            TimeSpan wait = until - (response.Headers.Date ?? time.GetUtcNow());
            return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
        }

        return null;
    }

    private static string Describe(HttpResponseMessage response) => string.IsNullOrEmpty(response.ReasonPhrase)
        ? string.Create(CultureInfo.InvariantCulture, $"The destination answered {(int)response.StatusCode}")
        : string.Create(CultureInfo.InvariantCulture, $"The destination answered {(int)response.StatusCode} {response.ReasonPhrase}");
}
