using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Page;

/// <summary>What the tag helpers of the console share: the page they stand on.</summary>
public abstract class ConsoleTagHelper : TagHelper
{
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    internal Texts T => Visitor.Of(ViewContext.HttpContext).Texts;

    internal string Icon(string name)
    {
        string inner = ViewContext.HttpContext.RequestServices.GetRequiredService<ConsoleAssets>().Icon(name);
        return $"<svg class=\"icon\" width=\"16\" height=\"16\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.75\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\">{inner}</svg>";
    }

    internal static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}

/// <summary><c>&lt;icon name="x" /&gt;</c>: an icon of assets/icons.txt, drawn in place.</summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.WithoutEndTag)]
public sealed class IconTagHelper : ConsoleTagHelper
{
    public string Name { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        output.Content.SetHtmlContent(Icon(Name));
    }
}

/// <summary><c>&lt;state of="delivered" text="…" /&gt;</c>: a shape and a word. Without text it stands alone and <c>label</c> names it.</summary>
[HtmlTargetElement("state", TagStructure = TagStructure.WithoutEndTag)]
public sealed class StateTagHelper : ConsoleTagHelper
{
    /// <summary><c>delivered, waiting, held, failing, refused, skipped, live</c>.</summary>
    public string Of { get; set; } = "skipped";

    public string? Text { get; set; }

    public string? Label { get; set; }

    public bool InText { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"wb-st is-{Of}{(Text is null ? " is-alone" : "")}{(InText ? " in-text" : "")}");
        if (Text is not null)
        {
            output.Content.SetHtmlContent($"<span>{Encode(Text)}</span>");
        }
        else if (Label is not null)
        {
            output.Attributes.SetAttribute("role", "img");
            output.Attributes.SetAttribute("aria-label", Label);
            output.Attributes.SetAttribute("title", Label);
        }
        else
        {
            output.Attributes.SetAttribute("aria-hidden", "true");
        }
    }
}

/// <summary><c>&lt;when at="…" /&gt;</c>: a moment in the reader's zone; the exact one in UTC on hover.</summary>
[HtmlTargetElement("when", TagStructure = TagStructure.WithoutEndTag)]
public sealed class WhenTagHelper : ConsoleTagHelper
{
    public DateTimeOffset At { get; set; }

    public bool Relative { get; set; }

    public bool Seconds { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "time";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("datetime", At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Attributes.SetAttribute("title", Texts.Exact(At));
        if (Relative)
        {
            output.Attributes.SetAttribute(new TagHelperAttribute("data-relative", null, HtmlAttributeValueStyle.Minimized));
        }

        output.Content.SetContent(Relative ? T.Relative(At) : T.Time(At, Seconds));
    }
}

/// <summary><c>&lt;money minor="19700" currency="BRL" /&gt;</c>: number first, code small after it.</summary>
[HtmlTargetElement("money", TagStructure = TagStructure.WithoutEndTag)]
public sealed class MoneyTagHelper : ConsoleTagHelper
{
    public long Minor { get; set; }

    public string Currency { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "wb-money");
        output.Content.SetHtmlContent($"{Encode(T.Amount(Minor, Currencies.DecimalsOf(Currency) ?? 2))}<small>{Encode(Currency)}</small>");
    }
}

/// <summary><c>&lt;copy-field id="…" value="…" label="…" /&gt;</c>: a text to take along, with its button.</summary>
[HtmlTargetElement("copy-field", TagStructure = TagStructure.WithoutEndTag)]
public sealed class CopyFieldTagHelper : ConsoleTagHelper
{
    public string Id { get; set; } = "";

    public string Value { get; set; } = "";

    public string Label { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "wb-copy");
        output.Content.SetHtmlContent(
            $"<input class=\"form-control\" id=\"{Encode(Id)}\" readonly aria-label=\"{Encode(Label)}\" value=\"{Encode(Value)}\">"
            + $"<button class=\"btn btn-icon\" type=\"button\" data-copy=\"{Encode(Id)}\" data-said=\"{Encode(T["copy.done"])}\" aria-label=\"{Encode(T["copy.button", Label])}\" title=\"{Encode(T["copy.title"])}\">{Icon("copy")}{Icon("check")}</button>");
    }
}

/// <summary><c>&lt;note kind="bad"&gt;…&lt;/note&gt;</c>: a sentence that must be read.</summary>
[HtmlTargetElement("note")]
public sealed class NoteTagHelper : ConsoleTagHelper
{
    /// <summary><c>ok</c>, <c>wait</c>, <c>bad</c> or empty.</summary>
    public string Kind { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "div";
        output.Attributes.SetAttribute("class", Kind.Length > 0 ? $"wb-note is-{Kind}" : "wb-note");
        if (Kind == "bad")
        {
            output.Attributes.SetAttribute("role", "alert");
        }
        else if (Kind == "ok")
        {
            output.Attributes.SetAttribute("role", "status");
        }
    }
}

/// <summary>Every <c>&lt;form method="post"&gt;</c> carries the session's antiforgery token.</summary>
[HtmlTargetElement("form", Attributes = "[method=post]")]
public sealed class PostFormTagHelper : ConsoleTagHelper
{
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        AntiforgeryTokenSet tokens = ViewContext.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().GetTokens(ViewContext.HttpContext);
        output.PreContent.AppendHtml($"<input type=\"hidden\" name=\"{tokens.FormFieldName}\" value=\"{tokens.RequestToken}\">");
    }
}
