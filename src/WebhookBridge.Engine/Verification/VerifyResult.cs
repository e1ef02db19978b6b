namespace WebhookBridge.Engine.Verification;

/// <summary>Whether a request comes from the platform that a source stands for.</summary>
public abstract record VerifyResult
{
    private VerifyResult()
    {
    }

    /// <summary>The request carries the proof that the source asks for.</summary>
    /// <param name="MessageId">The id that the scheme itself names (a header, mostly); null where the scheme has none.</param>
    /// <param name="MessageIdSigned">True when the proof covers <paramref name="MessageId"/>, so that nobody but the sender can change it.</param>
    /// <param name="SignedAt">The signed timestamp; null where the scheme signs none.</param>
    /// <param name="SecretIndex">Which of the source's secrets matched, from 0; -1 where none was needed.</param>
    public sealed record Genuine(string? MessageId, bool MessageIdSigned, DateTimeOffset? SignedAt, int SecretIndex) : VerifyResult
    {
        /// <summary>False where a signature covers something else than the body (Mercado Pago, Mailgun): an id in the body can then be changed by whoever replays the request.</summary>
        public bool CoversBody { get; init; } = true;
    }

    /// <summary>It does not. Kept with its reason (design invariant 5).</summary>
    /// <param name="Code">One of <see cref="RefusalCodes"/>.</param>
    /// <param name="Text">One sentence for the operator; holds no secret and no expected signature.</param>
    public sealed record Refused(string Code, string Text) : VerifyResult;
}

/// <summary>Why a request was refused, as fixed words (docs/platforms.md).</summary>
public static class RefusalCodes
{
    public const string SecretMissing = "secret_missing";
    public const string SchemeNotApplicable = "scheme_not_applicable";
    public const string SignatureMissing = "signature_missing";
    public const string SignatureMalformed = "signature_malformed";
    public const string SignatureMismatch = "signature_mismatch";
    public const string TokenMissing = "token_missing";
    public const string TokenMismatch = "token_mismatch";
    public const string TimestampMissing = "timestamp_missing";
    public const string TimestampMalformed = "timestamp_malformed";
    public const string TimestampTooOld = "timestamp_too_old";
    public const string TimestampInFuture = "timestamp_in_future";
    public const string IdMissing = "id_missing";
    public const string IdMalformed = "id_malformed";
    public const string FieldMissing = "signed_field_missing";
    public const string CertificateMissing = "certificate_missing";
    public const string CertificateMismatch = "certificate_mismatch";
    public const string VerifierFailed = "verifier_failed";
}

/// <summary>How much the proof of a source is worth.</summary>
public enum ProofKind
{
    /// <summary>None: anyone who knows the address can post. What is told has to be fetched back from the sender.</summary>
    None,

    /// <summary>A fixed text that comes with each request (token, password, secret in the path, certificate): the body is not covered.</summary>
    Static,

    /// <summary>A signature that leaves out the body (Mercado Pago, Mailgun) or parts of it (Adyen, Ozow): what it leaves out can be changed by whoever replays the request.</summary>
    SignedInPart,

    /// <summary>A signature that covers the body.</summary>
    SignedBody,
}

/// <summary>The answer to a sender's test of the address; no event comes of it.</summary>
/// <param name="LearnedSecret">The key that the sender hands over in this request (Asana, Notion): to be stored as the source's secret before the answer is given. Given only while the source has no key.</param>
public sealed record HandshakeAnswer(
    int Status,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    byte[] Body,
    string ContentType,
    Model.SecretText? LearnedSecret = null);
