using System.Text.Json;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Verification;

/// <summary>What patterns look at while one request is judged: the request, what was found in it so far, and its body parsed at most once.</summary>
internal ref struct RequestScope(InboundRequest request)
{
    private FormFields? _form;
    private EventBody? _body;

    public readonly InboundRequest Request => request;

    /// <summary>The timestamp as it stands in the request; empty where there is none.</summary>
    public ReadOnlySpan<char> Timestamp { get; set; }

    public string? Id { get; set; }

    /// <summary>The secret being tried, as text in UTF-8; null where no pattern may see one.</summary>
    public byte[]? Secret { get; set; }

    /// <summary>The key made from it, for keyed modifiers.</summary>
    public byte[]? Key { get; set; }

    /// <summary>The item of a batch being judged.</summary>
    public JsonElement? Item { get; set; }

    /// <summary>The name of the form field that holds the signature and is left out of what is signed.</summary>
    public string? SignatureField { get; set; }

    /// <summary>Whether the body says that it is a form; nothing is read out of another body as if it were one.</summary>
    public readonly bool IsForm => EventBody.IsForm(request.Header("Content-Type"));

    public FormFields Form => _form ??= FormFields.Parse(request.Body.Span);

    public bool TryJson(out JsonElement root)
    {
        _body ??= EventBody.Open(request.Body, request.Header("Content-Type"));
        root = _body.Root;
        return _body.Format == Model.BodyFormat.Json;
    }

    public readonly void Dispose() => _body?.Dispose();
}
