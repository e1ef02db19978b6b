using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using WebhookBridge.Server.Api.OpenApi;

namespace WebhookBridge.Server.Api;

/// <summary>Serves <c>/api/v1</c> from one table of operations. For every call, in this order: who calls, how often, what is meant, may they, is the query known, has it been done before, do it.</summary>
internal sealed partial class ApiHost(IReadOnlyList<Operation> operations, ApiKeys keys, RateLimits limits, IdempotentAnswers idempotent, ILogger<ApiHost> logger)
{
    public const string Prefix = "/api/v1";

    private readonly Lazy<(byte[] Body, string Tag)> _document = new(() =>
    {
        byte[] body = OpenApiDocument.Write(operations);
        return (body, $"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..32]}\"");
    });

    public async Task HandleAsync(HttpContext http)
    {
        ApiAnswer answer;
        IReadOnlyList<KeyValuePair<string, string>> quota = [];
        try
        {
            ApiCaller caller = await AuthenticateAsync(http);
            quota = limits.Take(caller.KeyId);
            answer = await AnswerAsync(http, caller);
        }
        catch (ProblemException e)
        {
            answer = ApiAnswer.Of(e.Problem, e.Message, e.Errors);
            answer.Headers.AddRange(e.Headers);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            answer = ApiAnswer.Of(Problems.InvalidBody, e.Message);
        }
        catch (Exception e)
        {
            Log.Failed(logger, http.Request.Method, http.Request.Path.Value ?? "", e);
            answer = ApiAnswer.Of(Problems.Internal, "The gateway made a mistake; its log tells more.");
        }

        foreach ((string name, string value) in quota)
        {
            http.Response.Headers[name] = value;
        }

        await WriteAsync(http, answer);
    }

    /// <summary>The document of all operations (OpenAPI 3.1); it holds no secret and needs no key.</summary>
    public Task WriteDocumentAsync(HttpContext http)
    {
        HttpResponse response = http.Response;
        (byte[] document, string tag) = _document.Value;
        response.Headers.ETag = tag;
        response.Headers.AccessControlAllowOrigin = "*"; // for viewers in a browser
        if (http.Request.Headers.IfNoneMatch.Contains(tag))
        {
            response.StatusCode = 304;
            return Task.CompletedTask;
        }

        return WriteAsync(http, new ApiAnswer(200, "application/json; charset=utf-8", document).With("Cache-Control", "public, max-age=300"));
    }

    public static async Task WriteAsync(HttpContext http, ApiAnswer answer)
    {
        HttpResponse response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers["X-Content-Type-Options"] = "nosniff";
        response.Headers.CacheControl = "no-store";
        foreach ((string name, string value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (answer.ContentType is null)
        {
            return;
        }

        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.BodyWriter.WriteAsync(answer.Body, http.RequestAborted);
        }
    }

    private async Task<ApiCaller> AuthenticateAsync(HttpContext http)
    {
        try
        {
            return await keys.AuthenticateAsync(http);
        }
        catch (ProblemException)
        {
            limits.TakeWrongKey(http.Connection.RemoteIpAddress?.ToString() ?? "");
            throw;
        }
    }

    private async Task<ApiAnswer> AnswerAsync(HttpContext http, ApiCaller caller)
    {
        (Operation operation, Dictionary<string, string> values) = Find(http);
        string scope = operation.Scope.Replace("{name}", values.GetValueOrDefault("name"), StringComparison.Ordinal);
        if (!caller.May(scope))
        {
            throw new ProblemException(Problems.ScopeMissing, $"This needs a key with the scope \"{scope}\"; this key has {string.Join(", ", caller.Scopes.Order(StringComparer.Ordinal))}.");
        }

        foreach (string name in http.Request.Query.Keys)
        {
            if (!operation.Query.Contains(name))
            {
                throw new ProblemException(Problems.UnknownQuery, operation.Query.Count == 0
                    ? $"\"{name}\" is not known: this address takes no query."
                    : $"\"{name}\" is not known; known are {string.Join(", ", operation.Query)}.");
            }
        }

        ApiRequest request = new(http, values, caller);
        return operation.Method == HttpMethods.Post && http.Request.Headers["Idempotency-Key"] is [{ } key]
            ? await idempotent.OnceAsync(request, key, () => operation.Handle(request))
            : await operation.Handle(request);
    }

    private (Operation, Dictionary<string, string>) Find(HttpContext http)
    {
        // Segments are taken apart before they are decoded: a value of a list may hold a slash.
        string raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        int question = raw.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? raw : raw[..question];
        int start = path.IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
        string[] segments = [.. path[(start + Prefix.Length)..].Trim('/').Split('/').Select(Uri.UnescapeDataString)];
        string method = HttpMethods.IsHead(http.Request.Method) ? HttpMethods.Get : http.Request.Method;

        SortedSet<string> allowed = new(StringComparer.Ordinal);
        foreach (Operation operation in operations)
        {
            if (operation.Match(segments) is not { } values)
            {
                continue;
            }

            if (operation.Method == method)
            {
                return (operation, values);
            }

            allowed.Add(operation.Method);
        }

        if (allowed.Count == 0)
        {
            throw new ProblemException(Problems.NotFound, $"There is no address {Prefix}/{string.Join('/', segments)}; docs/api.md lists all.");
        }

        string allow = string.Join(", ", allowed);
        throw new ProblemException(Problems.MethodNotAllowed, $"This address takes {allow}.") { Headers = [new("Allow", allow)] };
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, string path, Exception exception);
    }
}
