using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>A text with places of the request in it: <c>{id}.{timestamp}.{body}</c>. <c>[…]</c> is left out when a place in it is absent; <c>{{</c>, <c>}}</c>, <c>[[</c> and <c>]]</c> stand for the single signs.</summary>
internal sealed class Pattern
{
    private readonly Part[] _parts;

    private Pattern(string text, Part[] parts)
    {
        Text = text;
        _parts = parts;
        IsBody = parts is [{ Locator.Kind: LocatorKind.Body, Modifiers.Length: 0 }];
        // A CRC can be met by another body made for it (PayPal), so it covers nothing.
        CoversBody = Array.Exists(parts, p => p.Locator is { CoversBody: true } && !p.Modifiers.Contains(Modifier.Crc32Decimal));
        NeedsKey = Array.Exists(parts, p => p.Modifiers.Contains(Modifier.HmacSha1) || p.Modifiers.Contains(Modifier.HmacSha256));
    }

    public string Text { get; }

    /// <summary>The raw body and nothing else: it need not be copied.</summary>
    public bool IsBody { get; }

    public bool CoversBody { get; }

    /// <summary>Something in it is keyed with the secret.</summary>
    public bool NeedsKey { get; }

    /// <summary>Whether the place stands in the text, so that a proof over it covers that place.</summary>
    public bool Covers(LocatorKind kind, string? name = null) =>
        Array.Exists(_parts, p => p.Locator is Locator l && l.Kind == kind && (name is null || string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether the value of <paramref name="locator"/> is covered by a proof over this text.</summary>
    public bool Covers(Locator locator) => locator.Kind switch
    {
        LocatorKind.Json or LocatorKind.Form or LocatorKind.Item when CoversBody => true,
        _ => Covers(locator.Kind, locator.Name),
    };

    public static bool TryParse(string text, out Pattern pattern, out string problem)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        bool optional = false;
        int group = 0;
        pattern = null!;
        problem = string.Empty;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '{' or '}' or '[' or ']' && i + 1 < text.Length && text[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c is '[' or ']')
            {
                Flush();
                if (optional == (c == '['))
                {
                    problem = "optional parts do not nest and must be closed";
                    return false;
                }

                optional = c == '[';
                group += optional ? 1 : 0;
            }
            else if (c == '{')
            {
                int close = text.IndexOf('}', i);
                if (close < 0)
                {
                    problem = "a brace is not closed";
                    return false;
                }

                Flush();
                string[] words = text[(i + 1)..close].Split('|');
                if (!Locator.TryParse(words[0], out Locator locator, out problem))
                {
                    return false;
                }

                var modifiers = new Modifier[words.Length - 1];
                for (int m = 1; m < words.Length; m++)
                {
                    if (Verification.Modifiers.Parse(words[m]) is not Modifier modifier)
                    {
                        problem = $"'{words[m]}' is no modifier";
                        return false;
                    }

                    modifiers[m - 1] = modifier;
                }

                parts.Add(new Part(null, locator, modifiers, optional ? group : 0));
                i = close;
            }
            else
            {
                literal.Append(c);
            }
        }

        Flush();
        if (optional)
        {
            problem = "an optional part is not closed";
            return false;
        }

        pattern = new Pattern(text, [.. parts]);
        return true;

        void Flush()
        {
            if (literal.Length > 0)
            {
                parts.Add(new Part(Encoding.UTF8.GetBytes(literal.ToString()), null, [], optional ? group : 0));
                literal.Clear();
            }
        }
    }

    /// <summary>Appends the text; false (with the absent place) when a place that is not optional is absent.</summary>
    public bool Write(ref RequestScope scope, ref ByteBuffer to, out Locator? missing)
    {
        missing = null;
        int start = to.Length;
        int groupStart = start;
        int group = 0;
        bool groupGone = false;
        foreach (Part part in _parts)
        {
            if (part.Group != group)
            {
                group = part.Group;
                groupStart = to.Length;
                groupGone = false;
            }

            if (groupGone)
            {
                continue;
            }

            if (part.Literal is byte[] literal)
            {
                to.Append(literal);
                continue;
            }

            int valueStart = to.Length;
            if (!part.Locator!.Write(ref scope, ref to))
            {
                if (group == 0)
                {
                    to.Truncate(start);
                    missing = part.Locator;
                    return false;
                }

                to.Truncate(groupStart);
                groupGone = true;
                continue;
            }

            foreach (Modifier modifier in part.Modifiers)
            {
                Verification.Modifiers.Apply(modifier, ref scope, ref to, valueStart);
            }
        }

        return true;
    }

    /// <summary>The text, or null when a place that is not optional is absent.</summary>
    public string? Read(ref RequestScope scope)
    {
        var buffer = default(ByteBuffer);
        string? text = Write(ref scope, ref buffer, out _) ? Encoding.UTF8.GetString(buffer.Written) : null;
        buffer.Dispose();
        return text;
    }

    private readonly record struct Part(byte[]? Literal, Locator? Locator, Modifier[] Modifiers, int Group);
}
