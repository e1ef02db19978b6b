using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Server.WebConsole.Rejected;

/// <summary>The doctor says how a secret was pasted wrongly; this makes the right one of it, and shows by the refused request that it is right.</summary>
internal static class SecretMending
{
    private const string Prefix = "whsec_";

    /// <summary>The source's secrets as they ought to be; null where the finding is not of that kind.</summary>
    public static IReadOnlyList<SecretText>? Mend(Platform platform, SourceDefinition source, InboundRequest request, DoctorFinding finding)
    {
        if (Reading(finding.Code) is not { } read)
        {
            return null;
        }

        for (int i = 0; i < source.Secrets.Count; i++)
        {
            SecretText[] secrets = [.. source.Secrets];
            secrets[i] = new SecretText(read(secrets[i].Reveal()));
            if (platform.CreateVerifier(source with { Secrets = secrets }).Verify(request, request.ReceivedAt) is VerifyResult.Genuine)
            {
                return secrets;
            }
        }

        return null;
    }

    private static Func<string, string>? Reading(string code) => code switch
    {
        "secret_has_blanks" => static s => s.Trim(),
        "secret_has_quotes" => static s => s.Trim().Trim('"', '\''),
        "secret_lacks_newline" => static s => s + "\n",
        "secret_prefix" => static s => s.StartsWith(Prefix, StringComparison.Ordinal) ? s[Prefix.Length..] : Prefix + s,
        "secret_case" => static s => s.ToLowerInvariant(),
        _ => null,
    };
}

/// <summary>What the doctor found about a request, and what mends it.</summary>
/// <param name="MendedSecrets">The source's secrets as they ought to be, where that is the cause.</param>
internal sealed record Diagnosis(IReadOnlyList<DoctorFinding> Findings, IReadOnlyList<SecretText>? MendedSecrets)
{
    public const string MatchesNow = "matches_now";

    /// <summary>What explains the refusal, shown by trying; null when nothing does.</summary>
    public DoctorFinding? Cause => Findings.FirstOrDefault(static f => f.Proven);

    /// <summary>False where one look was enough: the source cannot judge at all, or only the time was wrong.</summary>
    public bool TriedEverything => Findings[0].Code is not (MatchesNow or "source_unusable" or "timestamp_too_old" or "timestamp_in_future");

    /// <summary>True when the requests are genuine as they are, or once the secret is mended.</summary>
    public bool CanAccept => MendedSecrets is not null || Cause?.Code == MatchesNow;
}
