namespace WebhookBridge.Engine.Verification;

/// <summary>Where signatures stand in a request and how each is picked out of its text.</summary>
internal sealed record SignaturePlace
{
    /// <summary>One or more places; a header name that ends in <c>*</c> stands for a run of numbered headers.</summary>
    public required IReadOnlyList<Locator> From { get; init; }

    /// <summary>What stands between the elements of a list; null = the whole value is one.</summary>
    public string? Separator { get; init; }

    /// <summary>Elements are <c>name=value</c> and only this name counts (an allow-list of versions: Stripe's v1, never v0).</summary>
    public string? Pick { get; init; }

    /// <summary>Elements at the front that are no signatures (Recurly's timestamp).</summary>
    public int Skip { get; init; }

    /// <summary>What stands in front of the signature; <c>*</c> at the start = anything without a slash (Worldpay's key id).</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>A signature without the prefix counts too.</summary>
    public bool PrefixOptional { get; init; }

    public DigestEncoding Encoding { get; init; }

    public CandidateEnumerator Candidates() => new(this);

    /// <summary>The part behind the prefix; false when the prefix is not there.</summary>
    public bool Strip(ref ReadOnlySpan<char> candidate)
    {
        if (Prefix.Length == 0)
        {
            return true;
        }

        ReadOnlySpan<char> prefix = Prefix;
        if (prefix[0] == '*')
        {
            int slash = candidate.IndexOf('/');
            if (slash < 0 || !candidate[slash..].StartsWith(prefix[1..], StringComparison.Ordinal))
            {
                return PrefixOptional;
            }

            candidate = candidate[(slash + prefix.Length - 1)..];
            return true;
        }

        if (!candidate.StartsWith(prefix, StringComparison.Ordinal))
        {
            return PrefixOptional;
        }

        candidate = candidate[prefix.Length..];
        return true;
    }
}

/// <summary>Walks over the signatures in a request without copying them.</summary>
internal ref struct CandidateEnumerator(SignaturePlace place)
{
    /// <summary>More than any rotation needs; the rest of a longer list is not looked at.</summary>
    private const int MaxCandidates = 32;

    private int _source = -1;
    private int _header;
    private int _element;
    private int _seen;
    private ReadOnlySpan<char> _rest;
    private bool _hasRest;

    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>True when any of the places held a value, whatever it was.</summary>
    public bool AnyValue { get; private set; }

    public bool MoveNext(ref RequestScope scope)
    {
        while (_seen < MaxCandidates)
        {
            if (!_hasRest)
            {
                if (!NextValue(ref scope, out string? value))
                {
                    return false;
                }

                AnyValue = true;
                _rest = value;
                _hasRest = true;
                _element = 0;
            }

            ReadOnlySpan<char> element = _rest;
            if (place.Separator is string separator)
            {
                int at = _rest.IndexOf(separator, StringComparison.Ordinal);
                element = (at < 0 ? _rest : _rest[..at]).Trim();
                _rest = at < 0 ? default : _rest[(at + separator.Length)..];
                _hasRest = at >= 0;
            }
            else
            {
                _hasRest = false;
            }

            if (_element++ < place.Skip)
            {
                continue;
            }

            if (place.Pick is string pick)
            {
                int equals = element.IndexOf('=');
                if (equals < 0 || !element[..equals].SequenceEqual(pick))
                {
                    continue;
                }

                element = element[(equals + 1)..];
            }

            if (place.Strip(ref element) && !element.IsEmpty)
            {
                _seen++;
                Current = element;
                return true;
            }
        }

        return false;
    }

    private bool NextValue(ref RequestScope scope, out string? value)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = scope.Request.Headers;
        while (true)
        {
            if (_source >= 0 && _source < place.From.Count && place.From[_source].Kind == LocatorKind.Header)
            {
                string name = place.From[_source].Name;
                while (_header < headers.Count)
                {
                    KeyValuePair<string, string> header = headers[_header++];
                    if (NameMatches(name, header.Key))
                    {
                        value = header.Value;
                        return true;
                    }
                }
            }

            if (++_source >= place.From.Count)
            {
                value = null;
                return false;
            }

            _header = 0;
            if (place.From[_source].Kind != LocatorKind.Header && place.From[_source].Read(ref scope) is string text)
            {
                value = text;
                return true;
            }
        }
    }

    private static bool NameMatches(string wanted, string name)
    {
        if (!wanted.EndsWith('*'))
        {
            return string.Equals(wanted, name, StringComparison.OrdinalIgnoreCase);
        }

        return name.Length >= wanted.Length
            && name.AsSpan().StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.OrdinalIgnoreCase)
            && !name.AsSpan(wanted.Length - 1).ContainsAnyExceptInRange('0', '9');
    }
}
