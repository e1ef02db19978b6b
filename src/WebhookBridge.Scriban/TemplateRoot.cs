using System.Text.Json;

namespace WebhookBridge.Scriban;

/// <summary>
/// One piece of data for a template. With a name it is the variable of that name; without one it must be a JSON
/// object, and each of its members is a variable. Of several pieces the first that knows a name gives it.
/// The document behind <paramref name="Value"/> must live until the rendering has ended.
/// </summary>
/// <param name="Name">Name of the variable, or null to make every member of the object a variable.</param>
/// <param name="Value">The data; read where the template asks for it and never changed.</param>
public readonly record struct TemplateRoot(string? Name, JsonElement Value)
{
    /// <summary>Every member of the object becomes a variable.</summary>
    public static TemplateRoot Members(JsonElement value) => new(null, value);
}
