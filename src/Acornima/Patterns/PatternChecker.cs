using System.Runtime.CompilerServices;

namespace Acornima;

/// <summary>What is wrong with a regular expression, and at which offset of its pattern.</summary>
internal sealed record PatternFault(int Index, string Text);

/// <summary>
/// Checks regular expressions against ECMA-262 22.2.1 and, without the flags u and v, the wider grammar of B.1.2.
/// It builds nothing: the engine that runs the pattern reads it again.
/// </summary>
internal sealed partial class PatternChecker
{
    private readonly string _pattern;
    private readonly bool _unicode;
    private readonly bool _sets;

    private readonly HashSet<string> _groupNames = new(StringComparer.Ordinal);
    private readonly List<(string Name, int At)> _namedReferences = [];
    private int _pos;
    private int _groups;
    private int _largestReference;
    private int _largestReferenceAt;

    /// <summary>Where a <c>\k</c> stands that only a pattern without named groups may hold, or -1.</summary>
    private int _bareNameEscapeAt = -1;

    private PatternChecker(string pattern, string flags)
    {
        _pattern = pattern;
        _sets = flags.Contains('v', StringComparison.Ordinal);
        _unicode = _sets || flags.Contains('u', StringComparison.Ordinal);
    }

    /// <summary>Says what is wrong, or null.</summary>
    public static PatternFault? Check(string pattern, string flags)
    {
        for (var i = 0; i < flags.Length; i++)
        {
            if (!"dgimsuvy".Contains(flags[i], StringComparison.Ordinal))
            {
                return new PatternFault(pattern.Length + 1 + i, $"the flag '{flags[i]}' is unknown");
            }

            if (flags.IndexOf(flags[i], StringComparison.Ordinal) != i)
            {
                return new PatternFault(pattern.Length + 1 + i, $"the flag '{flags[i]}' is given twice");
            }
        }

        if (flags.Contains('u', StringComparison.Ordinal) && flags.Contains('v', StringComparison.Ordinal))
        {
            return new PatternFault(pattern.Length + 1, "the flags 'u' and 'v' exclude each other");
        }

        try
        {
            new PatternChecker(pattern, flags).CheckPattern();
            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }

    private bool AtEnd => _pos >= _pattern.Length;

    private char Peek(int ahead = 0) => _pos + ahead < _pattern.Length ? _pattern[_pos + ahead] : '\0';

    private bool Eat(char c)
    {
        if (AtEnd || _pattern[_pos] != c)
        {
            return false;
        }

        _pos++;
        return true;
    }

    private bool Eat(string text)
    {
        if (string.CompareOrdinal(_pattern, _pos, text, 0, text.Length) != 0)
        {
            return false;
        }

        _pos += text.Length;
        return true;
    }

    private FaultException Fail(string text) => FailAt(_pos, text);

    private static FaultException FailAt(int at, string text) => new(new PatternFault(at, text));

    private void CheckPattern()
    {
        Disjunction();
        if (!AtEnd)
        {
            throw Fail("this closing parenthesis has no opening one");
        }

        if (_unicode && _largestReference > _groups)
        {
            throw FailAt(_largestReferenceAt, "this refers to a group that does not exist");
        }

        if (!_unicode && _groupNames.Count == 0)
        {
            return;
        }

        if (_bareNameEscapeAt >= 0)
        {
            throw FailAt(_bareNameEscapeAt, "\\k must be followed by the name of a group");
        }

        foreach (var (name, at) in _namedReferences)
        {
            if (!_groupNames.Contains(name))
            {
                throw FailAt(at, $"no group is named '{name}'");
            }
        }
    }

    /// <summary>Reads alternatives and gives the names of the groups in them; different alternatives may share a name.</summary>
    private HashSet<string>? Disjunction()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail("it is nested too deeply");
        }

        var names = Alternative();
        while (Eat('|'))
        {
            var more = Alternative();
            if (names is null)
            {
                names = more;
            }
            else if (more is not null)
            {
                names.UnionWith(more);
            }
        }

