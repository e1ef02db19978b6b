using Microsoft.AspNetCore.Mvc.RazorPages;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Page;

/// <summary>What every page model has at hand: <c>T</c> for texts, <c>Me</c> for the person. Views get the same by injection.</summary>
internal abstract class ConsolePage : PageModel
{
    public Visitor Me => Visitor.Of(HttpContext);

    public Texts T => Me.Texts;

    public CancellationToken Aborted => HttpContext.RequestAborted;
}

internal static class PartialRequests
{
    /// <summary>True when the browser asks for a part of the page only.</summary>
    public static bool IsPart(this HttpContext context) => context.Request.Headers.ContainsKey("HX-Request");
}
