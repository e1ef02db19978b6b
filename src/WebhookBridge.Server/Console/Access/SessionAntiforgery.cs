using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>Antiforgery tokens derived from the session itself: they end with it, and need no cookie or stored key of their own.</summary>
/// <remarks>Beside the token the browser's own word counts: a request that says it comes from another site is refused.</remarks>
internal sealed class SessionAntiforgery : IAntiforgery
{
    private const string Field = "__RequestVerificationToken";
    private const string Header = "RequestVerificationToken";

    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => GetTokens(httpContext);

    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => new(Derive(Visitor.Of(httpContext).Seed), null, Field, Header);

    public async Task<bool> IsRequestValidAsync(HttpContext httpContext)
    {
        HttpRequest request = httpContext.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return true;
        }

        if (Visitor.Find(httpContext) is not { } visitor || IsForeign(request))
        {
            return false;
        }

        StringValues given = request.Headers[Header];
        if (StringValues.IsNullOrEmpty(given) && request.HasFormContentType)
        {
            given = (await request.ReadFormAsync(httpContext.RequestAborted))[Field];
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given.ToString()), Encoding.UTF8.GetBytes(Derive(visitor.Seed)));
    }

    public async Task ValidateRequestAsync(HttpContext httpContext)
    {
        if (!await IsRequestValidAsync(httpContext))
        {
            throw new AntiforgeryValidationException("The form does not belong to this session: load the page again.");
        }
    }

    public void SetCookieTokenAndHeader(HttpContext httpContext)
    {
        // There is no cookie of its own; the headers of every page are set by the gate.
    }

    private static bool IsForeign(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();
        return site is "cross-site" or "same-site"
            || (origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));
    }

    private static string Derive(byte[] seed) => Base64Url.EncodeToString(HMACSHA256.HashData(seed, "webhookbridge antiforgery"u8));
}
