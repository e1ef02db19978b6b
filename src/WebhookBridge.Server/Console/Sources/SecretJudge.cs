using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Sources;

/// <summary>One thing that was looked at in a pasted secret.</summary>
internal sealed record SecretFinding(bool Good, string Text);

/// <summary>Says at once what can be said of a pasted secret without a request: the mistakes that people make with the clipboard.</summary>
internal static class SecretJudge
{
    private static readonly string[] ApiKeyStarts = ["sk_", "pk_", "rk_", "SG.", "shpat_", "Bearer "];

    /// <summary>Blanks and line breaks at the ends come from copying; no platform gives out such a secret.</summary>
    public static string Clean(string? text) => text?.Trim() ?? "";

    public static IReadOnlyList<SecretFinding> Look(Platform platform, SourceDefinition source, string? pasted, Texts texts)
    {
        string clean = Clean(pasted);
        if (clean.Length == 0)
        {
            return [];
        }

        List<SecretFinding> findings = [];
        if (clean != pasted)
        {
            findings.Add(new(true, texts["secret.trimmed"]));
        }

        if (clean.Any(static c => char.IsWhiteSpace(c)) && !clean.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            findings.Add(new(false, texts["secret.blankInside"]));
        }

        if (Array.Find(ApiKeyStarts, start => clean.StartsWith(start, StringComparison.Ordinal)) is { } start)
        {
            findings.Add(new(false, texts["secret.apiKey", start]));
        }

        findings.AddRange(platform.CreateVerifier(source with { Secrets = [new SecretText(clean)] }).Problems.Select(p => new SecretFinding(false, p.In(texts.Language.Code))));
        if (findings.TrueForAll(static f => f.Good))
        {
            findings.Add(new(true, texts["secret.looksRight", clean.Length]));
        }

        return findings;
    }

    /// <summary>What may be shown of a stored secret: its last four characters where enough stay hidden.</summary>
    public static string Mask(SecretText secret)
    {
        string text = secret.Reveal();
        return text.Length >= 16 ? "••••••••" + text[^4..] : "••••••••";
    }
}
