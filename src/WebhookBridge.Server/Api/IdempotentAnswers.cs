using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Api;

/// <summary><c>Idempotency-Key</c> on a POST (contract section 7): within a day the same key of the same caller gives the first answer again and does nothing.</summary>
internal sealed class IdempotentAnswers(SqliteStore store)
{
    private const int MaxKeyLength = 255;
    private const int MaxStoredBytes = 1024 * 1024;

    private readonly ConcurrentDictionary<(string, string), bool> _underWay = new();

    public async Task<ApiAnswer> OnceAsync(ApiRequest request, string key, Func<Task<ApiAnswer>> handle)
    {
        if (key.Length is 0 or > MaxKeyLength || key.Any(c => c is < ' ' or > '~'))
        {
            throw new ProblemException(Problems.InvalidQuery, $"Idempotency-Key has 1 to {MaxKeyLength} printable ASCII characters.");
        }

        string scope = request.Caller.KeyId;
        byte[] hash = Hash(request.Http.Request, await request.BodyAsync());
        if (!_underWay.TryAdd((scope, key), true))
        {
            throw new ProblemException(Problems.IdempotencyKeyBusy, "The first request with this key is still under way: ask again in a moment.") { Headers = [new("Retry-After", "1")] };
        }

        try
        {
            switch (await store.Idempotency.FindAsync(scope, key, hash))
            {
                case IdempotencyAnswer.Known first:
                    return new ApiAnswer(first.Status, first.ContentType, first.Body).With("Idempotency-Replayed", "true");
                case IdempotencyAnswer.OtherRequest:
                    throw new ProblemException(Problems.IdempotencyKeyReused, "This key came before with another request: use a new key for a new request.");
            }

            ApiAnswer answer = await Answer(handle);
            if (answer.Status < 500 && answer.Body.Length <= MaxStoredBytes)
            {
                await store.Idempotency.KeepAsync(scope, key, hash, answer.Status, answer.ContentType, answer.Body);
            }

            return answer;
        }
        finally
        {
            _underWay.TryRemove((scope, key), out _);
        }
    }

    /// <summary>A refusal is an answer too: the same request would be refused again.</summary>
    private static async Task<ApiAnswer> Answer(Func<Task<ApiAnswer>> handle)
    {
        try
        {
            return await handle();
        }
        catch (ProblemException e) when (e.Problem.Status < 500)
        {
            return ApiAnswer.Of(e.Problem, e.Message, e.Errors);
        }
    }

    private static byte[] Hash(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        hash.AppendData(body.Span);
        return hash.GetHashAndReset();
    }
}
