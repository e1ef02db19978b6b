using System.Text;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>Gives each scheme of a source the secrets that can be its keys.</summary>
internal static class KeyRing
{
    /// <summary>A secret that is a key for none of the schemes is a problem of its own; so is a scheme set without any key.</summary>
    public static IEnumerable<SchemeCheck> Assign(IReadOnlyList<Scheme> schemes, IReadOnlyList<(int Index, string Text)> secrets, IReadOnlyList<byte[]> pathSecrets, List<LocalText> problems)
    {
        var checks = new List<SchemeCheck>();
        var used = new HashSet<int>();
        var refusals = new Dictionary<int, LocalText>();
        foreach (Scheme scheme in schemes)
        {
            var keys = new List<SchemeKey>();
            foreach ((int index, string text) in secrets)
            {
                if (string.IsNullOrWhiteSpace(text))
                {
                    refusals[index] = new("is empty", "está vazio");
                }
                else if (Key(scheme, index, text, out LocalText problem) is SchemeKey key)
                {
                    keys.Add(key);
                    used.Add(index);
                }
                else
                {
                    refusals.TryAdd(index, SecretKinds.Of(text) is LocalText kind ? new($"looks like {kind.En}", $"parece ser {kind.PtBr}") : problem);
                }
            }

            if (scheme.Keyless)
            {
                keys = [new SchemeKey(-1, [], [], null)];
                used.UnionWith(secrets.Select(s => s.Index));
            }

            if (keys.Count > 0 || scheme.Kind == SchemeKind.None || (scheme.Kind == SchemeKind.PathSecret && pathSecrets.Count > 0))
            {
                if (scheme.Kind == SchemeKind.PathSecret)
                {
                    keys = [.. pathSecrets.Select((p, i) => new SchemeKey(i, p, p, null))];
                }

                checks.Add(new SchemeCheck(scheme, [.. keys]));
            }
        }

        bool needless = schemes.Count > 0 && schemes.All(s => s.Kind == SchemeKind.None);
        foreach ((int index, LocalText problem) in refusals.OrderBy(r => r.Key))
        {
            if (!used.Contains(index) && !needless)
            {
                problems.Add(new($"Secret {index + 1} {problem.En}, so it is no key for this source.", $"O segredo {index + 1} {problem.PtBr}, por isso não serve de chave para esta origem."));
            }
        }

        if (checks.Count == 0 && problems.Count == 0)
        {
            problems.Add(new("The source has no secret, so nothing can be checked: enter the sender's secret.", "A origem não tem segredo, por isso nada pode ser conferido: informe o segredo do remetente."));
        }

        return checks;
    }

    private static SchemeKey? Key(Scheme scheme, int index, string text, out LocalText problem)
    {
        problem = new(string.Empty, null);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        switch (scheme.Kind)
        {
            case SchemeKind.PublicKey:
                PublicKey? key = PublicKey.TryRead(scheme.PublicKey, text);
                problem = new("is not a public key of the kind that the sender uses", "não é uma chave pública do tipo que o remetente usa");
                return key is null ? null : new SchemeKey(index, utf8, [], key);
            case SchemeKind.ClientCertificate:
                string thumb = text.Replace(":", string.Empty, StringComparison.Ordinal).Trim().ToLowerInvariant();
                problem = new("is not the SHA-256 of a certificate (64 hexadecimal digits)", "não é o SHA-256 de um certificado (64 dígitos hexadecimais)");
                return thumb.Length == 64 && thumb.All(char.IsAsciiHexDigitLower) ? new SchemeKey(index, utf8, Encoding.UTF8.GetBytes(thumb), null) : null;
            case SchemeKind.Basic:
                problem = new("is not of the form user:password", "não tem a forma usuário:senha");
                return text.Contains(':', StringComparison.Ordinal) ? new SchemeKey(index, utf8, utf8, null) : null;
            case SchemeKind.Jwt when scheme.JwtIsPublic:
                PublicKey? jwtKey = PublicKey.TryRead(scheme.PublicKey, text);
                problem = new("is not a public key of the kind that the sender uses", "não é uma chave pública do tipo que o remetente usa");
                return jwtKey is null ? null : new SchemeKey(index, utf8, [], jwtKey);
            case SchemeKind.Jwt when text.Contains("-----BEGIN", StringComparison.Ordinal):
                // A public key as shared secret would let anybody sign who knows it.
                problem = new("is a key in PEM, which cannot be the shared secret of a JSON Web Token: set scheme to one for public keys", "é uma chave em PEM, que não pode ser o segredo compartilhado de um JSON Web Token: defina scheme como um de chave pública");
                return null;
            case SchemeKind.Hmac or SchemeKind.Hash or SchemeKind.Jwt:
                byte[]? bytes = KeyForms.Decode(scheme.KeyForm, text, out problem);
                return bytes is null ? null : new SchemeKey(index, utf8, bytes, null);
            default:
                return new SchemeKey(index, utf8, utf8, null);
        }
    }
}
