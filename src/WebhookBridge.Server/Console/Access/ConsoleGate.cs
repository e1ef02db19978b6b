using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Accounts;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>Every page passes here first: headers, who is it, are there people at all, may they.</summary>
internal sealed class ConsoleGate(AccountStore accounts, TimeProvider time) : IAsyncAuthorizationFilter, IAsyncPageFilter, IOrderedFilter
{
    public const string SignInPath = "/sign-in";
    public const string StartPath = "/start";

    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);

    /// <summary>Before the antiforgery check, which needs the session.</summary>
    public int Order => -5000;

    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        HttpContext http = context.HttpContext;
        SecurityHeaders.Apply(http);
        Visitor visitor = await RecogniseAsync(http);
        visitor.Enter(http);
        if (IsOpen(context.ActionDescriptor))
        {
            return;
        }

        if (visitor.Email is null)
        {
            bool anyone = await accounts.AnyAsync(http.RequestAborted);
            context.Result = Redirect(http, anyone ? SignInPath + ReturnTo(http) : StartPath);
            return;
        }

        if (!visitor.May(RoleOf(((CompiledPageActionDescriptor)context.ActionDescriptor).ModelTypeInfo!)))
        {
            context.Result = Forbidden();
        }
    }

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (context.HandlerMethod is { } handler && !IsOpen(context.ActionDescriptor) && !Visitor.Of(context.HttpContext).May(RoleOf(handler.MethodInfo)))
        {
            context.Result = Forbidden();
            return Task.CompletedTask;
        }

        return next();
    }

    /// <summary>What a page or one of its handlers needs by docs/roles.md.</summary>
    public static Role RoleOf(MemberInfo member) => member.GetCustomAttribute<NeedsAttribute>()?.Role ?? Role.Viewer;

    /// <summary>The key under which a session is stored: its token never is.</summary>
    public static byte[] KeyOf(byte[] token) => SHA256.HashData(token);

    private static bool IsOpen(Microsoft.AspNetCore.Mvc.Abstractions.ActionDescriptor page) =>
        ((CompiledPageActionDescriptor)page).ModelTypeInfo!.IsDefined(typeof(OpenToAllAttribute), inherit: false);

    private async Task<Visitor> RecogniseAsync(HttpContext http)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (ConsoleCookies.ReadSession(http.Request) is { } token)
        {
            byte[] key = KeyOf(token);
            if (await accounts.FindSessionAsync(key, now, http.RequestAborted) is { } session)
            {
                if (now - session.SeenAt > SeenEvery)
                {
                    await accounts.TouchSessionAsync(key, now);
                }

                Account person = session.Account;
                return new()
                {
                    Email = person.Name,
                    Role = Roles.Parse(person.Role),
                    Texts = new(Language.Find(person.Language) ?? LanguageOf(http.Request), ZoneOf(person.TimeZone), now),
                    Scheme = ConsoleCookies.ReadScheme(http.Request),
                    Seed = token,
                    SessionKey = key,
                };
            }
        }

        return new()
        {
            Texts = new(LanguageOf(http.Request), TimeZoneInfo.Utc, now),
            Scheme = ConsoleCookies.ReadScheme(http.Request),
            Seed = ConsoleCookies.ReadOrWriteVisit(http),
        };
    }

    private static Language LanguageOf(HttpRequest request) =>
        Language.Find(ConsoleCookies.ReadLanguage(request)) ?? Language.Accepted(request.Headers.AcceptLanguage);

    private static TimeZoneInfo ZoneOf(string? id) => id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out TimeZoneInfo? zone) ? zone : TimeZoneInfo.Utc;

    private static string ReturnTo(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) && http.Request.Path != "/" ? QueryString.Create("to", http.Request.Path + http.Request.QueryString).ToString() : "";

    /// <summary>A part that is asked for after the session ended takes the whole page to the sign-in.</summary>
    private static IActionResult Redirect(HttpContext http, string address)
    {
        if (!http.Request.Headers.ContainsKey("HX-Request"))
        {
            return new LocalRedirectResult(address);
        }

        http.Response.Headers["HX-Redirect"] = SignInPath;
        return new StatusCodeResult(StatusCodes.Status204NoContent);
    }

    private static PageForbidden Forbidden() => new();
}

/// <summary>A page that needs no sign-in.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OpenToAllAttribute : Attribute;

/// <summary>Refused for want of the role: the status alone, the page for it is drawn by the status page.</summary>
internal sealed class PageForbidden() : StatusCodeResult(StatusCodes.Status403Forbidden);
