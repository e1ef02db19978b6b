using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>An event in a few words: what, how much, when.</summary>
internal static class EventWords
{
    public static string Describe(Texts texts, EventChoice choice)
    {
        GatewayEvent of = choice.Event;
        string kind = of.Kind == EventKinds.Other && of.Type.Length > 0 ? of.Type : FieldWords.Kind(texts, of.Kind);
        string? amount = of.Columns is { AmountMinor: { } minor, Currency: { } currency } ? $"{texts.Amount(minor, Currencies.DecimalsOf(currency) ?? 2)} {currency}" : null;
        string last = choice.Real ? texts.Time(of.ReceivedAt) + (of.Test ? " · TEST" : "") : texts["route.sampleOf", EventChoices.SampleName(choice.Value)!.Value.Name];
        return string.Join(", ", new[] { kind, amount, last }.Where(static w => !string.IsNullOrEmpty(w)));
    }
}
