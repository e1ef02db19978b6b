using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;

namespace WebhookBridge.Server.WebConsole.Pages;

/// <summary>What went wrong, in words, with the status that it has.</summary>
[OpenToAll]
[IgnoreAntiforgeryToken]
internal sealed class ProblemModel : ConsolePage
{
    public string Kind { get; private set; } = "";

    public void OnGet(int code) => Tell(code);

    public void OnPost(int code) => Tell(code);

    private void Tell(int code)
    {
        Kind = code switch
        {
            StatusCodes.Status400BadRequest => "form",
            StatusCodes.Status403Forbidden => "role",
            StatusCodes.Status404NotFound => "gone",
            _ => "ours",
        };
        Response.StatusCode = code is >= 400 and < 600 ? code : StatusCodes.Status404NotFound;
    }
}
