using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>The single changes that the doctor tries.</summary>
internal static class DoctorTrials
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions CompactAscii = new() { Encoder = JavaScriptEncoder.Default };
    private static readonly JsonSerializerOptions Pretty = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    /// <summary>A header of the scheme is missing: names like it are shown, and each is tried under the right name.</summary>
    public static void Headers(SignatureDoctor.Trial trial, SourceVerifier verifier)
    {
        foreach (string wanted in HeaderNames(verifier).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (wanted.EndsWith('*') || trial.Request.Header(wanted) is not null)
            {
                continue;
            }

            List<string> near = [.. trial.Request.Headers.Select(h => h.Key).Where(k => IsNear(k, wanted)).Distinct(StringComparer.OrdinalIgnoreCase)];
            bool explained = near.Exists(name => trial.Try(
                trial.Source,
                trial.With(headers: [.. trial.Request.Headers, new(wanted, trial.Request.Header(name)!)]),
                "header_misnamed",
                $"The request carries '{name}' where '{wanted}' is expected; under the right name it verifies.",
                $"A requisição traz '{name}' onde se espera '{wanted}'; com o nome certo ela é válida."));
            if (!explained)
            {
                string like = near.Count > 0 ? $" Names like it in the request: {string.Join(", ", near)}." : string.Empty;
                string likePt = near.Count > 0 ? $" Nomes parecidos na requisição: {string.Join(", ", near)}." : string.Empty;
                trial.Findings.Add(new("header_missing", false, new($"The header '{wanted}' is missing.{like}", $"O cabeçalho '{wanted}' está ausente.{likePt}")));
            }
        }
    }

    public static void Secrets(SignatureDoctor.Trial trial, SourceVerifier verifier)
    {
        for (int i = 0; i < trial.Source.Secrets.Count; i++)
        {
            string secret = trial.Source.Secrets[i].Reveal();
            (string Text, string Code, string En, string Pt)[] variants =
            [
                (secret.Trim(), "secret_has_blanks", "has blanks or a line break around it", "tem espaços ou quebra de linha em volta"),
                (secret.Trim().Trim('"', '\''), "secret_has_quotes", "stands in quotes", "está entre aspas"),
                (secret + "\n", "secret_lacks_newline", "is used by the sender with a line break at its end", "é usado pelo remetente com uma quebra de linha no fim"),
                (secret.StartsWith("whsec_", StringComparison.Ordinal) ? secret[6..] : "whsec_" + secret, "secret_prefix", "is right but for the prefix whsec_", "está certo, exceto pelo prefixo whsec_"),
                (secret.ToLowerInvariant(), "secret_case", "is right but for upper and lower case", "está certo, exceto por maiúsculas e minúsculas"),
            ];
            foreach ((string text, string code, string en, string pt) in variants)
            {
                if (text != secret && trial.Try(trial.Source with { Secrets = [new SecretText(text)] }, trial.Request, code, $"Secret {i + 1} {en}: enter it anew.", $"O segredo {i + 1} {pt}: informe-o de novo."))
                {
                    return;
                }
            }
        }

        foreach (KeyForm form in Enum.GetValues<KeyForm>())
        {
            if (TryChanged(trial, verifier, s => s with { KeyForm = form }, s => s.KeyForm != form && s.Kind is SchemeKind.Hmac or SchemeKind.Hash, "key_form",
                $"The sender makes its key of the secret in another way ({Name(form).En}).", $"O remetente forma a chave a partir do segredo de outro modo ({Name(form).PtBr})."))
            {
                return;
            }
        }
    }

    public static void Encodings(SignatureDoctor.Trial trial, SourceVerifier verifier)
    {
        foreach (DigestEncoding encoding in new[] { DigestEncoding.Hex, DigestEncoding.Base64, DigestEncoding.Base64Url })
        {
            if (TryChanged(trial, verifier, s => s with { Signature = s.Signature! with { Encoding = encoding, PrefixOptional = true } }, s => s.Signature is not null && s.Signature.Encoding != encoding, "signature_encoding",
                $"The signature is right, but written in {encoding.ToString().ToLowerInvariant()}, which is not the form that the sender documents: a program in front may have changed it, or the source stands for another version of the sender.", $"A assinatura está certa, mas escrita em {encoding.ToString().ToLowerInvariant()}, que não é a forma documentada pelo remetente: um programa à frente pode tê-la alterado, ou a origem representa outra versão do remetente."))
            {
                return;
            }
        }

        _ = TryChanged(trial, verifier, s => s with { Signature = s.Signature! with { PrefixOptional = true } }, s => s.Signature is { Prefix.Length: > 0, PrefixOptional: false }, "signature_prefix",
                "The signature is right, but the text in front of it is missing.", "A assinatura está certa, mas falta o texto antes dela.")
            || TryChanged(trial, verifier, s => s with { Mac = MacAlgorithm.Sha256 }, s => s.Kind == SchemeKind.Hmac && s.Mac != MacAlgorithm.Sha256, "signature_algorithm", "The signature is made with SHA-256.", "A assinatura foi feita com SHA-256.")
            || TryChanged(trial, verifier, s => s with { Mac = MacAlgorithm.Sha1 }, s => s.Kind == SchemeKind.Hmac && s.Mac != MacAlgorithm.Sha1, "signature_algorithm", "The signature is made with SHA-1.", "A assinatura foi feita com SHA-1.")
            || TryChanged(trial, verifier, s => s with { Mac = MacAlgorithm.Sha512 }, s => s.Kind == SchemeKind.Hmac && s.Mac != MacAlgorithm.Sha512, "signature_algorithm", "The signature is made with SHA-512.", "A assinatura foi feita com SHA-512.");
    }

    /// <summary>Something on the way parsed the body and wrote it anew: the form that would match is looked for.</summary>
    public static void Bodies(SignatureDoctor.Trial trial, SourceVerifier verifier)
    {
        if (!verifier.Schemes.Any(s => s.Scheme.Proof == ProofKind.SignedBody))
        {
            return;
        }

        string text = Encoding.UTF8.GetString(trial.Request.Body.Span);
        var forms = new List<(string Text, string En, string Pt)>
        {
            (text.TrimEnd('\r', '\n'), "without the line break at its end", "sem a quebra de linha no fim"),
            (text + "\n", "with a line break at its end", "com uma quebra de linha no fim"),
            (text + "\r\n", "with CR LF at its end", "com CR LF no fim"),
            (text.Replace("\r\n", "\n", StringComparison.Ordinal), "with LF instead of CR LF", "com LF em vez de CR LF"),
            (text.Replace("\n", "\r\n", StringComparison.Ordinal), "with CR LF instead of LF", "com CR LF em vez de LF"),
            (text.TrimStart('\uFEFF'), "without the byte order mark", "sem a marca de ordem de bytes"),
            (text.Replace("/", "\\/", StringComparison.Ordinal), "with escaped slashes", "com barras escapadas"),
        };
        try
        {
            JsonNode? json = JsonNode.Parse(text);
            if (json is not null)
            {
                string compact = json.ToJsonString(Compact);
                forms.Add((compact, "as compact JSON", "como JSON compacto"));
                forms.Add((json.ToJsonString(CompactAscii), "as compact JSON with escaped letters", "como JSON compacto com letras escapadas"));
                forms.Add((compact.Replace("/", "\\/", StringComparison.Ordinal), "as compact JSON with escaped slashes", "como JSON compacto com barras escapadas"));
                forms.Add((json.ToJsonString(Pretty), "as JSON indented by two blanks", "como JSON indentado com dois espaços"));
                forms.Add((PythonStyle(json), "as JSON with a blank behind colons and commas", "como JSON com um espaço após dois-pontos e vírgulas"));
            }
        }
        catch (JsonException)
        {
            // No JSON, so nobody can have written it anew as JSON.
        }

        foreach ((string form, string en, string pt) in forms)
        {
            if (form != text && trial.Try(trial.Source, trial.With(body: Encoding.UTF8.GetBytes(form)), "body_changed",
                $"The body was changed on the way: {en} it verifies. Have the proxy or program in front pass the bytes on as they are.",
                $"O corpo foi alterado no caminho: {pt} ele é válido. Faça o proxy ou programa à frente repassar os bytes como estão."))
            {
                return;
            }
        }
    }

    /// <summary>A proxy in front is called by another address than the sender knows.</summary>
    public static void Addresses(SignatureDoctor.Trial trial, SourceVerifier verifier)
    {
        if (!verifier.Schemes.Any(s => s.Scheme.Content.Any(c => c.Covers(LocatorKind.Url) || c.Covers(LocatorKind.Path))))
        {
            return;
        }

        string origin = trial.Request.PublicOrigin;
        string host = origin[(origin.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var hosts = new List<string> { host, host.Split(':')[0] };
        hosts.AddRange(new[] { "X-Forwarded-Host", "X-Original-Host", "Host" }.Select(trial.Request.Header).OfType<string>());
        var paths = new List<string> { trial.Request.Path, trial.Request.Path + "/", trial.Request.Path.TrimEnd('/') };
        paths.AddRange(new[] { "X-Original-URI", "X-Forwarded-Uri", "X-Rewrite-URL" }.Select(trial.Request.Header).OfType<string>().Select(p => p.Split('?')[0]));
        foreach (string name in hosts.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            foreach (string scheme in new[] { "https://", "http://" })
            {
                foreach (string path in paths.Distinct(StringComparer.Ordinal))
                {
                    foreach (string query in new[] { trial.Request.Query, string.Empty }.Distinct(StringComparer.Ordinal))
                    {
                        if (trial.Try(trial.Source, trial.With(origin: scheme + name, path: path, query: query), "address_changed",
                            $"The sender signs the address {scheme}{name}{path}{(query.Length > 0 ? " with its query" : string.Empty)}: set the source's public URL to {scheme}{name}, and let the proxy keep the path.",
                            $"O remetente assina o endereço {scheme}{name}{path}{(query.Length > 0 ? " com a query" : string.Empty)}: defina a URL pública da origem como {scheme}{name} e faça o proxy manter o caminho."))
                        {
                            return;
                        }
                    }
                }
            }
        }
    }

    public static void OtherSources(SignatureDoctor.Trial trial, IEnumerable<SourceDefinition> others)
    {
        foreach (SourceDefinition other in others.Where(o => o.Name != trial.Source.Name && o.Secrets.Count > 0))
        {
            if (trial.Try(trial.Source with { Secrets = other.Secrets }, trial.Request, "secret_of_other_source",
                $"The request is signed with a secret of the source '{other.Name}' (a test secret for a live event, or the other way round?).",
                $"A requisição está assinada com um segredo da origem '{other.Name}' (segredo de teste para um evento real, ou o contrário?)."))
            {
                return;
            }
        }
    }

    public static void OtherPlatforms(SignatureDoctor.Trial trial, PlatformCatalog catalog)
    {
        foreach (Platform other in catalog.All.Where(p => p.Name != trial.Platform.Name && p.Category != "generic").Concat(catalog.All.Where(p => p.Category == "generic")))
        {
            SourceVerifier verifier = other.CreateVerifier(trial.Source with { Platform = other.Name, Settings = new Dictionary<string, JsonElement>() });
            if (verifier.Problems.Count == 0 && verifier.Proof is ProofKind.SignedBody or ProofKind.SignedInPart
                && trial.Try(verifier, "other_platform", $"The request verifies by the scheme of {other.DisplayName}: choose the platform '{other.Name}'.", $"A requisição é válida pelo esquema de {other.DisplayName}: escolha a plataforma '{other.Name}'."))
            {
                return;
            }
        }
    }

    private static bool TryChanged(SignatureDoctor.Trial trial, SourceVerifier verifier, Func<Scheme, Scheme> change, Func<Scheme, bool> concerns, string code, string en, string pt)
    {
        List<Scheme> schemes = [.. verifier.Schemes.Select(s => s.Scheme).Where(concerns).Select(change)];
        if (schemes.Count == 0)
        {
            return false;
        }

        List<(int, string)> secrets = [.. trial.Source.Secrets.Select((s, i) => (i, s.Reveal())).Where(s => !s.Item2.StartsWith(SourceVerifier.PathTag, StringComparison.Ordinal))];
        var checks = KeyRing.Assign(schemes, secrets, [], []).ToArray();
        return checks.Length > 0 && trial.Try(new SourceVerifier(checks, [], [], true, []), code, en, pt);
    }

    private static IEnumerable<string> HeaderNames(SourceVerifier verifier)
    {
        foreach (Scheme scheme in verifier.Schemes.Select(s => s.Scheme))
        {
            IEnumerable<Locator> places = (scheme.Signature?.From ?? []).Take(1).Concat(scheme.Timestamp?.Place.From ?? []).Concat(scheme.MessageId is Locator id && scheme.MessageIdSigned ? [id] : []);
            foreach (Locator place in places.Where(p => p.Kind == LocatorKind.Header))
            {
                yield return place.Name;
            }
        }
    }

    /// <summary>Few letters apart, or one name within the other.</summary>
    private static bool IsNear(string name, string wanted)
    {
        string a = Bare(name);
        string b = Bare(wanted);
        return a == b || (a.Length > 5 && b.Length > 5 && (a.Contains(b, StringComparison.Ordinal) || b.Contains(a, StringComparison.Ordinal))) || Distance(a, b) <= 2
            || (a.Contains("signature", StringComparison.Ordinal) && b.Contains("signature", StringComparison.Ordinal));

        static string Bare(string text) => text.ToLowerInvariant().Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal);
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }

    /// <summary>The default spacing of Python's json.dumps: a blank behind each colon and comma outside of texts.</summary>
    private static string PythonStyle(JsonNode json)
    {
        var text = new StringBuilder();
        bool inText = false;
        string compact = json.ToJsonString(Compact);
        for (int i = 0; i < compact.Length; i++)
        {
            char c = compact[i];
            text.Append(c);
            if (inText && c == '\\')
            {
                text.Append(compact[++i]);
            }
            else if (c == '"')
            {
                inText = !inText;
            }
            else if (!inText && c is ':' or ',')
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }

    private static LocalText Name(KeyForm form) => form switch
    {
        KeyForm.Hex => new("hexadecimal, decoded", "hexadecimal, decodificado"),
        KeyForm.Base64 => new("base64, decoded", "base64, decodificado"),
        KeyForm.StandardWebhooks => new("whsec_ removed, base64 decoded", "sem whsec_, base64 decodificado"),
        KeyForm.Sha1 => new("its SHA-1", "o SHA-1 dele"),
        _ => new("as text", "como texto"),
    };
}
