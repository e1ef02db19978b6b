using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>Makes a <see cref="Scheme"/> of its description (docs/platforms.md, "schemes").</summary>
internal static class SchemeReader
{
    public static Scheme? Read(DescriptionReader from)
    {
        int before = from.Errors.Errors.Count;
        string id = from.Text("id", required: true) ?? string.Empty;
        string algorithm = from.Text("algorithm") ?? string.Empty;
        SchemeKind? kind = from.Text("kind", required: true) switch
        {
            "hmac" => SchemeKind.Hmac,
            "hash" => SchemeKind.Hash,
            "public-key" => SchemeKind.PublicKey,
            "token" => SchemeKind.Token,
            "basic" => SchemeKind.Basic,
            "path-secret" => SchemeKind.PathSecret,
            "client-certificate" => SchemeKind.ClientCertificate,
            "jwt" => SchemeKind.Jwt,
            "none" => SchemeKind.None,
            _ => null,
        };
        if (kind is null)
        {
            from.Error("must be hmac, hash, public-key, token, basic, path-secret, client-certificate, jwt or none", "kind");
            return null;
        }

        bool jwtIsPublic = kind == SchemeKind.Jwt && (algorithm.StartsWith("rsa", StringComparison.Ordinal) || algorithm.StartsWith("ec", StringComparison.Ordinal) || algorithm == "ed25519");
        bool digest = kind is SchemeKind.Hmac or SchemeKind.Hash or SchemeKind.Jwt;
        var scheme = new Scheme
        {
            Id = id,
            Kind = kind.Value,
            Mac = digest && !jwtIsPublic ? ReadMac(from, algorithm) : default,
            PublicKey = kind == SchemeKind.PublicKey ? ReadPublicKey(from, algorithm) : jwtIsPublic ? ReadJwtKey(from, algorithm) : default,
            JwtIsPublic = jwtIsPublic,
            Prehash = from.Text("prehash") is string prehash && Known(from, "prehash", prehash, "sha256"),
            KeyForm = ReadKeyForm(from),
            Signature = ReadPlace(from, "signature", required: digest || kind is SchemeKind.PublicKey or SchemeKind.Token),
            Content = [.. ReadPatterns(from, "content", required: kind is SchemeKind.Hmac or SchemeKind.Hash or SchemeKind.PublicKey)],
            Timestamp = ReadTimestamp(from),
            MessageId = from.Text("messageId") is string place ? ReadLocator(from, "messageId", place) : null,
            When = [.. ReadConditions(from, "when")],
            Each = from.Text("each") is string each ? ReadPath(from, "each", each) : null,
            BodyClaim = from.Text("bodyClaim"),
            Audience = from.Text("audience") is { Length: > 0 } audience ? audience : null,
            Keyless = from.Flag("keyless"),
        };
        from.Done();
        return from.Errors.Errors.Count == before ? scheme : null;
    }

    public static IReadOnlyList<RequestCondition> ReadConditions(DescriptionReader from, string name)
    {
        var conditions = new List<RequestCondition>();
        foreach (DescriptionReader item in from.Objects(name))
        {
            string place = item.Text("from", required: true) ?? "body";
            Locator? locator = ReadLocator(item, "from", place);
            Pattern? equal = item.Text("is") is string text ? ReadPattern(item, "is", text) : null;
            string? starts = item.Text("starts");
            bool present = item.Flag("present", otherwise: true);
            item.Done();
            if (locator is not null)
            {
                conditions.Add(new RequestCondition(locator, equal, starts, present));
            }
        }

        return conditions;
    }

    public static Pattern? ReadPattern(DescriptionReader from, string name, string text)
    {
        if (Pattern.TryParse(text, out Pattern pattern, out string problem))
        {
            return pattern;
        }

        from.Error(problem, name);
        return null;
    }

    public static Locator? ReadLocator(DescriptionReader from, string name, string text)
    {
        if (Locator.TryParse(text, out Locator locator, out string problem))
        {
            return locator;
        }

        from.Error(problem, name);
        return null;
    }

    private static BodyPath? ReadPath(DescriptionReader from, string name, string text)
    {
        if (BodyPath.TryParse(text, out BodyPath path, out string problem))
        {
            return path;
        }

        from.Error(problem, name);
        return null;
    }

    private static List<Pattern> ReadPatterns(DescriptionReader from, string name, bool required)
    {
        var patterns = new List<Pattern>();
        foreach (string text in from.Texts(name, required))
        {
            if (ReadPattern(from, name, text) is Pattern pattern)
            {
                patterns.Add(pattern);
            }
        }

        return patterns;
    }

