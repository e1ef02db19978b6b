using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>The cookies of the console: bound to this host by their name; on plain http, which only localhost may use, without the prefix that browsers refuse there.</summary>
internal static class ConsoleCookies
{
    private const string Session = "wb-session";
    private const string Visit = "wb-visit";
    private const string Language = "wb-lang";
    private const string Scheme = "wb-scheme";

    /// <summary>False where a password would travel in the clear to another machine.</summary>
    public static bool MaySignIn(HttpRequest request) => request.IsHttps || IsLocal(request.Host.Host);

    public static byte[]? ReadSession(HttpRequest request) => ReadToken(request, Session);

    /// <summary>Starts a session; <paramref name="lasting"/> null = until the browser is closed.</summary>
    public static byte[] WriteSession(HttpContext context, TimeSpan? lasting)
    {
        byte[] token = RandomNumberGenerator.GetBytes(32);
        context.Response.Cookies.Append(Name(context.Request, Session), Base64Url.EncodeToString(token), Options(context.Request, lasting));
        context.Response.Cookies.Delete(Name(context.Request, Visit), Options(context.Request, null));
        return token;
    }

    public static void EndSession(HttpContext context) => context.Response.Cookies.Delete(Name(context.Request, Session), Options(context.Request, null));

    /// <summary>Before sign-in: a random value of this browser that antiforgery tokens hang on.</summary>
    public static byte[] ReadOrWriteVisit(HttpContext context)
    {
        if (ReadToken(context.Request, Visit) is { } known)
        {
            return known;
        }

        byte[] token = RandomNumberGenerator.GetBytes(32);
        context.Response.Cookies.Append(Name(context.Request, Visit), Base64Url.EncodeToString(token), Options(context.Request, null));
        return token;
    }

    public static string? ReadLanguage(HttpRequest request) => request.Cookies[Name(request, Language)];

    public static void WriteLanguage(HttpContext context, string code) =>
        context.Response.Cookies.Append(Name(context.Request, Language), code, Options(context.Request, TimeSpan.FromDays(365)));

    public static string ReadScheme(HttpRequest request) => request.Cookies[Name(request, Scheme)] is "light" or "dark" ? request.Cookies[Name(request, Scheme)]! : "auto";

    public static void WriteScheme(HttpContext context, string scheme) =>
        context.Response.Cookies.Append(Name(context.Request, Scheme), scheme, Options(context.Request, TimeSpan.FromDays(365)));

    private static string Name(HttpRequest request, string name) => request.IsHttps ? "__Host-" + name : name;

    private static byte[]? ReadToken(HttpRequest request, string name)
    {
        byte[] bytes = new byte[32];
        return request.Cookies[Name(request, name)] is { Length: 43 } text && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == 32 ? bytes : null;
    }

    private static CookieOptions Options(HttpRequest request, TimeSpan? lasting) =>
        new() { HttpOnly = true, Secure = request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = lasting, IsEssential = true };

    private static bool IsLocal(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
