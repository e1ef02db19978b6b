using System.Globalization;
using System.Text;

namespace WebhookBridge.Connectors.Email;

/// <summary>Writes a message as RFC 5322 and RFC 2045 want it: ASCII only, lines of at most 78 characters ended by CR LF.</summary>
internal static class MimeText
{
    private const int LineLength = 76;
    private const int EncodedWordBytes = 42;

    public static byte[] Write(Mail mail)
    {
        StringBuilder text = new();
        Header(text, "Date", mail.Date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture) + " +0000");
        Header(text, "From", Address(mail.From));
        Addresses(text, "To", mail.To);
        Addresses(text, "Cc", mail.Cc);
        if (mail.ReplyTo is not null)
        {
            Header(text, "Reply-To", Address(mail.ReplyTo));
        }

        Header(text, "Subject", Unstructured(mail.Subject));
        Header(text, "Message-ID", $"<{mail.MessageId}>");
        foreach ((string name, string value) in mail.ExtraHeaders())
        {
            Header(text, name, value);
        }

        Header(text, "MIME-Version", "1.0");
        if (mail.Html is null)
        {
            Part(text, "text/plain", mail.Text);
        }
        else
        {
            string boundary = "=_" + mail.DeliveryId; // "=_" cannot occur in quoted-printable text
            Header(text, "Content-Type", $"multipart/alternative;\r\n boundary=\"{boundary}\"");
            text.Append("\r\n");
            foreach ((string media, string content) in new[] { ("text/plain", mail.Text), ("text/html", mail.Html) })
            {
                text.Append("--").Append(boundary).Append("\r\n");
                Part(text, media, content);
            }

            text.Append("--").Append(boundary).Append("--\r\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>A header's free text: as it is when it is short ASCII, else in encoded words (RFC 2047).</summary>
    public static string Unstructured(string text) =>
        text.All(static c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal) ? Folded(text) : EncodedWords(text);

    public static string Address(Mailbox mailbox) => mailbox.Name is null
        ? mailbox.Address
        : Phrase(mailbox.Name) is var name && name.Length > 40 ? $"{name}\r\n <{mailbox.Address}>" : $"{name} <{mailbox.Address}>";

    /// <summary>RFC 2045, section 6.7; line breaks of any kind become CR LF, and the text ends with one.</summary>
    public static string QuotedPrintable(string content)
    {
        StringBuilder text = new(content.Length + (content.Length / 8));
        string[] lines = content.ReplaceLineEndings("\n").Split('\n');
        int count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(lines[i]);
            int column = 0;
            for (int j = 0; j < bytes.Length; j++)
            {
                byte b = bytes[j];
                bool last = j == bytes.Length - 1;
                bool plain = b is >= 33 and <= 126 and not (byte)'=' || (b is (byte)' ' or (byte)'\t' && !last);
                int width = plain ? 1 : 3;
                if (column + width > LineLength - 1 && !(last && column + width <= LineLength))
                {
                    text.Append("=\r\n");
                    column = 0;
                }

                if (plain)
                {
                    text.Append((char)b);
                }
                else
                {
                    text.Append('=').Append(b.ToString("X2", CultureInfo.InvariantCulture));
                }

                column += width;
            }

            text.Append("\r\n");
        }

        return text.ToString();
    }

    private static void Header(StringBuilder to, string name, string value) => to.Append(name).Append(": ").Append(value).Append("\r\n");

    private static void Addresses(StringBuilder to, string name, IReadOnlyList<Mailbox> list)
    {
        if (list.Count > 0)
        {
            Header(to, name, string.Join(",\r\n ", list.Select(Address)));
        }
    }

    private static void Part(StringBuilder to, string media, string content)
    {
        Header(to, "Content-Type", media + "; charset=utf-8");
        Header(to, "Content-Transfer-Encoding", "quoted-printable");
        to.Append("\r\n").Append(QuotedPrintable(content));
    }

    private static string Phrase(string name) =>
        !name.All(static c => c is >= ' ' and <= '~') || name.Contains("=?", StringComparison.Ordinal) ? EncodedWords(name)
        : name.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_') ? name
        : "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Folded(string text)
    {
        StringBuilder folded = new();
        int column = 10; // about the name of the header
        foreach (string word in text.Split(' '))
        {
            if (folded.Length > 0)
            {
                bool wraps = column + 1 + word.Length > LineLength && word.Length > 0;
                folded.Append(wraps ? "\r\n " : " ");
                column = wraps ? 1 : column + 1;
            }

            folded.Append(word);
            column += word.Length;
        }

        // A single word longer than a line may be (RFC 5322, section 2.1.1: 998) is encoded, which folds anywhere.
        return folded.ToString().Split("\r\n").Any(static line => line.Length > 900) ? EncodedWords(text) : folded.ToString();
    }

    private static string EncodedWords(string text)
    {
        StringBuilder words = new();
        StringBuilder part = new();
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > EncodedWordBytes)
            {
                Flush();
            }

            part.Append(rune.ToString());
            bytes += rune.Utf8SequenceLength;
        }

        Flush();
        return words.ToString();

        void Flush()
        {
            words.Append(words.Length > 0 ? "\r\n " : "").Append("=?utf-8?B?").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(part.ToString()))).Append("?=");
            part.Clear();
            bytes = 0;
        }
    }
}
