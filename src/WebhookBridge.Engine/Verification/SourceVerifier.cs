using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Verification;

/// <summary>Tells for one source whether a request is genuine. Immutable and thread-safe; keys are decoded once, when it is made. <see cref="Verify"/> never throws.</summary>
public sealed class SourceVerifier
{
    internal const string PathTag = "path:";

    private readonly SchemeCheck[] _schemes;
    private readonly byte[][] _pathSecrets;
    private readonly (Handshake Handshake, byte[][] Secrets)[] _handshakes;
    private readonly bool _hasKey;

    internal SourceVerifier(SchemeCheck[] schemes, byte[][] pathSecrets, (Handshake Handshake, byte[][] Secrets)[] handshakes, bool hasKey, IReadOnlyList<LocalText> problems)
    {
        _schemes = schemes;
        _pathSecrets = pathSecrets;
        _handshakes = handshakes;
        _hasKey = hasKey;
        AwaitsKey = !hasKey && Array.Exists(handshakes, static h => h.Handshake.OnlyWithoutSecret);
        Problems = problems;
        var methods = new SortedSet<string>(StringComparer.Ordinal) { "POST" };
        foreach ((Handshake handshake, _) in handshakes)
        {
            methods.Add(handshake.Method);
        }

        AllowedMethods = [.. methods];
        Proof = schemes.Length == 0 ? ProofKind.None : schemes.Min(s => s.Scheme.Proof);
        if (pathSecrets.Length > 0 && Proof == ProofKind.None)
        {
            Proof = ProofKind.Static;
        }

        SignsTimestamp = schemes.Length > 0 && schemes.All(s => s.Scheme.TimestampSigned && s.Scheme.Timestamp!.PastSeconds is not null);
        Tolerance = schemes.Select(s => s.Scheme.Timestamp?.PastSeconds).Max() is int seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>What an administrator has to mend before anything is accepted; empty when the verifier works.</summary>
    public IReadOnlyList<LocalText> Problems { get; }

    /// <summary>The sender hands over its key in a handshake, and the source has none yet; secrets in the path do not count as keys.</summary>
    public bool AwaitsKey { get; }

    /// <summary>What the weakest scheme in force is worth.</summary>
    public ProofKind Proof { get; }

    /// <summary>Every accepted request carries a signed timestamp no older than <see cref="Tolerance"/>.</summary>
    public bool SignsTimestamp { get; }

    public TimeSpan? Tolerance { get; }

    /// <summary>Methods for the <c>Allow</c> header: POST, and those of the platform's handshakes.</summary>
    public IReadOnlyList<string> AllowedMethods { get; }

    /// <summary>The address of this source ends in a secret; a request without it gets 404 (contract section 5).</summary>
    public bool ExpectsPathSecret => _pathSecrets.Length > 0;

    /// <summary>For the simulator, which plays the sender.</summary>
    internal string? FirstPathSecret => _pathSecrets.Length > 0 ? Encoding.UTF8.GetString(_pathSecrets[0]) : null;

    internal IReadOnlyList<SchemeCheck> Schemes => _schemes;

    /// <summary>Whether the path carries one of the source's path secrets; true when none is expected and none came.</summary>
    public bool PathSecretMatches(string? presented)
    {
        if (_pathSecrets.Length == 0)
        {
            return string.IsNullOrEmpty(presented);
        }

        byte[] bytes = Encoding.UTF8.GetBytes(presented ?? string.Empty);
        bool match = false;
        foreach (byte[] secret in _pathSecrets)
        {
            match |= FixedTime.Same(secret, bytes);
        }

        return match;
    }

    /// <summary>Judges a request at the time <paramref name="now"/>. Pure: the same request, secrets and time always give the same answer.</summary>
    public VerifyResult Verify(InboundRequest request, DateTimeOffset now)
    {
        if (Problems.Count > 0)
        {
            return new VerifyResult.Refused(RefusalCodes.SecretMissing, Problems[0].En);
        }

        if (_pathSecrets.Length > 0 && !PathSecretMatches(request.PathSecret))
        {
            return new VerifyResult.Refused(RefusalCodes.TokenMismatch, "The address does not end in the source's path secret.");
        }

        var scope = new RequestScope(request);
        try
        {
            VerifyResult.Refused? refusal = null;
            foreach (SchemeCheck scheme in _schemes)
            {
                VerifyResult result = scheme.Verify(ref scope, now);
                if (result is VerifyResult.Genuine)
                {
                    return result;
                }

                var refused = (VerifyResult.Refused)result;
                if (refusal is null || Telling(refused.Code) > Telling(refusal.Code))
                {
                    refusal = refused;
                }
            }

            return refusal ?? new VerifyResult.Refused(RefusalCodes.SecretMissing, "No scheme is in force for this source.");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The one place where a bug in here becomes an outcome: the request is refused (invariant 5).
            return new VerifyResult.Refused(RefusalCodes.VerifierFailed, $"The request could not be checked ({e.GetType().Name}).");
        }
        finally
        {
            scope.Dispose();
        }
    }

    /// <summary>The answer when the request is the sender's test of the address, else null. Answers that need a valid signature are given only with one.</summary>
    public HandshakeAnswer? TryHandshake(InboundRequest request)
    {
        if (_handshakes.Length == 0)
        {
            return null;
        }

        var scope = new RequestScope(request);
        try
        {
            foreach ((Handshake handshake, byte[][] secrets) in _handshakes)
            {
                if (!handshake.IsMeant(ref scope) || (handshake.OnlyWithoutSecret && _hasKey))
                {
                    continue;
                }

                if (handshake.Proof == HandshakeProof.Verified || (handshake.Proof == HandshakeProof.WhenSigned && CarriesSignature(ref scope)))
                {
                    if (Verify(request, request.ReceivedAt) is not VerifyResult.Genuine)
                    {
                        return null;
                    }
                }

                return handshake.Answer(ref scope, secrets);
            }

            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null; // no answer, so the request goes the way of any other
        }
        finally
        {
            scope.Dispose();
        }
    }

    /// <summary>The timestamp that the first scheme in force reads in the request, whatever its signature is worth; for diagnosis.</summary>
    public DateTimeOffset? ReadTimestamp(InboundRequest request)
    {
        var scope = new RequestScope(request);
        foreach (SchemeCheck scheme in _schemes)
        {
            if (scheme.ReadTimestamp(ref scope) is DateTimeOffset time)
            {
                scope.Dispose();
                return time;
            }
        }

        scope.Dispose();
        return null;
    }

    private bool CarriesSignature(ref RequestScope scope)
    {
        foreach (SchemeCheck scheme in _schemes)
        {
            if (scheme.Scheme.Signature is SignaturePlace place)
            {
                CandidateEnumerator candidates = place.Candidates();
                candidates.MoveNext(ref scope);
                if (candidates.AnyValue)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Which of several refusals tells the operator most: the one of the scheme that came furthest.</summary>
    private static int Telling(string code) => code switch
    {
        RefusalCodes.SchemeNotApplicable => 0,
        RefusalCodes.SignatureMissing or RefusalCodes.TokenMissing or RefusalCodes.CertificateMissing => 1,
        RefusalCodes.IdMissing or RefusalCodes.TimestampMissing or RefusalCodes.FieldMissing => 2,
        RefusalCodes.TimestampTooOld or RefusalCodes.TimestampInFuture => 5,
        RefusalCodes.SignatureMismatch or RefusalCodes.TokenMismatch or RefusalCodes.CertificateMismatch => 4,
        _ => 3,
    };
}
