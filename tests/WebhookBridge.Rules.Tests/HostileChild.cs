namespace WebhookBridge.Rules.Tests;
internal static class HostileChild { public static int Run(string[] args) => args.Length; }
