namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>What a sign-in name must look like.</summary>
internal static class AccountRules
{
    /// <summary>Something, an at sign, something with a dot or localhost; nobody can say more without sending a mail.</summary>
    public static bool IsEmail(string text) =>
        text.Length is >= 3 and <= 254 && text.IndexOf('@') is > 0 and var at && at == text.LastIndexOf('@') && at < text.Length - 1
        && !text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c));
}
