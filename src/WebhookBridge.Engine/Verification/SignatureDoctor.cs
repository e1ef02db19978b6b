using System.Globalization;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Verification;

/// <summary>One thing that the doctor found out about a refused request.</summary>
/// <param name="Code">A fixed word (docs/platforms.md, "the doctor").</param>
/// <param name="Proven">True when the request verified once just this was changed; false for what can be seen but not tried (a missing header, the kind of a key).</param>
/// <param name="Text">What is wrong and what to do, in the languages of the console. Holds no secret and no expected signature.</param>
public sealed record DoctorFinding(string Code, bool Proven, LocalText Text);

/// <summary>Explains why a request was refused, by trying: it changes one thing at a time and looks whether the request verifies then. What it did not verify or see, it does not say.</summary>
public static class SignatureDoctor
{
    /// <param name="receivedAt">When the request came: the clock of the trial.</param>
    /// <param name="catalog">To try the schemes of other platforms.</param>
    /// <param name="otherSources">To try the secrets of other sources (a test secret on a live source).</param>
    public static IReadOnlyList<DoctorFinding> Diagnose(Platform platform, SourceDefinition source, InboundRequest request, DateTimeOffset receivedAt, PlatformCatalog? catalog = null, IEnumerable<SourceDefinition>? otherSources = null)
    {
        var findings = new List<DoctorFinding>();
        SourceVerifier verifier = platform.CreateVerifier(source);
        if (verifier.Problems.Count > 0)
        {
            foreach (LocalText problem in verifier.Problems)
            {
                findings.Add(new("source_unusable", true, problem));
            }

            LookAtSecrets(platform, source, findings);
            return findings;
        }

        if (verifier.Verify(request, receivedAt) is not VerifyResult.Refused refused)
        {
            findings.Add(new("matches_now", true, new("With today's secrets and settings the request is genuine: it can be accepted.", "Com os segredos e as configurações de hoje a requisição é autêntica: ela pode ser aceita.")));
            return findings;
        }

        // Time is judged apart from the rest, so that an old request can still be tried.
        DateTimeOffset clock = verifier.ReadTimestamp(request) ?? receivedAt;
        if (refused.Code is RefusalCodes.TimestampTooOld or RefusalCodes.TimestampInFuture)
        {
            double seconds = Math.Abs((receivedAt - clock).TotalSeconds);
            findings.Add(new(refused.Code, true, new(
                string.Create(CultureInfo.InvariantCulture, $"The signature is right; its time is {seconds:0} s {(clock < receivedAt ? "before" : "after")} the receipt, {verifier.Tolerance?.TotalSeconds:0} s are allowed. Check this machine's clock, or widen the setting toleranceSeconds."),
                string.Create(CultureInfo.InvariantCulture, $"A assinatura está certa; o horário dela é {seconds:0} s {(clock < receivedAt ? "antes" : "depois")} do recebimento, {verifier.Tolerance?.TotalSeconds:0} s são permitidos. Confira o relógio desta máquina ou amplie a configuração toleranceSeconds."))));
            return findings;
        }

        var trial = new Trial(platform, source, request, clock, findings);
        DoctorTrials.Headers(trial, verifier);
        DoctorTrials.Secrets(trial, verifier);
        DoctorTrials.Encodings(trial, verifier);
        DoctorTrials.Bodies(trial, verifier);
        DoctorTrials.Addresses(trial, verifier);
        DoctorTrials.OtherSources(trial, otherSources ?? []);
        if (catalog is not null && !findings.Exists(f => f.Proven))
        {
            DoctorTrials.OtherPlatforms(trial, catalog);
        }

        if (!findings.Exists(f => f.Proven))
        {
            LookAtSecrets(platform, source, findings);
        }

        if (findings.Count == 0)
        {
            findings.Add(new("unexplained", false, Unexplained(refused)));
        }

        return findings;
    }

    private static LocalText Unexplained(VerifyResult.Refused refused) => refused.Code switch
    {
        RefusalCodes.SignatureMissing or RefusalCodes.TokenMissing or RefusalCodes.CertificateMissing => new(
            $"{refused.Text} The request carries nothing that could be checked: the sender does not sign what it sends here yet (look at its settings), or the request is not from it.",
            "A requisição não traz nada que possa ser conferido: o remetente ainda não assina o que envia para cá (veja as configurações dele), ou a requisição não é dele."),
        _ => new(
            $"{refused.Text} None of the usual causes was found by trying: the secret is most probably another one, or the request is forged.",
            "Nenhuma das causas comuns foi encontrada nas tentativas: o segredo provavelmente é outro, ou a requisição é forjada."),
    };

    /// <summary>What the beginning of a secret tells about its kind.</summary>
    private static void LookAtSecrets(Platform platform, SourceDefinition source, List<DoctorFinding> findings)
    {
        bool apiKeySigns = platform.SecretLabel?.En.Contains("sk_", StringComparison.Ordinal) == true;
        bool publicKeySigns = platform.SchemeIds.Any(static s => s.Contains("v1a", StringComparison.Ordinal) || s.Contains("ed25519", StringComparison.Ordinal));
        for (int i = 0; i < source.Secrets.Count; i++)
        {
            string secret = source.Secrets[i].Reveal().Trim();
            if ((apiKeySigns && secret.StartsWith("sk_", StringComparison.Ordinal)) || (publicKeySigns && secret.StartsWith("whpk_", StringComparison.Ordinal)))
            {
                continue;
            }

            if (SecretKinds.Of(secret) is LocalText kind)
            {
                findings.Add(new("secret_of_wrong_kind", false, new(
                    $"Secret {i + 1} looks like {kind.En}; asked for is: {platform.SecretLabel?.En ?? "the webhook secret"}.",
                    $"O segredo {i + 1} parece ser {kind.PtBr}; o pedido é: {platform.SecretLabel?.In("pt-BR") ?? "o segredo do webhook"}.")));
            }
        }
    }

    /// <summary>The request with one thing changed, and where to write down that it verified then.</summary>
    internal sealed record Trial(Platform Platform, SourceDefinition Source, InboundRequest Request, DateTimeOffset Clock, List<DoctorFinding> Findings)
    {
        public bool Try(SourceDefinition source, InboundRequest request, string code, string en, string pt)
        {
            bool works = Platform.CreateVerifier(source).Verify(request, Clock) is VerifyResult.Genuine;
            if (works)
            {
                Findings.Add(new(code, true, new(en, pt)));
            }

            return works;
        }

        public bool Try(SourceVerifier verifier, string code, string en, string pt)
        {
            bool works = verifier.Verify(Request, Clock) is VerifyResult.Genuine;
            if (works)
            {
                Findings.Add(new(code, true, new(en, pt)));
            }

            return works;
        }

        public InboundRequest With(byte[]? body = null, IReadOnlyList<KeyValuePair<string, string>>? headers = null, string? origin = null, string? path = null, string? query = null) => new()
        {
            Method = Request.Method,
            PublicOrigin = origin ?? Request.PublicOrigin,
            Path = path ?? Request.Path,
            Query = query ?? Request.Query,
            Headers = headers ?? Request.Headers,
            Body = body ?? Request.Body,
            ReceivedAt = Request.ReceivedAt,
            RemoteIp = Request.RemoteIp,
            PathSecret = Request.PathSecret,
            ClientCertificateSha256 = Request.ClientCertificateSha256,
        };
    }
}
