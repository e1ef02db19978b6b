return WebhookBridge.Rules.Tests.HostileChild.Run(args);
