using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>How a value is written, by mode and, in JSON mode, by the place it stands in.</summary>
internal sealed partial class OutputBuffer
{
    private static readonly SearchValues<char> JsonSpecial = SearchValues.Create(
        "\"\\\u2028\u2029\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000B\f\r\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F");

    private static readonly SearchValues<char> HtmlSpecial = SearchValues.Create("&<>\"'");

    public void WriteValue(Value value)
    {
        switch (Mode)
        {
            case TemplateMode.Json:
                WriteInJson(value);
                break;
            case TemplateMode.Html:
                WriteInHtml(value);
                break;
            default:
                WriteText(value);
                break;
        }
    }

    /// <summary>Writes a piece of the input without turning it into a value first.</summary>
    public void WriteElement(JsonElement element)
    {
        if (Mode == TemplateMode.Json)
        {
            WriteElementInJson(element);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.String when Mode == TemplateMode.Text && Indent is null:
                _lineOpen = false;
                AppendUnescaped(JsonText.Content(element));
                break;
            case JsonValueKind.Number:
                BeginInline();
                Append(JsonMarshal.GetRawUtf8Value(element));
                break;
            default:
                WriteValue(JsonValues.FromElement(element));
                break;
        }
    }

    private void WriteElementInJson(JsonElement element)
    {
        if (_place == JsonPlace.AfterBackslash)
        {
            throw context.ValueAfterBackslash();
        }

        bool inside = _place == JsonPlace.InString;
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                // What stands between quotes in JSON is right between quotes in JSON.
                Append(inside ? JsonText.Content(element) : JsonMarshal.GetRawUtf8Value(element));
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                if (!inside)
                {
                    Append("null"u8);
                }

                break;
            case JsonValueKind.Object or JsonValueKind.Array:
                if (inside)
                {
                    AppendJsonEscaped(context.ToText(JsonValues.FromElement(element)));
                }
                else
                {
                    JsonWriting.Write(this, context, element);
                }

                break;
            default:
                Append(JsonMarshal.GetRawUtf8Value(element));
                break;
        }
    }

    private void WriteInJson(Value value)
    {
        if (value.Reference is SafeText { For: SafeFor.Raw } raw)
        {
            int from = _length;
            AppendText(raw.Text);
            _place = Follow(_place, _bytes.AsSpan(from, _length - from));
            return;
        }

        if (_place == JsonPlace.AfterBackslash)
        {
            throw context.ValueAfterBackslash();
        }

        if (_place == JsonPlace.InString)
        {
            AppendJsonEscaped(context.ToText(value));
        }
        else
        {
            JsonWriting.Write(this, context, value, 0);
        }
    }

    private void WriteInHtml(Value value)
    {
        if (value.Reference is SafeText { For: SafeFor.Raw or SafeFor.Html } safe)
        {
            WriteLines(safe.Text);
            return;
        }

        string text = context.ToText(value);
        WriteLines(text.AsSpan().ContainsAny(HtmlSpecial) ? EscapeHtml(text) : text);
    }

    private void WriteText(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                break;
            case ValueKind.Int or ValueKind.Exact:
                BeginInline();
                Utf8Formatter.TryFormat(value.Bits, Reserve(20), out int digits);
                _length += digits;
                break;
            default:
                WriteLines(context.ToText(value));
                break;
        }
    }

    /// <summary>Writes a text whose further lines are indented as the code block is.</summary>
    private void WriteLines(string text)
    {
        if (Indent is null)
        {
            AppendText(text);
            return;
        }

        int at = 0;
        while (at < text.Length)
        {
            BeginInline();
            int end = text.IndexOf('\n', at);
            int next = end < 0 ? text.Length : end + 1;
            AppendText(text.AsSpan(at, next - at));
            _lineOpen = end >= 0;
            at = next;
        }
    }

    private void BeginInline()
    {
        if (_lineOpen && Indent is not null)
        {
            AppendText(Indent);
        }

        _lineOpen = false;
    }

    private void AppendUnescaped(ReadOnlySpan<byte> escaped)
    {
        if (escaped.Contains((byte)'\\'))
        {
            _length += JsonText.Unescape(escaped, Reserve(escaped.Length));
        }
        else
        {
            Append(escaped);
        }
    }

    internal void AppendRawText(ReadOnlySpan<char> text) => AppendText(text);

    internal void AppendRaw(ReadOnlySpan<byte> utf8) => Append(utf8);

    internal void AppendRaw(byte value) => Append(value);

    internal void AppendInteger(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int digits);
        _length += digits;
    }

    /// <summary>Appends a text as the inside of a JSON string (RFC 8259 §7).</summary>
    internal void AppendJsonEscaped(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int special = text.IndexOfAny(JsonSpecial);
            if (special < 0)
            {
                AppendText(text);
                return;
            }

            AppendText(text[..special]);
            char c = text[special];
            switch (c)
            {
                case '"':
                    Append("\\\""u8);
                    break;
                case '\\':
                    Append("\\\\"u8);
                    break;
                case '\n':
                    Append("\\n"u8);
                    break;
                case '\r':
                    Append("\\r"u8);
                    break;
                case '\t':
                    Append("\\t"u8);
                    break;
                default:
                    AppendText(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"));
                    break;
            }

            text = text[(special + 1)..];
        }
    }

    internal static string EscapeHtml(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