    private static SignaturePlace? ReadPlace(DescriptionReader parent, string name, bool required)
    {
        if (parent.Object(name) is not DescriptionReader from)
        {
            if (required)
            {
                parent.Error("is missing", name);
            }

            return null;
        }

        SignaturePlace place = ReadPlaceMembers(from) with
        {
            Skip = from.Whole("skip") ?? 0,
            Prefix = from.Text("prefix") ?? string.Empty,
            PrefixOptional = from.Flag("prefixOptional"),
            Encoding = from.Text("encoding") switch
            {
                null or "hex" => DigestEncoding.Hex,
                "hex-without-leading-zeros" => DigestEncoding.HexWithoutLeadingZeros,
                "base64" => DigestEncoding.Base64,
                "base64url" => DigestEncoding.Base64Url,
                _ => Unknown(from, "encoding", "hex, hex-without-leading-zeros, base64 or base64url", DigestEncoding.Hex),
            },
        };
        from.Done();
        return place;
    }

    private static SignaturePlace ReadPlaceMembers(DescriptionReader from)
    {
        var locators = new List<Locator>();
        foreach (string text in from.Texts("from", required: true))
        {
            if (ReadLocator(from, "from", text) is Locator locator)
            {
                locators.Add(locator);
            }
        }

        return new SignaturePlace
        {
            From = locators,
            Separator = from.Text("separator") is { Length: > 0 } separator ? separator : null,
            Pick = from.Text("pick") is { Length: > 0 } pick ? pick : null,
        };
    }

    private static TimestampRule? ReadTimestamp(DescriptionReader parent)
    {
        if (parent.Object("timestamp") is not DescriptionReader from)
        {
            return null;
        }

        SignaturePlace place = ReadPlaceMembers(from);
        TimestampUnit unit = from.Text("unit") switch
        {
            null or "s" => TimestampUnit.Seconds,
            "ms" => TimestampUnit.Milliseconds,
            "auto" => TimestampUnit.Auto,
            "iso" => TimestampUnit.Iso,
            "opaque" => TimestampUnit.Opaque,
            _ => Unknown(from, "unit", "s, ms, auto, iso or opaque", TimestampUnit.Seconds),
        };
        int? past = from.Whole("toleranceSeconds");
        int? future = from.Whole("futureSeconds") ?? past;
        from.Done();
        return new TimestampRule(place, unit, past, future);
    }

    private static MacAlgorithm ReadMac(DescriptionReader from, string algorithm) => algorithm switch
    {
        "md5" => MacAlgorithm.Md5,
        "sha1" => MacAlgorithm.Sha1,
        "sha256" => MacAlgorithm.Sha256,
        "sha384" => MacAlgorithm.Sha384,
        "sha512" => MacAlgorithm.Sha512,
        _ => Unknown(from, "algorithm", "md5, sha1, sha256, sha384 or sha512", MacAlgorithm.Sha256),
    };

    private static PublicKeyAlgorithm ReadPublicKey(DescriptionReader from, string algorithm) => algorithm switch
    {
        "ed25519" => PublicKeyAlgorithm.Ed25519,
        "ecdsa-p256-sha256" => PublicKeyAlgorithm.EcdsaP256,
        "rsa-sha1" => PublicKeyAlgorithm.RsaSha1,
        "rsa-sha256" => PublicKeyAlgorithm.RsaSha256,
        "rsa-sha512" => PublicKeyAlgorithm.RsaSha512,
        "rsa-pss-sha256" => PublicKeyAlgorithm.RsaPssSha256,
        _ => Unknown(from, "algorithm", "ed25519, ecdsa-p256-sha256, rsa-sha1, rsa-sha256, rsa-sha512 or rsa-pss-sha256", PublicKeyAlgorithm.Ed25519),
    };

    /// <summary>The algorithms of RFC 7518 and RFC 8037 that senders use: ES256, RS256, RS512, PS256, EdDSA.</summary>
    private static PublicKeyAlgorithm ReadJwtKey(DescriptionReader from, string algorithm) => algorithm switch
    {
        "ecdsa-p256-sha256" => PublicKeyAlgorithm.EcdsaP256Fixed,
        "rsa-sha1" => Unknown(from, "algorithm", "another one: no JSON Web Token is signed with SHA-1", PublicKeyAlgorithm.RsaSha256),
        _ => ReadPublicKey(from, algorithm),
    };

    private static KeyForm ReadKeyForm(DescriptionReader from)
    {
        string? word = from.Text("key");
        return word is null ? KeyForm.Text : KeyForms.Parse(word) ?? Unknown(from, "key", "text, hex, base64, standard-webhooks or sha1", KeyForm.Text);
    }

    private static bool Known(DescriptionReader from, string name, string value, string only)
    {
        if (value != only)
        {
            from.Error($"must be {only}", name);
        }

        return value == only;
    }

    private static T Unknown<T>(DescriptionReader from, string name, string choices, T otherwise)
    {
        from.Error($"must be {choices}", name);
        return otherwise;
    }
}
