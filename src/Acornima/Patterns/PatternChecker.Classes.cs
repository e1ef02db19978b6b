using System.Runtime.CompilerServices;

namespace Acornima;

internal sealed partial class PatternChecker
{
    private const int NoCharacter = -1;

    /// <summary>Reads a character class behind its bracket.</summary>
    private void CharacterClass()
    {
        if (_sets)
        {
            SetClass(_pos - 1);
            return;
        }

        var open = _pos - 1;
        Eat('^');
        while (!Eat(']'))
        {
            var at = _pos;
            var from = ClassAtom(open);
            if (Peek() != '-' || Peek(1) == ']' || _pos + 1 >= _pattern.Length)
            {
                continue;
            }

            _pos++;
            var to = ClassAtom(open);
            if (from == NoCharacter || to == NoCharacter)
            {
                if (_unicode)
                {
                    throw FailAt(at, "a class of characters cannot be the end of a range");
                }
            }
            else if (from > to)
            {
                throw FailAt(at, "the ends of this range are in the wrong order");
            }
        }
    }

    /// <summary>Reads one character of a class, or an escape that stands for several.</summary>
    private int ClassAtom(int open)
    {
        if (AtEnd)
        {
            throw FailAt(open, "this class of characters has no end");
        }

        if (Peek() != '\\')
        {
            return NextCodePoint();
        }

        var at = _pos++;
        switch (Peek())
        {
            case '\0' when AtEnd:
                throw FailAt(at, "a backslash stands at the end");
            case 'b':
                _pos++;
                return '\b';
            case '-' when _unicode:
                _pos++;
                return '-';
            case 'c' when !_unicode && (char.IsAsciiDigit(Peek(1)) || Peek(1) == '_'):
                _pos += 2; // B.1.2, ClassControlLetter
                return _pattern[_pos - 1] % 32;
            case 'k' when !_unicode:
                NoteBareNameEscape(at);
                _pos++;
                return 'k';
            default:
                return ClassEscape(out _) ? NoCharacter : CharacterEscape(at);
        }
    }

    /// <summary>Reads a class with the flag v (22.2.1, ClassSetExpression) behind its bracket; true when it may match strings.</summary>
    private bool SetClass(int open)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail("it is nested too deeply");
        }

        var negated = Eat('^');
        var strings = false;
        if (!Eat(']'))
        {
            strings = SetExpression(open);
            if (!Eat(']'))
            {
                throw FailAt(open, "this class of characters has no end");
            }
        }

        if (negated && strings)
        {
            throw FailAt(open, "a class that may match strings cannot be negated");
        }

        return strings && !negated;
    }

    private bool SetExpression(int open)
    {
        var strings = SetOperand(open, out var character);
        if (Peek() == '&' && Peek(1) == '&')
        {
            while (Eat("&&"))
            {
                if (Peek() == '&')
                {
                    throw Fail("an operand of && must not begin with &");
                }

                strings &= SetOperand(open, out _);
            }

            return strings;
        }

        if (Peek() == '-' && Peek(1) == '-')
        {
            while (Eat("--"))
            {
                SetOperand(open, out _);
            }

            return strings;
        }

        while (true)
        {
            if (character != NoCharacter && Peek() == '-')
            {
                var at = _pos++;
                SetOperand(open, out var to);
                if (to == NoCharacter || to < character)
                {
                    throw FailAt(at, "the ends of this range are no characters or in the wrong order");
                }
            }

            if (AtEnd || Peek() == ']')
            {
                return strings;
            }

            strings |= SetOperand(open, out character);
        }
    }

    /// <summary>Reads a nested class, strings, an escape or a character; true when it may match strings.</summary>
    private bool SetOperand(int open, out int character)
    {
        character = NoCharacter;
        if (AtEnd)
        {
            throw FailAt(open, "this class of characters has no end");
        }

        var at = _pos;
        if (Eat('['))
        {
            return SetClass(at);
        }

        if (Peek() == '\\')
        {
            if (Eat("\\q{"))
            {
                return StringAlternatives(at);
            }

            _pos++;
            if (ClassEscape(out var strings))
            {
                return strings;
            }

            _pos--;
        }

        character = SetCharacter(open);
        return false;
    }

    private bool StringAlternatives(int at)
    {
        var strings = false;
        var length = 0;
        while (true)
        {
            if (AtEnd)
            {
                throw FailAt(at, "these strings have no closing brace");
            }

            if (Peek() is '}' or '|')
            {
                strings |= length != 1;
                length = 0;
                if (_pattern[_pos++] == '}')
                {
                    return strings;
                }
            }
            else
            {
                SetCharacter(at);
                length++;
            }
        }
    }

    private int SetCharacter(int open)
    {
        if (AtEnd)
        {
            throw FailAt(open, "this class of characters has no end");
        }

        var at = _pos;
        var c = Peek();
        if (c == '\\')
        {
            _pos++;
            if (Eat('b'))
            {
                return '\b';
            }

            if (!AtEnd && "&-!#%,:;<=>@`~".Contains(Peek(), StringComparison.Ordinal))
            {
                return _pattern[_pos++];
            }

            return AtEnd ? throw FailAt(at, "a backslash stands at the end") : CharacterEscape(at);
        }

        if ("()[]{}/-|".Contains(c, StringComparison.Ordinal))
        {
            throw Fail("this character must be written with a backslash in a class with the flag v");
        }

        if (c == Peek(1) && "&!#$%*+,.:;<=>?@^`~".Contains(c, StringComparison.Ordinal))
        {
            throw Fail("this doubled character is reserved in a class with the flag v");
        }

        return NextCodePoint();
    }
}
