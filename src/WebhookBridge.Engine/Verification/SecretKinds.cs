using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>What the beginning of a pasted secret tells about its kind, where it is not the kind that signs.</summary>
internal static class SecretKinds
{
    private static readonly (string Prefix, LocalText Kind)[] Known =
    [
        ("sk_", new("an API key (sk_…)", "uma chave de API (sk_…)")),
        ("pk_", new("a public API key (pk_…)", "uma chave pública de API (pk_…)")),
        ("rk_", new("a restricted API key (rk_…)", "uma chave de API restrita (rk_…)")),
        ("whpk_", new("a public key (whpk_…)", "uma chave pública (whpk_…)")),
        ("evt_", new("the id of an event", "o id de um evento")),
        ("http", new("an address", "um endereço")),
        ("\"", new("a text in quotes (enter it without them)", "um texto entre aspas (informe sem elas)")),
        ("'", new("a text in quotes (enter it without them)", "um texto entre aspas (informe sem elas)")),
    ];

    /// <summary>Null = nothing can be told.</summary>
    public static LocalText? Of(string secret)
    {
        string text = secret.Trim();
        return Array.Find(Known, kind => text.StartsWith(kind.Prefix, StringComparison.Ordinal)).Kind;
    }
}
