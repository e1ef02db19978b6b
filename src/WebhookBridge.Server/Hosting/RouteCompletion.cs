using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;

namespace WebhookBridge.Server.Hosting;

/// <summary>Fills in what a route leaves to its gallery entry, and takes a body that is written under its own name among the fields as the template. Pure.</summary>
internal sealed class RouteCompletion(ConnectorCatalog connectors, IReadOnlyDictionary<string, GalleryTemplate> gallery)
{
    private const string HtmlBody = "html";

    /// <summary>The route as it is stored. What nobody can complete comes back as it is, for the checks to complain of.</summary>
    /// <param name="connector">That of its destination; null when there is no such destination.</param>
    public RouteDefinition Complete(RouteDefinition route, string? connector)
    {
        if (connector is null)
        {
            return route;
        }

        if (route.Template is TemplateReference.Gallery named)
        {
            return gallery.TryGetValue(named.Name, out GalleryTemplate? entry) ? entry.FillIn(route, connector) : route;
        }

        string? body = connectors.FindReady(connector)?.Description.BodyField?.Id;
        if (route.Template is not null || body is null || !route.Fields.TryGetValue(body, out FieldTemplate? field) || field is not FieldTemplate.Text text)
        {
            return route;
        }

        Dictionary<string, FieldTemplate> others = new(route.Fields, StringComparer.Ordinal);
        others.Remove(body);
        return route with { Template = new TemplateReference.Inline(ContentTypeOf(body, text.Template), text.Template), Fields = others };
    }

    /// <summary>The media type of a body written among the fields: HTML where the field is called so, JSON where it begins like a document, else text.</summary>
    private static string ContentTypeOf(string field, string text)
    {
        string start = text.TrimStart();
        bool json = start.StartsWith('[') || (start.StartsWith('{') && !start.StartsWith("{{", StringComparison.Ordinal));
        return field == HtmlBody ? "text/html" : json ? "application/json" : "text/plain";
    }
}
