using System.Text;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>Makes the message of a delivery from the destination's settings and the route's fields. Pure.</summary>
/// <param name="from">The sender.</param>
/// <param name="replyTo">Where answers go; null = to the sender.</param>
internal sealed class MailComposer(Mailbox from, Mailbox? replyTo)
{
    private const int MaxRecipients = 10;
    private const int MaxSubject = 200;
    private const string NoTemplate = "template_missing";

    /// <summary>The message.</summary>
    /// <exception cref="AnswerException">A refusal that names the field which does not fit.</exception>
    public Mail Compose(DeliveryRequest request)
    {
        string content = Encoding.UTF8.GetString(request.Body.Span);
        string media = request.ContentType.Split(';')[0].Trim();
        bool html = media.Equals("text/html", StringComparison.OrdinalIgnoreCase);
        if (!html && !media.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
        {
            throw new AnswerException($"An e-mail needs a template of content type text/html or text/plain; this is {media}. Choose one of the gallery, or write your own.", NoTemplate);
        }

        if (string.IsNullOrWhiteSpace(content))
        {
            throw new AnswerException("The template came out empty: there is nothing to send.", Values.FieldInvalid);
        }

        string subject = request.Needed(EmailForm.Subject);
        if (subject.Any(char.IsControl) || subject.Length > MaxSubject)
        {
            throw new AnswerException($"'subject' must be one line of at most {MaxSubject} characters.", Values.FieldInvalid);
        }

        IReadOnlyList<Mailbox> to = Recipients(request, EmailForm.To);
        if (to.Count == 0)
        {
            throw new AnswerException("'to' came out empty. The event has to name the customer's e-mail, or the route's field a fixed address.", Values.FieldInvalid);
        }

        string? text = request.Field(EmailForm.Text);
        return new Mail
        {
            From = from,
            ReplyTo = replyTo,
            To = to,
            Cc = Recipients(request, EmailForm.Cc),
            Bcc = Recipients(request, EmailForm.Bcc),
            Subject = request.Event.Test ? "[TEST] " + subject : subject,
            Html = html ? content : null,
            Text = !html ? content : string.IsNullOrWhiteSpace(text) ? HtmlText.Of(content) : text,
            DeliveryId = request.DeliveryId,
            EventId = request.Event.Id,
            Date = DateOf(request),
            Unsubscribe = Unsubscribe(request),
            Test = request.Event.Test,
        };
    }

    private static IReadOnlyList<Mailbox> Recipients(DeliveryRequest request, string field)
    {
        IReadOnlyList<Mailbox> list = Mailbox.ParseList(request.Field(field) ?? "", out string? wrong);
        return wrong is not null ? throw new AnswerException($"'{field}' holds no valid e-mail address where it says \"{Shown(wrong)}\".", Values.FieldInvalid)
            : list.Count > MaxRecipients ? throw new AnswerException($"'{field}' names {list.Count} addresses; at most {MaxRecipients} are taken.", Values.FieldInvalid)
            : list;
    }

    private static string Shown(string text) => new([.. text.Take(80).Select(static c => char.IsControl(c) ? ' ' : c)]);

    private static string? Unsubscribe(DeliveryRequest request)
    {
        string? text = request.Line(EmailForm.Unsubscribe);
        return text is null ? null
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "mailto" && !text.AsSpan().ContainsAny("<>\" ") && text.All(static c => c is > ' ' and < '\x7f') ? text
            : throw new AnswerException("'unsubscribe' must be an https or mailto address.", Values.FieldInvalid);
    }

    /// <summary>The moment that the delivery's id was made, which its first ten characters tell (ULID): the same on every attempt. An id of another kind: when the event happened.</summary>
    private static DateTimeOffset DateOf(DeliveryRequest request)
    {
        const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        int start = request.DeliveryId.IndexOf('_', StringComparison.Ordinal) + 1;
        long ms = 0;
        if (request.DeliveryId.Length - start != 26)
        {
            return request.Event.Time;
        }

        foreach (char c in request.DeliveryId.AsSpan(start, 10))
        {
            int digit = Digits.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0)
            {
                return request.Event.Time;
            }

            ms = (ms << 5) | (uint)digit;
        }

        return ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : request.Event.Time;
    }
}
