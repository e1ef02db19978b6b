using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Shared;

/// <summary>Access tokens by OAuth 2.0: asked for once however many attempts wait (single flight), kept encrypted over restarts by the host, renewed before they end. Thread-safe.</summary>
/// <param name="host">What the gateway lends to the session.</param>
/// <param name="grant">How a token is got.</param>
/// <param name="scheme">What stands before the token in <c>Authorization</c>; nearly always <c>Bearer</c> (Zoho: <c>Zoho-oauthtoken</c>).</param>
public sealed class OAuth2(IConnectorHost host, OAuthGrant grant, string scheme = "Bearer") : IDisposable
{
    /// <summary>A token is renewed this long before its end, or at nine tenths of its life if that is later.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _flight = new(1, 1);
    private Token? _token;
    private bool _recalled;

    /// <summary>What stands before the token in <c>Authorization</c>.</summary>
    public string Scheme => scheme;

    /// <summary>A token that is good for now.</summary>
    /// <exception cref="AnswerException">The sign-in failed: as credentials when the server says so.</exception>
    public async ValueTask<string> TokenAsync(CancellationToken cancellationToken)
    {
        if (Good(Volatile.Read(ref _token)) is { } ready)
        {
            return ready;
        }

        await _flight.WaitAsync(cancellationToken);
        try
        {
            if (!_recalled)
            {
                // Known from before the restart, unless the settings are others now.
                Volatile.Write(ref _token, Token.Read(await host.RecallAsync("oauth", cancellationToken), grant.Fingerprint));
                _recalled = true;
                if (_token is { } kept)
                {
                    host.Redact(kept.Access);
                    Tell(kept);
                }
            }

            if (Good(_token) is { } fresh)
            {
                return fresh;
            }

            Token got = await AskAsync(_token?.Refresh, cancellationToken);
            host.Redact(got.Access);
            if (got.Refresh is { } next)
            {
                host.Redact(next);
            }

            // Kept before it is used: a refresh token that has been exchanged is worth nothing any more.
            await host.RememberAsync("oauth", got.Write(grant.Fingerprint), cancellationToken);
            Volatile.Write(ref _token, got);
            Tell(got);
            return got.Access;
        }
        finally
        {
            _flight.Release();
        }
    }

