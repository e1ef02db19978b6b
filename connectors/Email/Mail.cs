namespace WebhookBridge.Connectors.Email;

/// <summary>One message, ready to be written or handed to an API. The same delivery always makes the same message.</summary>
internal sealed record Mail
{
    public required Mailbox From { get; init; }

    public required IReadOnlyList<Mailbox> To { get; init; }

    public IReadOnlyList<Mailbox> Cc { get; init; } = [];

    /// <summary>Told to the server, never written into the message.</summary>
    public IReadOnlyList<Mailbox> Bcc { get; init; } = [];

    public Mailbox? ReplyTo { get; init; }

    /// <summary>One line.</summary>
    public required string Subject { get; init; }

    /// <summary>Null = plain text only.</summary>
    public string? Html { get; init; }

    public required string Text { get; init; }

    /// <summary>Id of the delivery; the message's own id is made of it.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>Id of the gateway's event.</summary>
    public required string EventId { get; init; }

    /// <summary>When the delivery was made.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>An https or mailto address; null = none.</summary>
    public string? Unsubscribe { get; init; }

    /// <summary>Of a simulated event.</summary>
    public bool Test { get; init; }

    /// <summary>Without angle brackets. The same on every attempt, so that servers and mailboxes can tell a repeat (RFC 5322, section 3.6.4).</summary>
    public string MessageId => $"{DeliveryId}@{From.Domain}";

    /// <summary>Headers besides those that every way of sending has a place for.</summary>
    public IEnumerable<KeyValuePair<string, string>> ExtraHeaders()
    {
        yield return new("Auto-Submitted", "auto-generated"); // RFC 3834: no holiday notices in return
        yield return new("X-WebhookBridge-Delivery", DeliveryId);
        if (Test)
        {
            yield return new("X-WebhookBridge-Test", "1");
        }

        if (Unsubscribe is not null)
        {
            yield return new("List-Unsubscribe", $"<{Unsubscribe}>");
            if (Unsubscribe.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            {
                yield return new("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"); // RFC 8058
            }
        }
    }
}
