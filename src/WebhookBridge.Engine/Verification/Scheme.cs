namespace WebhookBridge.Engine.Verification;

internal enum SchemeKind
{
    Hmac,
    Hash,
    PublicKey,
    Token,
    Basic,
    PathSecret,
    ClientCertificate,
    Jwt,
    None,
}

internal enum TimestampUnit
{
    Seconds,
    Milliseconds,

    /// <summary>Seconds, or milliseconds when the number is above 10^11 (Mercado Pago).</summary>
    Auto,

    /// <summary>RFC 3339.</summary>
    Iso,

    /// <summary>A text that is signed but not read as a time (Scalr's Date).</summary>
    Opaque,
}

/// <summary>Where the signed timestamp stands and how far it may be from now.</summary>
/// <param name="PastSeconds">Null = any age.</param>
/// <param name="FutureSeconds">Null = any.</param>
internal sealed record TimestampRule(SignaturePlace Place, TimestampUnit Unit, int? PastSeconds, int? FutureSeconds);

/// <summary>A condition on a request.</summary>
internal sealed record RequestCondition(Locator From, Pattern? Is, string? Starts, bool Present)
{
    public bool Holds(ref RequestScope scope)
    {
        string? value = From.Read(ref scope);
        if (!Present)
        {
            return value is null;
        }

        return value is not null
            && (Starts is null || value.StartsWith(Starts, StringComparison.OrdinalIgnoreCase))
            && (Is is null || string.Equals(Is.Read(ref scope), value, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>How one sender proves that a request is its own: data, made from a platform's description.</summary>
internal sealed record Scheme
{
    public required string Id { get; init; }

    public required SchemeKind Kind { get; init; }

    public MacAlgorithm Mac { get; init; }

    public PublicKeyAlgorithm PublicKey { get; init; }

    /// <summary>The signed bytes are the SHA-256 of the content (Kiwify banking).</summary>
    public bool Prehash { get; init; }

    public KeyForm KeyForm { get; init; }

    /// <summary>Signature, token or JWT.</summary>
    public SignaturePlace? Signature { get; init; }

    /// <summary>What is signed; several are tried in turn.</summary>
    public Pattern[] Content { get; init; } = [];

    public TimestampRule? Timestamp { get; init; }

    /// <summary>Header (or other place) of the message id; null where the scheme has none.</summary>
    public Locator? MessageId { get; init; }

    /// <summary>The scheme applies only to requests for which all hold.</summary>
    public RequestCondition[] When { get; init; } = [];

    /// <summary>Each of these items carries its own signature (Adyen); null = the request carries one.</summary>
    public BodyPath? Each { get; init; }

    /// <summary>For JWT: the claim that holds the base64 SHA-256 of the body, and the audience asked for.</summary>
    public string? BodyClaim { get; init; }

    public string? Audience { get; init; }

    /// <summary>For JWT: the token is signed with a private key (RS, PS, ES, EdDSA), and <see cref="PublicKey"/> says how.</summary>
    public bool JwtIsPublic { get; init; }

    /// <summary>The proof needs no secret (a plain hash without a pass phrase, or none at all).</summary>
    public bool Keyless { get; init; }

    /// <summary>All contents cover the body.</summary>
    public ProofKind Proof => Kind switch
    {
        SchemeKind.None => ProofKind.None,
        SchemeKind.Hmac or SchemeKind.Hash or SchemeKind.PublicKey when Keyless => ProofKind.None,
        SchemeKind.Hmac or SchemeKind.Hash or SchemeKind.PublicKey => Each is null && Content.All(c => c.CoversBody || When.Any(w => w.Is is { CoversBody: true })) ? ProofKind.SignedBody : ProofKind.SignedInPart,
        SchemeKind.Jwt => BodyClaim is null ? ProofKind.Static : ProofKind.SignedBody,
        _ => ProofKind.Static,
    };

    public bool MessageIdSigned => Proof is ProofKind.SignedBody or ProofKind.SignedInPart && MessageId is Locator id && Content.All(c => c.Covers(LocatorKind.Id) || c.Covers(id));

    public bool TimestampSigned => Timestamp is not null && Content.Length > 0 && Content.All(c => c.Covers(LocatorKind.Timestamp) || Timestamp.Place.From.All(c.Covers));
}
