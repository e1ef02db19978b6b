using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Receiving;

/// <summary>Takes a source's secrets out of what is kept with an event: tokens and passwords travel in headers and addresses (design invariant 10). Bodies are sacred and stay.</summary>
public sealed class SecretScrubber
{
    private const string Placeholder = "(secret)";

    /// <summary>Shorter secrets would blot out ordinary text.</summary>
    private const int ShortestSecret = 4;

    private readonly string[] _secrets;

    public SecretScrubber(IReadOnlyList<SecretText> secrets) =>
        _secrets = [.. secrets.Select(static s => s.Reveal()).SelectMany(static s => new[] { s, s[(s.IndexOf(':', StringComparison.Ordinal) + 1)..] }).Where(static s => s.Length >= ShortestSecret).Distinct()];

    /// <summary>The headers, with those that carry credentials blanked; the same list when there is nothing to blank.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        KeyValuePair<string, string>[]? clean = null;
        for (int i = 0; i < headers.Count; i++)
        {
            if (IsCredential(headers[i].Key) || Holds(headers[i].Value))
            {
                clean ??= [.. headers];
                clean[i] = new(headers[i].Key, Placeholder);
            }
        }

        return clean ?? headers;
    }

    /// <summary>A text without any of the secrets.</summary>
    public string Text(string text)
    {
        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, Placeholder, StringComparison.Ordinal).Replace(Uri.EscapeDataString(secret), Placeholder, StringComparison.Ordinal);
        }

        return text;
    }

    private static bool IsCredential(string header) => header.Length switch
    {
        6 => header.Equals("cookie", StringComparison.OrdinalIgnoreCase),
        13 => header.Equals("authorization", StringComparison.OrdinalIgnoreCase),
        19 => header.Equals("proxy-authorization", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private bool Holds(string value)
    {
        foreach (string secret in _secrets)
        {
            if (value.Contains(secret, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
