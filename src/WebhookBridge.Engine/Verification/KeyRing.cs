using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>Gives each scheme of a source the secrets that can be its keys.</summary>
internal static class KeyRing
{
    /// <summary>A secret that is a key for none of the schemes is a problem of its own; so is a scheme set without any key.</summary>
    public static IEnumerable<SchemeCheck> Assign(IReadOnlyList<Scheme> schemes, IReadOnlyList<(int Index, string Text)> secrets, IReadOnlyList<byte[]> pathSecrets, List<string> problems)
    {
        var checks = new List<SchemeCheck>();
        var used = new HashSet<int>();
        var refusals = new Dictionary<int, string>();
        foreach (Scheme scheme in schemes)
        {
            var keys = new List<SchemeKey>();
            foreach ((int index, string text) in secrets)
            {
                if (string.IsNullOrWhiteSpace(text))
                {
                    refusals[index] = "is empty";
                }
                else if (Key(scheme, index, text, out string problem) is SchemeKey key)
                {
                    keys.Add(key);
                    used.Add(index);
                }
                else
                {
                    refusals.TryAdd(index, problem);
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
        foreach ((int index, string problem) in refusals.OrderBy(r => r.Key))
        {
            if (!used.Contains(index) && !needless)
            {
                problems.Add($"Secret {index + 1} {problem}, so it is no key for this source.");
            }
        }

        if (checks.Count == 0 && problems.Count == 0)
        {
            problems.Add("The source has no secret, so nothing can be checked: enter the sender's secret.");
        }

        return checks;
    }

    private static SchemeKey? Key(Scheme scheme, int index, string text, out string problem)
    {
        problem = string.Empty;
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        switch (scheme.Kind)
        {
            case SchemeKind.PublicKey:
                PublicKey? key = PublicKey.TryRead(scheme.PublicKey, text);
                problem = "is not a public key of the kind that the sender uses";
                return key is null ? null : new SchemeKey(index, utf8, [], key);
            case SchemeKind.ClientCertificate:
                string thumb = text.Replace(":", string.Empty, StringComparison.Ordinal).Trim().ToLowerInvariant();
                problem = "is not the SHA-256 of a certificate (64 hexadecimal digits)";
                return thumb.Length == 64 && thumb.All(char.IsAsciiHexDigitLower) ? new SchemeKey(index, utf8, Encoding.UTF8.GetBytes(thumb), null) : null;
            case SchemeKind.Basic:
                problem = "is not of the form user:password";
                return text.Contains(':', StringComparison.Ordinal) ? new SchemeKey(index, utf8, utf8, null) : null;
            case SchemeKind.Jwt when scheme.JwtIsPublic:
                PublicKey? jwtKey = PublicKey.TryRead(scheme.PublicKey, text);
                problem = "is not a public key of the kind that the sender uses";
                return jwtKey is null ? null : new SchemeKey(index, utf8, [], jwtKey);
            case SchemeKind.Jwt when text.Contains("-----BEGIN", StringComparison.Ordinal):
                // A public key as shared secret would let anybody sign who knows it.
                problem = "is a key in PEM, which cannot be the shared secret of a JSON Web Token: set scheme to one for public keys";
                return null;
            case SchemeKind.Hmac or SchemeKind.Hash or SchemeKind.Jwt:
                byte[]? bytes = KeyForms.Decode(scheme.KeyForm, text, out problem);
                return bytes is null ? null : new SchemeKey(index, utf8, bytes, null);
            default:
                return new SchemeKey(index, utf8, utf8, null);
        }
    }
}
