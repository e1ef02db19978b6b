using System.Text;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>How the bytes of a key are made of the text that the operator pasted.</summary>
internal enum KeyForm
{
    /// <summary>The UTF-8 bytes of the text.</summary>
    Text,
    Hex,
    Base64,

    /// <summary>Base64, with or without <c>whsec_</c> in front (Standard Webhooks).</summary>
    StandardWebhooks,

    /// <summary>The SHA-1 digest of the text (Braintree).</summary>
    Sha1,
}

internal static class KeyForms
{
    public static KeyForm? Parse(string word) => word switch
    {
        "text" => KeyForm.Text,
        "hex" => KeyForm.Hex,
        "base64" => KeyForm.Base64,
        "standard-webhooks" => KeyForm.StandardWebhooks,
        "sha1" => KeyForm.Sha1,
        _ => null,
    };

    /// <summary>The key, or null with what is wrong with the text (which is never quoted).</summary>
    public static byte[]? Decode(KeyForm form, string secret, out LocalText problem)
    {
        problem = new(string.Empty, null);
        switch (form)
        {
            case KeyForm.Text:
                return Encoding.UTF8.GetBytes(secret);
            case KeyForm.Sha1:
                return Digests.Hash(MacAlgorithm.Sha1, Encoding.UTF8.GetBytes(secret));
            case KeyForm.Hex:
                try
                {
                    return Convert.FromHexString(secret.Trim());
                }
                catch (FormatException)
                {
                    problem = new("is not hexadecimal", "não é hexadecimal");
                    return null;
                }

            default:
                string text = secret.Trim();
                if (form == KeyForm.StandardWebhooks)
                {
                    if (text.StartsWith("whpk_", StringComparison.Ordinal))
                    {
                        problem = new("is a public key (whpk_)", "é uma chave pública (whpk_)");
                        return null;
                    }

                    text = text.StartsWith("whsec_", StringComparison.Ordinal) ? text[6..] : text;
                }

                try
                {
                    byte[] key = Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
                    problem = new("is empty", "está vazio");
                    return key.Length == 0 ? null : key;
                }
                catch (FormatException)
                {
                    problem = form == KeyForm.StandardWebhooks ? new("is not 'whsec_' and base64", "não é 'whsec_' seguido de base64") : new("is not base64", "não é base64");
                    return null;
                }
        }
    }
}
