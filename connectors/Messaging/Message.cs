using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Messaging;

/// <summary>What a route's template made, as the messengers want it.</summary>
internal static class Message
{
    /// <summary>In front of what the simulator caused, so that nobody takes it for real.</summary>
    public const string TestMark = "[TEST] ";

    private const string NoTemplate = "template_missing";

    /// <summary>Media type without parameters, in lower case.</summary>
    public static string Media(DeliveryRequest request)
    {
#pragma warning disable CA1308 // Media types are written in lower case.
        return request.ContentType.Split(';')[0].Trim().ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>The text, without blanks at its ends.</summary>
    /// <exception cref="AnswerException">It is empty, or longer than <paramref name="most"/> characters.</exception>
    public static string Text(DeliveryRequest request, int most)
    {
        string text = Encoding.UTF8.GetString(request.Body.Span).Trim();
        return text.Length == 0 ? throw new AnswerException("The template came out empty: there is nothing to send.", Values.FieldInvalid)
            : text.Length > most ? throw new AnswerException($"The message has {text.Length} characters; at most {most} are taken. Shorten the template.", Values.FieldInvalid)
            : text;
    }

    /// <summary>The body as a JSON object; null when it is none.</summary>
    public static System.Text.Json.Nodes.JsonObject? Json(DeliveryRequest request)
    {
        try
        {
            return System.Text.Json.Nodes.JsonNode.Parse(request.Body.Span) as System.Text.Json.Nodes.JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The refusal of a body that no template of the right kind made.</summary>
    public static AnswerException NeedsTemplate(string connector, string kinds, DeliveryRequest request) =>
        new($"{connector} needs a template of content type {kinds}; this is {Media(request)}. Choose one of the gallery, or write your own.", NoTemplate);
}
