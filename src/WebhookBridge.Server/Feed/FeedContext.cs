using Microsoft.OData.UriParser;

namespace WebhookBridge.Server.Feed;

/// <summary>What the parts of one request share.</summary>
internal sealed record FeedContext(FeedLimits Limits, bool SeesPersonal, ODataUriParser Parser)
{
    /// <summary>The value of a parameter alias such as <c>@p</c>.</summary>
    public SingleValueNode Alias(string name) =>
        Parser.ParameterAliasNodes.TryGetValue(name, out SingleValueNode? node) && node is not null ? node : throw FeedException.BadRequest($"The parameter alias {name} has no value.", name);
}
