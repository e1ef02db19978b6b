using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Reshaping;

/// <summary>What a route's template and fields made of an event.</summary>
public abstract record ReshapeResult
{
    private ReshapeResult()
    {
    }

    public sealed record Ready(RenderedDelivery Rendered) : ReshapeResult;

    /// <summary>The template or a field fails on this event, and will again.</summary>
    public sealed record Failed(string Text, int? Line = null, int? Column = null) : ReshapeResult;

    /// <summary>The template ran out of time: worth another try with more of it (contract section 4).</summary>
    public sealed record TimedOut(string Text) : ReshapeResult;
}
