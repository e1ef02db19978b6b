using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Scriban.Tests;

/// <summary>Renders a template in one call: the output, or the errors as the lines that the command line prints.</summary>
internal static class Rendering
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 10, 30, 15, 123, TimeSpan.Zero);

    public static (string? Output, IReadOnlyList<TemplateError> Errors) Run(
        string template, string data = "{}", TemplateOptions? options = null, RenderBudget? budget = null)
    {
        switch (ScribanTemplate.Parse(template, options))
        {
            case ParseResult.Failed failed:
                return (null, failed.Errors);
            case ParseResult.Ok ok:
                using (JsonDocument document = JsonDocument.Parse(data))
                {
                    var output = new ArrayBufferWriter<byte>();
                    RenderResult result = ok.Template.Render([TemplateRoot.Members(document.RootElement)], output, budget, Now);
                    return result is RenderResult.Failed(var error)
                        ? (null, [error])
                        : (Encoding.UTF8.GetString(output.WrittenSpan), []);
                }

            default:
                throw new InvalidOperationException("A parse result is one of two.");
        }
    }

    public static string Text(string template, string data = "{}", TemplateOptions? options = null, RenderBudget? budget = null)
    {
        (string? output, IReadOnlyList<TemplateError> errors) = Run(template, data, options, budget);
        errors.ShouldBeEmpty();
        return output!;
    }

    public static TemplateError Error(string template, string data = "{}", TemplateOptions? options = null, RenderBudget? budget = null)
    {
        (string? output, IReadOnlyList<TemplateError> errors) = Run(template, data, options, budget);
        output.ShouldBeNull();
        return errors[0];
    }

    public static TemplateOptions Json { get; } = new() { Mode = TemplateMode.Json };

    public static TemplateOptions Html { get; } = new() { Mode = TemplateMode.Html };

    public static TemplateOptions Strict { get; } = new() { Strict = true };
}
