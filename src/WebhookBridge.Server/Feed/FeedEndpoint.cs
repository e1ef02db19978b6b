using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.OData;
using Microsoft.OData.UriParser;
using WebhookBridge.Server.Api;
using WebhookBridge.Storage.Feed;

namespace WebhookBridge.Server.Feed;

/// <summary>Serves <c>/odata/v4/</c> (contract section 8): who asks, may they, what is it, the answer. Errors leave in OData form only here.</summary>
internal sealed partial class FeedEndpoint(FeedReader reader, ApiKeys keys, FeedLimits limits, ILogger<FeedEndpoint> logger)
{
    public const string Prefix = "/odata/v4";

    private static readonly string[] Challenges = ["Basic realm=\"webhookbridge\", charset=\"UTF-8\"", "Bearer realm=\"webhookbridge\""];

    /// <summary>Whether a path is the feed's.</summary>
    public static bool Owns(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) && (path.Length == Prefix.Length || path[Prefix.Length] == '/');

    /// <param name="origin">Scheme and host as the client used them.</param>
    public async Task HandleAsync(HttpContext http, string origin)
    {
        FeedAnswer answer;
        try
        {
            ApiCaller caller = await AuthenticateAsync(http);
            if (!caller.May(ApiScopes.OData))
            {
                throw new FeedException(403, Problems.ScopeMissing.Code, $"This needs a key with the scope \"{ApiScopes.OData}\"; this key has {string.Join(", ", caller.Scopes.Order(StringComparer.Ordinal))}.");
            }

            string raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
            int start = raw.IndexOf(Prefix, StringComparison.Ordinal);
            string target = (start < 0 ? http.Request.Path.Value![Prefix.Length..] + http.Request.QueryString.Value : raw[(start + Prefix.Length)..]).TrimStart('/');
            Uri root = new($"{origin}{Prefix}/");
            bool seesPersonal = caller.May(ApiScopes.Read);
            answer = Uri.UnescapeDataString(target.Split('?')[0]) == "$batch"
                ? await new BatchRequests(limits, AnswerAsync).AnswerAsync(http, root, seesPersonal)
                : await AnswerAsync(Request(http, root, target, seesPersonal), http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (ProblemException e)
        {
            answer = FeedAnswer.Error(e.Problem.Status, e.Problem.Code, e.Message);
            if (e.Problem.Status == 401)
            {
                http.Response.Headers.WWWAuthenticate = Challenges;
            }
        }
        catch (FeedException e)
        {
            answer = Error(e);
        }

        await WriteAsync(http, answer);
    }

    /// <summary>What <see cref="Error"/> knows becomes an answer; the rest is a mistake of ours.</summary>
    private async Task<FeedAnswer> AnswerAsync(Func<FeedRequest> make, CancellationToken aborted)
    {
        try
        {
            FeedRequest request = make();
            string path = Uri.UnescapeDataString(request.Address.AbsolutePath[request.Root.AbsolutePath.Length..]);
            return path switch
            {
                "" => request.Writer.ServiceDocument(),
                "$metadata" => request.Writer.Metadata(),
                _ => await new FeedQuery(reader, request).AnswerAsync(aborted),
            };
        }
        catch (FeedException e)
        {
            return Error(e);
        }
        catch (ODataUnrecognizedPathException e)
        {
            return FeedAnswer.Error(404, "not_found", e.Message);
        }
        catch (ODataContentTypeException e)
        {
            return FeedAnswer.Error(406, "not_acceptable", $"{e.Message} The feed speaks application/json, and application/xml at $metadata.");
        }
        catch (ODataException e)
        {
            return UnknownFunction().Match(e.Message) is { Success: true } unknown
                ? Error(FeedException.NotImplemented(unknown.Groups["name"].Value))
                : FeedAnswer.Error(400, "bad_request", e.Message);
        }
        catch (FeedBusyException e)
        {
            FeedAnswer busy = FeedAnswer.Error(503, e.TooLong ? "too_long" : "busy", e.TooLong
                ? $"The query took longer than {limits.Time.TotalSeconds:0} seconds: narrow it, best by a range of receivedAt or createdAt, or by a property that docs/odata.md names as indexed."
                : "Other queries of the feed are running: try again in a moment.");
            busy.SetHeader("Retry-After", e.TooLong ? "60" : "5");
            return busy;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(logger, e);
            return Overflow(e) ? Error(FeedException.BadRequest("A sum is larger than the feed can hold: group by currency, or take a shorter time.")) : FeedAnswer.Error(500, Problems.Internal.Code, "The gateway made a mistake; its log tells more.");
        }
    }

    private static bool Overflow(Exception e) => e.Message.Contains("integer overflow", StringComparison.Ordinal);

    private static FeedAnswer Error(FeedException e) => FeedAnswer.Error(e.Status, e.Code, e.Message, e.Target);

    private Func<FeedRequest> Request(HttpContext http, Uri root, string target, bool seesPersonal)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD";
            throw new FeedException(405, Problems.MethodNotAllowed.Code, "The feed is for reading: it takes GET and HEAD.");
        }

        if (http.Request.Headers["OData-MaxVersion"] is [{ } most] && double.TryParse(most, out double version) && version < 4)
        {
            throw FeedException.BadRequest($"The feed speaks OData 4.0; OData-MaxVersion says {most}.", "OData-MaxVersion");
        }

        int question = target.IndexOf('?', StringComparison.Ordinal);
        (string path, string query) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
        int? size = null;
        if (PageSize().Match(string.Join(',', http.Request.Headers["Prefer"].ToArray())) is { Success: true } preference && int.TryParse(preference.Groups["size"].ValueSpan, out int wanted) && wanted > 0)
        {
            size = wanted;
            http.Response.Headers["Preference-Applied"] = $"odata.maxpagesize={Math.Min(wanted, limits.MaxPageSize)}";
        }

        string? accept = http.Request.Headers.Accept.Count == 0 ? null : string.Join(',', http.Request.Headers.Accept.ToArray());
        return () => new FeedRequest(root, path, query, accept, size, seesPersonal, limits);
    }

