using System.Collections.Frozen;
using System.Text;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Strikes secrets out of everything that is logged or shown about one destination. Thread-safe.</summary>
public sealed class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "[redacted]";

    /// <summary>Shorter values are not searched for: they would strike out ordinary text.</summary>
    private const int ShortestSearched = 6;

    private static readonly FrozenSet<string> Harmless = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "accept", "accept-encoding", "cache-control", "connection", "content-encoding", "content-length", "content-type", "date", "host", "idempotency-key",
        "keep-alive", "location", "retry-after", "server", "transfer-encoding", "user-agent", "vary", "webhook-id", "webhook-timestamp", "x-webhookbridge-test", "x-request-id");

    private static readonly string[] Telling = ["auth", "cookie", "key", "pass", "secret", "sign", "token", "credential", "session"];

    private readonly Lock _gate = new();
    private string[] _secrets;

    /// <param name="secrets">Secrets in the clear; of addresses, path and query are searched for too.</param>
    public Redactor(IEnumerable<string> secrets)
    {
        _secrets = [];
        foreach (string secret in secrets)
        {
            Add(secret);
        }
    }

    /// <summary>Adds a secret that became known later.</summary>
    public void Add(string secret)
    {
        lock (_gate)
        {
            HashSet<string> all = [.. _secrets];
            AddForms(all, secret);
            Volatile.Write(ref _secrets, [.. all.OrderByDescending(static s => s.Length)]);
        }
    }

    /// <summary>A header's value as it may be logged.</summary>
    public string Header(string name, string value) => Harmless.Contains(name) || !TellsASecret(name) ? Text(value) : Mask;

    /// <summary>Whether a header of that name holds something that must not be logged, whatever its value.</summary>
    public static bool TellsASecret(string name)
    {
        if (Harmless.Contains(name))
        {
            return false;
        }

        foreach (string telling in Telling)
        {
            if (name.Contains(telling, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><paramref name="text"/> without the secrets.</summary>
    public string Text(string text)
    {
        foreach (string secret in Volatile.Read(ref _secrets))
        {
            if (text.Length >= secret.Length && text.Contains(secret, StringComparison.Ordinal))
            {
                text = text.Replace(secret, Mask, StringComparison.Ordinal);
            }
        }

        return text;
    }

    /// <summary>An address that acts as a password, as it may be shown: scheme, host and last four characters (contract section 3).</summary>
    public static string Address(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
        {
            return Mask;
        }

        string rest = uri.PathAndQuery;
        string tail = rest.Length >= 12 ? rest[^4..] : "";
        return uri.IsDefaultPort ? $"{uri.Scheme}://{uri.Host}/…{tail}" : $"{uri.Scheme}://{uri.Host}:{uri.Port}/…{tail}";
    }

    private static void AddForms(HashSet<string> all, string secret)
    {
        AddOne(all, secret);
        AddOne(all, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)));
        AddOne(all, Uri.EscapeDataString(secret));
        if (Uri.TryCreate(secret, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
        {
            AddOne(all, uri.AbsoluteUri);
            AddOne(all, uri.PathAndQuery.TrimEnd('/'));
            AddOne(all, uri.Query);
            AddOne(all, uri.UserInfo);
        }
    }

    private static void AddOne(HashSet<string> all, string form)
    {
        if (form.Length >= ShortestSearched)
        {
            all.Add(form);
        }
    }
}
