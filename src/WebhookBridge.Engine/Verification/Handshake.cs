using System.Buffers;
using System.Text;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>What a handshake asks for before it is answered.</summary>
internal enum HandshakeProof
{
    None,

    /// <summary>The request verifies like any event.</summary>
    Verified,

    /// <summary>As <see cref="Verified"/> when the request carries a signature at all.</summary>
    WhenSigned,
}

/// <summary>What a value must look like before it is echoed or keyed: senders' challenges are short words, so nobody can have a body of his own signed through a handshake.</summary>
internal sealed record ChallengeRule(Locator From, bool WordOnly, int MaxLength)
{
    private static readonly SearchValues<char> WordCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public bool Holds(ref RequestScope scope) =>
        From.Read(ref scope) is { Length: > 0 } value && value.Length <= MaxLength
        && (!WordOnly || !value.AsSpan().ContainsAnyExcept(WordCharacters));
}

/// <summary>A sender's test of the address and its answer, as data.</summary>
internal sealed record Handshake
{
    private static readonly KeyValuePair<string, string> NoSniff = new("X-Content-Type-Options", "nosniff");

    public required string Method { get; init; }

    public IReadOnlyList<RequestCondition> When { get; init; } = [];

    public HandshakeProof Proof { get; init; }

    /// <summary>Where the sender repeats a secret of the source (Meta's verify token); null = nowhere.</summary>
    public Locator? Token { get; init; }

    /// <summary>The first value must be one of these texts; null = any.</summary>
    public Locator? Allowed { get; init; }

    public IReadOnlyList<string> AllowedValues { get; init; } = [];

    public IReadOnlyList<ChallengeRule> Challenges { get; init; } = [];

    /// <summary>Status of the answer when token, allow-list or challenge do not hold.</summary>
    public int RefuseStatus { get; init; } = 403;

    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "text/plain";

    public Pattern? Body { get; init; }

    public IReadOnlyList<KeyValuePair<string, Pattern>> Headers { get; init; } = [];

    /// <summary>Where the sender hands over the key; only while the source has no secret.</summary>
    public Locator? Learn { get; init; }

    /// <summary>Secrets with this prefix are meant for this handshake; without any, the source's plain ones serve.</summary>
    public string? SecretTag { get; init; }

    /// <summary>How the key of keyed answers is made of the secret.</summary>
    public KeyForm KeyForm { get; init; }

    public bool OnlyWithoutSecret => Learn is not null;