        return names;
    }

    private HashSet<string>? Alternative()
    {
        HashSet<string>? names = null;
        while (!AtEnd && Peek() is not ('|' or ')'))
        {
            var at = _pos;
            var quantifiable = Term(out var inner);
            if (inner is not null)
            {
                if (names is null)
                {
                    names = inner;
                }
                else if (names.Overlaps(inner))
                {
                    throw FailAt(at, "two groups that can both match have the same name");
                }
                else
                {
                    names.UnionWith(inner);
                }
            }

            at = _pos;
            if (Quantifier() && !quantifiable)
            {
                throw FailAt(at, "there is nothing to repeat");
            }
        }

        return names;
    }

    /// <summary>Reads an assertion or atom; false when no quantifier may follow.</summary>
    private bool Term(out HashSet<string>? names)
    {
        names = null;
        switch (Peek())
        {
            case '^' or '$':
                _pos++;
                return false;
            case '(':
                return Group(out names);
            case '.':
                _pos++;
                return true;
            case '[':
                _pos++;
                CharacterClass();
                return true;
            case '\\':
                return Escape();
            case '*' or '+' or '?':
                throw Fail("there is nothing to repeat");
            case '{':
                if (_unicode)
                {
                    throw Fail("a brace must be written with a backslash");
                }

                var at = _pos;
                if (Quantifier())
                {
                    throw FailAt(at, "there is nothing to repeat");
                }

                _pos++;
                return true;
            case ']' or '}' when _unicode:
                throw Fail("a closing bracket or brace must be written with a backslash");
            default:
                NextCodePoint();
                return true;
        }
    }

    private bool Group(out HashSet<string>? names)
    {
        var open = _pos++;
        var quantifiable = true;
        string? name = null;
        if (Eat('?'))
        {
            if (Eat("=") || Eat("!"))
            {
                quantifiable = !_unicode; // B.1.2, QuantifiableAssertion
            }
            else if (Eat("<=") || Eat("<!"))
            {
                quantifiable = false;
            }
            else if (Peek() == '<')
            {
                name = GroupName() ?? throw Fail("the name of this group is not valid");
                _groups++;
                _groupNames.Add(name);
            }
            else
            {
                Modifiers();
            }
        }
        else
        {
            _groups++;
        }

        names = Disjunction();
        if (!Eat(')'))
        {
            throw FailAt(open, "this opening parenthesis has no closing one");
        }

        if (name is not null)
        {
            names ??= [];
            if (!names.Add(name))
            {
                throw FailAt(open, "two groups that can both match have the same name");
            }
        }

        return quantifiable;
    }

    private void Modifiers()
    {
        var begin = _pos;
        var seen = "";
        var minus = false;
        for (; Peek() != ':'; _pos++)
        {
            var c = Peek();
            if (c == '-' && !minus)
            {
                minus = true;
            }
            else if (c is 'i' or 'm' or 's' && !seen.Contains(c, StringComparison.Ordinal))
            {
                seen += c;
            }
            else
            {
                throw FailAt(begin, "this kind of group is unknown");
            }
        }

        if (minus && seen.Length == 0)
        {
            throw FailAt(begin, "this kind of group is unknown");
        }

        _pos++;
    }

    private bool Quantifier()
    {
        switch (Peek())
        {
            case '*' or '+' or '?' when !AtEnd:
                _pos++;
                break;
            case '{' when Braces():
                break;
            default:
                return false;
        }

        Eat('?');
        return true;
    }

    private bool Braces()
    {
        var open = _pos++;
        var least = Digits();
        var most = least;
        if (least.Length > 0)
        {
            if (Eat(','))
            {
                most = Digits();
            }

            if (Eat('}'))
            {
                if (most.Length > 0 && Compare(least, most) > 0)
                {
                    throw FailAt(open, "the numbers of this quantifier are in the wrong order");
                }

                return true;
            }
        }

        if (_unicode)
        {
            throw FailAt(open, "this quantifier is not complete");
        }

        _pos = open;
        return false;
    }

    private ReadOnlySpan<char> Digits()
    {
        var begin = _pos;
        while (char.IsAsciiDigit(Peek()))
        {
            _pos++;
        }

        return _pattern.AsSpan(begin, _pos - begin);
    }

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }

    /// <summary>Takes one character: a code point with the flags u and v, else a UTF-16 unit.</summary>
    private int NextCodePoint()
    {
        var c = _pattern[_pos++];
        return _unicode && char.IsHighSurrogate(c) && char.IsLowSurrogate(Peek()) ? char.ConvertToUtf32(c, _pattern[_pos++]) : c;
    }

    /// <summary>Carries a fault to the entry; never leaves this class.</summary>
    private sealed class FaultException(PatternFault fault) : Exception(fault.Text)
    {
        public PatternFault Fault { get; } = fault;
    }
}
