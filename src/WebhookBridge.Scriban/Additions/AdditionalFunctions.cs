using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Additions;

/// <summary>What the language does not have and people who send webhooks need.</summary>
internal static class AdditionalFunctions
{
    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("raw", "text", static (in a) => Value.From(new SafeText(a.TextOrEmpty(0), SafeFor.Raw))),
    ];
}