    public static Handshake? Read(DescriptionReader from)
    {
        int before = from.Errors.Errors.Count;
        string method = from.Text("method") ?? "POST";
        string? token = from.Text("token");
        string? learn = from.Text("learn");
        string? allowed = from.Text("allowed");
        string? body = null;
        int status = 200;
        string contentType = "text/plain";
        var headers = new List<KeyValuePair<string, Pattern>>();
        if (from.Object("answer") is DescriptionReader answer)
        {
            status = answer.Whole("status") ?? 200;
            contentType = answer.Text("contentType") ?? contentType;
            body = answer.Text("body");
            if (answer.Object("headers") is DescriptionReader names)
            {
                foreach ((string name, System.Text.Json.JsonElement value) in names.Members())
                {
                    if (SchemeReader.ReadPattern(names, name, value.ToString()) is Pattern pattern)
                    {
                        headers.Add(new(name, pattern));
                    }
                }
            }

            answer.Done();
        }

        var challenges = new List<ChallengeRule>();
        foreach (DescriptionReader item in from.Objects("challenges"))
        {
            Locator? place = SchemeReader.ReadLocator(item, "from", item.Text("from", required: true) ?? "body");
            bool word = item.Flag("word", otherwise: true);
            int length = item.Whole("maxLength") ?? 200;
            item.Done();
            if (place is not null)
            {
                challenges.Add(new ChallengeRule(place, word, length));
            }
        }

        var handshake = new Handshake
        {
            Method = method,
            When = SchemeReader.ReadConditions(from, "when"),
            Proof = from.Text("proof") switch { null or "none" => HandshakeProof.None, "verified" => HandshakeProof.Verified, "when-signed" => HandshakeProof.WhenSigned, _ => Wrong(from) },
            Token = token is null ? null : SchemeReader.ReadLocator(from, "token", token),
            Learn = learn is null ? null : SchemeReader.ReadLocator(from, "learn", learn),
            Allowed = allowed is null ? null : SchemeReader.ReadLocator(from, "allowed", allowed),
            AllowedValues = (from.Text("allowedValues") ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Challenges = challenges,
            RefuseStatus = from.Whole("refuseStatus") ?? 403,
            Status = status,
            ContentType = contentType,
            Body = body is null ? null : SchemeReader.ReadPattern(from, "answer.body", body),
            Headers = headers,
            SecretTag = from.Text("secretTag"),
            KeyForm = from.Text("key") is string form ? KeyForms.Parse(form) ?? KeyForm.Text : KeyForm.Text,
        };
        from.Text("id");
        from.Done();
        return from.Errors.Errors.Count == before ? handshake : null;

        static HandshakeProof Wrong(DescriptionReader from)
        {
            from.Error("must be none, verified or when-signed", "proof");
            return HandshakeProof.Verified;
        }
    }

    public bool IsMeant(ref RequestScope scope)
    {
        if (scope.Request.Method != Method)
        {
            return false;
        }

        foreach (RequestCondition condition in When)
        {
            if (!condition.Holds(ref scope))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The answer; <paramref name="secrets"/> are the texts that a token may be and the key for keyed answers (the first).</summary>
    public HandshakeAnswer Answer(ref RequestScope scope, byte[][] secrets)
    {
        foreach (ChallengeRule rule in Challenges)
        {
            if (!rule.Holds(ref scope))
            {
                return Refusal();
            }
        }

        if (Token is not null && !TokenMatches(Token.Read(ref scope), secrets))
        {
            return Refusal();
        }

        if (Allowed is not null && (Allowed.Read(ref scope) is not string value || !(AllowedValues.Contains("*") || AllowedValues.Contains(value, StringComparer.OrdinalIgnoreCase))))
        {
            return Refusal();
        }

        string? learned = Learn?.Read(ref scope);
        if (Learn is not null && learned is not { Length: >= 8 and <= 512 })
        {
            return Refusal();
        }

        scope.Secret = secrets.Length > 0 ? secrets[0] : null;
        scope.Key = secrets.Length > 0 ? KeyForms.Decode(KeyForm, Encoding.UTF8.GetString(secrets[0]), out _) : null;
        if (Body is { NeedsKey: true } && scope.Key is null)
        {
            return Refusal();
        }

        var buffer = default(ByteBuffer);
        bool complete = Body is null || Body.Write(ref scope, ref buffer, out _);
        byte[] body = buffer.Written.ToArray();
        buffer.Dispose();
        if (!complete)
        {
            return Refusal();
        }

        var headers = new List<KeyValuePair<string, string>> { NoSniff };
        foreach ((string name, Pattern pattern) in Headers)
        {
            // A header whose value is absent or could end the line is not sent.
            if (pattern.Read(ref scope) is { Length: > 0 } text && !text.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                headers.Add(new(name, text));
            }
        }

        return new HandshakeAnswer(Status, headers, body, ContentType, learned is null ? null : new SecretText(learned));
    }

    private HandshakeAnswer Refusal() => new(RefuseStatus, [NoSniff], [], "text/plain");

    private static bool TokenMatches(string? presented, byte[][] secrets)
    {
        if (string.IsNullOrEmpty(presented))
        {
            return false;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(presented);
        bool match = false;
        foreach (byte[] secret in secrets)
        {
            match |= FixedTime.Same(secret, bytes);
        }

        return match;
    }
}