    /// <summary>The API did not accept this token: the next call gets another one.</summary>
    public void Forget(string token)
    {
        Token? now = Volatile.Read(ref _token);
        if (now?.Access == token)
        {
            Interlocked.CompareExchange(ref _token, now with { EndsAt = DateTimeOffset.MinValue }, now);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _flight.Dispose();

    /// <summary>What only a person can renew, as far as the server has said when it ends.</summary>
    private void Tell(Token token) => host.CredentialsEnd(
        new("the connection of the account (refresh token)", "a conexão da conta (refresh token)"), token.RefreshEndsAt);

    private string? Good(Token? token) => token is not null && token.RenewAt > host.Time.GetUtcNow() ? token.Access : null;

    private async ValueTask<Token> AskAsync(string? refresh, CancellationToken cancellationToken)
    {
        DateTimeOffset now = host.Time.GetUtcNow();
        using HttpRequestMessage request = new(HttpMethod.Post, grant.TokenAddress) { Content = new FormUrlEncodedContent(grant.Form(refresh, now)) };
        request.Headers.TryAddWithoutValidation("User-Agent", host.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using HttpResponseMessage answer = await host.Http.SendAsync(request, cancellationToken);
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        JsonElement json = Parse(text);
        if (Signs.Failure(answer, text, json, host.Time) is { } failure)
        {
            throw new AnswerException(failure);
        }

        if (json.ValueKind != JsonValueKind.Object || JsonPath.Text(json, "access_token") is not { Length: > 0 } access)
        {
            throw new AnswerException(new SendResult.RetryLater("The sign-in answered without an access token."));
        }

        TimeSpan life = Seconds("expires_in") ?? DefaultLife;
        TimeSpan early = life - Margin > life * 0.9 ? life - Margin : life * 0.9;
        string? next = JsonPath.Text(json, "refresh_token");
        return new Token(access, now + life, now + early, next ?? refresh ?? grant.FirstRefreshToken)
        {
            // No standard names it; these two are what servers write. A refresh token that stays the same keeps its end.
            RefreshEndsAt = (Seconds("refresh_token_expires_in") ?? Seconds("refresh_expires_in")) is { } ends ? now + ends : next is null ? _token?.RefreshEndsAt : null,
        };

        TimeSpan? Seconds(string name) =>
            double.TryParse(JsonPath.Text(json, name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>RFC 6749, section 5.2: the server says no by 400 or 401 and a code.</summary>
    private static AnswerMap Signs { get; } = new()
    {
        Api = "The sign-in",
        Rules =
        [
            new(AnswerMeaning.Credentials) { Path = "error", Values = ["invalid_grant", "invalid_client", "unauthorized_client", "access_denied", "invalid_scope"], Reason = "Connect the account again: it does not accept these credentials any more." },
            new(AnswerMeaning.Credentials) { Status = 400 },
            new(AnswerMeaning.Credentials) { Status = 401 },
            new(AnswerMeaning.Credentials) { Status = 403 },
        ],
        Messages = ["error_description", "error.message", "error", "message"],
    };

    private sealed record Token(string Access, DateTimeOffset EndsAt, DateTimeOffset RenewAfter, string? Refresh)
    {
        /// <summary>When the refresh token itself ends; null = not told.</summary>
        public DateTimeOffset? RefreshEndsAt { get; init; }

        public DateTimeOffset RenewAt => EndsAt < RenewAfter ? EndsAt : RenewAfter;

        public string Write(string fingerprint) => JsonSerializer.Serialize(new Kept(fingerprint, Access, EndsAt.ToUnixTimeSeconds(), RenewAfter.ToUnixTimeSeconds(), Refresh, RefreshEndsAt?.ToUnixTimeSeconds()));

        public static Token? Read(string? text, string fingerprint) =>
            text is not null && JsonSerializer.Deserialize<Kept>(text) is { } kept && kept.Of == fingerprint
                ? new Token(kept.Access, DateTimeOffset.FromUnixTimeSeconds(kept.EndsAt), DateTimeOffset.FromUnixTimeSeconds(kept.RenewAfter), kept.Refresh)
                {
                    RefreshEndsAt = kept.RefreshEndsAt is { } ends ? DateTimeOffset.FromUnixTimeSeconds(ends) : null,
                }
                : null;

        private sealed record Kept(string Of, string Access, long EndsAt, long RenewAfter, string? Refresh, long? RefreshEndsAt = null);
    }
}

/// <summary>How an access token is got.</summary>
public abstract record OAuthGrant
{
    private OAuthGrant(string tokenAddress) => TokenAddress = tokenAddress;

    /// <summary>Where tokens are asked for.</summary>
    public string TokenAddress { get; }

    /// <summary>The refresh token that a person entered, if this is about one.</summary>
    internal virtual string? FirstRefreshToken => null;

    /// <summary>Tells other settings apart without holding them: a token of other settings is not used.</summary>
    internal string Fingerprint => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(TokenAddress + "\n" + Identity)));

    /// <summary>What makes these credentials themselves.</summary>
    private protected abstract string Identity { get; }

    internal abstract IEnumerable<KeyValuePair<string, string>> Form(string? refresh, DateTimeOffset now);

    /// <summary>Client credentials (RFC 6749, section 4.4); id and secret in the body.</summary>
    public sealed record ClientCredentials(string Address, string ClientId, string ClientSecret, string? Scope = null) : OAuthGrant(Address)
    {
        private protected override string Identity => $"{ClientId}\n{ClientSecret}\n{Scope}";

        internal override IEnumerable<KeyValuePair<string, string>> Form(string? refresh, DateTimeOffset now)
        {
            yield return new("grant_type", "client_credentials");
            yield return new("client_id", ClientId);
            yield return new("client_secret", ClientSecret);
            if (Scope is not null)
            {
                yield return new("scope", Scope);
            }
        }

        /// <summary>Nothing of the secret.</summary>
        public override string ToString() => $"client {ClientId} at {Address}";
    }

    /// <summary>A refresh token (RFC 6749, section 6) that a person got by signing in. A server that gives a new one with each exchange is followed.</summary>
    public sealed record RefreshToken(string Address, string ClientId, string ClientSecret, string First) : OAuthGrant(Address)
    {
        internal override string? FirstRefreshToken => First;

        private protected override string Identity => $"{ClientId}\n{ClientSecret}\n{First}";

        internal override IEnumerable<KeyValuePair<string, string>> Form(string? refresh, DateTimeOffset now) =>
        [
            new("grant_type", "refresh_token"), new("client_id", ClientId), new("client_secret", ClientSecret), new("refresh_token", refresh ?? First),
        ];

        /// <summary>Nothing of the secrets.</summary>
        public override string ToString() => $"client {ClientId} at {Address}";
    }

    /// <summary>A signed assertion (RFC 7523, section 2.1; RS256), as service accounts use it.</summary>
    /// <param name="Address">Where tokens are asked for.</param>
    /// <param name="Issuer">Who signs: the service account, or the client's key.</param>
    /// <param name="PrivateKeyPem">Its RSA key, PKCS#8 or PKCS#1.</param>
    /// <param name="Audience">Whom it is for; usually the token address.</param>
    /// <param name="Scope">What is asked for; null = not named.</param>
    /// <param name="Subject">On whose behalf; null = not named.</param>
    /// <param name="KeyId">Which key; null = not named.</param>
    public sealed record JwtBearer(string Address, string Issuer, string PrivateKeyPem, string Audience, string? Scope = null, string? Subject = null, string? KeyId = null) : OAuthGrant(Address)
    {
        /// <summary>Google takes an hour at most, Salesforce three minutes: the shorter fits both.</summary>
        private static readonly TimeSpan Life = TimeSpan.FromMinutes(3);

        private protected override string Identity => $"{Issuer}\n{PrivateKeyPem}\n{Audience}\n{Scope}\n{Subject}";

        internal override IEnumerable<KeyValuePair<string, string>> Form(string? refresh, DateTimeOffset now) =>
            [new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", Assertion(now))];

        /// <summary>Nothing of the key.</summary>
        public override string ToString() => $"{Issuer} at {Address}";

        private string Assertion(DateTimeOffset now)
        {
            Dictionary<string, object> head = new() { ["alg"] = "RS256", ["typ"] = "JWT" };
            Dictionary<string, object> claims = new()
            {
                ["iss"] = Issuer,
                ["aud"] = Audience,
                ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = (now + Life).ToUnixTimeSeconds(),
            };
            Add(head, "kid", KeyId);
            Add(claims, "scope", Scope);
            Add(claims, "sub", Subject);
            string text = Part(head) + "." + Part(claims);
            using RSA key = RSA.Create();
            key.ImportFromPem(PrivateKeyPem);
            return text + "." + Base64Url(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }

        private static void Add(Dictionary<string, object> to, string name, string? value)
        {
            if (value is not null)
            {
                to[name] = value;
            }
        }

        private static string Part(Dictionary<string, object> values) => Base64Url(JsonSerializer.SerializeToUtf8Bytes(values));

        private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