    /// <summary>A key as Bearer, or as the password of Basic with any user name: Excel and Power BI ask for those.</summary>
    private async Task<ApiCaller> AuthenticateAsync(HttpContext http)
    {
        const string Scheme = "Basic ";
        string? header = http.Request.Headers.Authorization;
        if (header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
        {
            return await keys.AuthenticateAsync(http);
        }

        byte[] bytes = new byte[header.Length];
        string key = Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out int length) && Encoding.UTF8.GetString(bytes, 0, length) is var pair
            ? pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..]
            : "";
        return await keys.FindAsync(key) ?? throw new ProblemException(Problems.NotAuthenticated, "This key is not known, or it was revoked. Put it where the password goes; the user name does not matter.");
    }

    private static async Task WriteAsync(HttpContext http, FeedAnswer answer)
    {
        using (answer)
        {
            HttpResponse response = http.Response;
            response.StatusCode = answer.StatusCode;
            response.Headers["X-Content-Type-Options"] = "nosniff";
            response.Headers.CacheControl = "no-store";
            foreach ((string name, string value) in answer.Headers)
            {
                response.Headers[name] = value;
            }

            if (answer.StatusCode == 204)
            {
                return;
            }

            response.ContentLength = answer.Body.Length;
            if (!HttpMethods.IsHead(http.Request.Method))
            {
                await response.BodyWriter.WriteAsync(answer.Body, http.RequestAborted);
            }
        }
    }

    [GeneratedRegex(@"(^|[,\s])(odata\.)?maxpagesize\s*=\s*""?(?<size>\d{1,9})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PageSize();

    [GeneratedRegex(@"unknown function with name '(?<name>[^']+)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnknownFunction();

    private static partial class Log
    {
        [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "A query of the feed failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
