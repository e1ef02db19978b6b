using System.Runtime.CompilerServices;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Built-in functions that could do very much in one step, where Jint looks at its limits only between steps: each is replaced by one that asks first, or that asks on the way (docs/adr/0007 has the measurements).</summary>
internal sealed class RuleBuiltIns
{
    /// <summary>A BigInt is for ids and exact sums; parsing takes time with the square of the digits.</summary>
    private const int MaxBigIntDigits = 1_000;

    private readonly Jint.Engine _engine;
    private readonly RuleLimits _limits;
    private readonly HashSet<ObjectInstance> _joining = new(ReferenceEqualityComparer.Instance);

    private RuleBuiltIns(Jint.Engine engine, RuleLimits limits)
    {
        _engine = engine;
        _limits = limits;
    }

    /// <summary>Replaces them; the answer is what a rule gets under the name <c>BigInt</c>.</summary>
    public static JsValue Install(Jint.Engine engine, RuleLimits limits, ObjectInstance bigInt, JsValue symbolReplace)
    {
        var own = new RuleBuiltIns(engine, limits);
        ObjectInstance text = Prototype(engine, "String"), list = Prototype(engine, "Array"), regex = Prototype(engine, "RegExp");
        own.Guard(text, "repeat", 1, (self, args) => own.CheckLength(Length(self) * Math.Max(0, TypeConverter.ToIntegerOrInfinity(At(args, 0)))));
        own.Guard(text, "normalize", 0, (self, _) => own.CheckLength(Length(self) * 18)); // the longest decomposition of one character
        own.Guard(text, "concat", 1, (self, args) => own.CheckLength(Length(self) + args.Sum(Length)));
        own.Guard(Prototype(engine, "Function"), "call", 1, (_, _) => engine.Constraints.Check());
        foreach (string encoder in (string[])["encodeURIComponent", "encodeURI", "escape"])
        {
            own.Guard(engine.Global, encoder, 1, (_, args) => own.CheckLength(Length(At(args, 0)) * 9));
        }

        own.Replace(text, "replace", 2, original => (self, args) => own.ReplaceText(original, self, args, self, At(args, 0) is JsString));
        own.Replace(text, "replaceAll", 2, original => (self, args) => own.ReplaceText(original, self, args, self, false));
        own.Replace(regex, symbolReplace, 2, original => (self, args) => own.ReplaceText(original, self, args, At(args, 0), false));
        own.Replace(list, "join", 1, original => (self, args) => self is ObjectInstance items ? own.Join(items, At(args, 0)) : engine.Call(original, self, args));
        own.Replace(list, "flat", 0, original => (self, args) => self is ObjectInstance items ? own.Flat(items, At(args, 0)) : engine.Call(original, self, args));
        own.Replace((ObjectInstance)engine.Global.Get("String"), "raw", 1, _ => (_, args) => own.Raw(args));
        own.Replace((ObjectInstance)engine.Global.Get("JSON"), "stringify", 3, original => (_, args) => own.Stringify(original, args));
        return own.MakeBigInt(bigInt);
    }

    /// <summary>An error that the rule may catch.</summary>
    public static JavaScriptException RangeError(Jint.Engine engine, string message) =>
        new(engine.Call(engine.Global.Get("RangeError"), JsString.Create(message)));

    private static JsValue At(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;

    private static ObjectInstance Prototype(Jint.Engine engine, string constructor) =>
        (ObjectInstance)((ObjectInstance)engine.Global.Get(constructor)).Get("prototype");

    /// <summary>The length a value has as text. An object's is not known before it is converted; what it converts to was made under the limits.</summary>
    private static double Length(JsValue value) => value is JsString text ? text.Length : 0;

    private void CheckLength(double length)
    {
        if (length > _limits.TextLength)
        {
            throw RangeError(_engine, $"the text would have more than {_limits.TextLength} characters, and a rule cannot make a longer one");
        }
    }

    /// <summary>Asks before the function runs. An object among the arguments is converted first, so that what was asked about is what is used.</summary>
    private void Guard(ObjectInstance owner, string name, int length, Action<JsValue, JsValue[]> ask) =>
        Replace(owner, name, length, original => (self, args) =>
        {
            if (name != "call")
            {
                self = self is ObjectInstance and not Function ? JsString.Create(TypeConverter.ToString(self)) : self;
                args = Array.ConvertAll(args, arg => arg is ObjectInstance ? JsString.Create(TypeConverter.ToString(arg)) : arg);
            }

            ask(self, args);
            return _engine.Call(original, self, args);
        });

    private void Replace(ObjectInstance owner, JsValue name, int length, Func<JsValue, Func<JsValue, JsValue[], JsValue>> make)
    {
        JsValue original = owner.Get(name);
        var function = new ClrFunction(_engine, name is JsString ? name.ToString() : "[Symbol.replace]", make(original), length);
        owner.FastSetProperty(name, new PropertyDescriptor(function, writable: true, enumerable: false, configurable: true));
    }

    /// <summary>How long the result can become at most: <c>$`</c> and <c>$'</c> copy the whole subject for each match, the other patterns at most once in all.</summary>
    private JsValue ReplaceText(JsValue original, JsValue self, JsValue[] args, JsValue subject, bool once)
    {
        if (At(args, 1) is Function || subject.IsNull() || subject.IsUndefined())
        {
            return _engine.Call(original, self, args);
        }

        string replacement = TypeConverter.ToString(At(args, 1));
        double length = subject is JsString text ? text.Length : TypeConverter.ToString(subject).Length;
        double matches = once ? 1 : length + 1;
        double copies = replacement.AsSpan().Count('$') * (replacement.Contains("$`", StringComparison.Ordinal) || replacement.Contains("$'", StringComparison.Ordinal) ? matches : 1);
        CheckLength(length + (matches * replacement.Length) + (copies * length));
        JsValue[] converted = [At(args, 0), JsString.Create(replacement)];
        return _engine.Call(original, self, converted);
    }

    /// <summary>https://tc39.es/ecma262/#sec-array.prototype.join, which is also how a list becomes a text. A list that holds itself joins as nothing, as everywhere.</summary>
    private JsString Join(ObjectInstance items, JsValue separator)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        string between = separator.IsUndefined() ? "," : TypeConverter.ToString(separator);
        uint length = LengthOf(items);
        if (!_joining.Add(items))
        {
            return JsString.Empty;
        }

        try
        {
            var joined = new StringBuilder();
            for (uint i = 0; i < length; i++)
            {
                JsValue item = items.Get(JsNumber.Create(i));
                if (item is ObjectInstance || (i & 63) == 0)
                {
                    _engine.Constraints.Check();
                }

                string text = item.IsNull() || item.IsUndefined() ? "" : TypeConverter.ToString(item);
                CheckLength((double)joined.Length + between.Length + text.Length);
                joined.Append(i == 0 ? "" : between).Append(text);
            }

            return JsString.Create(joined.ToString());
        }
        finally
        {
            _joining.Remove(items);
        }
    }

    /// <summary>https://tc39.es/ecma262/#sec-string.raw</summary>
    private JsString Raw(JsValue[] args)
    {
        if (At(args, 0) is not ObjectInstance strings || strings.Get("raw") is not ObjectInstance raw)
        {
            throw RangeError(_engine, "String.raw is for templates: write String.raw`…`");
        }

        uint length = LengthOf(raw);
        var made = new StringBuilder();
        for (uint i = 0; i < length; i++)
        {
            _engine.Constraints.Check();
            string text = TypeConverter.ToString(raw.Get(JsNumber.Create(i)));
            string inserted = i + 1 < length && i + 1 < args.Length ? TypeConverter.ToString(args[i + 1]) : "";
            CheckLength((double)made.Length + text.Length + inserted.Length);
            made.Append(text).Append(inserted);
        }

        return JsString.Create(made.ToString());
    }

    /// <summary>https://tc39.es/ecma262/#sec-array.prototype.flat</summary>
    private JsArray Flat(ObjectInstance items, JsValue depth)
    {
        var flat = new List<JsValue>();
        Flatten(items, depth.IsUndefined() ? 1 : TypeConverter.ToIntegerOrInfinity(depth), flat);
        return new JsArray(_engine, [.. flat]);
    }

    private void Flatten(ObjectInstance items, double depth, List<JsValue> into)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _engine.Constraints.Check();
        uint length = LengthOf(items);
        for (uint i = 0; i < length; i++)
        {
            JsNumber index = JsNumber.Create(i);
            if (!items.HasProperty(index))
            {
                continue;
            }

            JsValue item = items.Get(index);
            if (item is JsArray inner && depth >= 1)
            {
                Flatten(inner, depth - 1, into);
            }
            else if (into.Count < _limits.ArrayLength)
            {
                into.Add(item);
            }
            else
            {
                throw RangeError(_engine, $"the list would have more than {_limits.ArrayLength} entries");
            }
        }
    }

    private uint LengthOf(ObjectInstance items)
    {
        double length = Math.Max(0, TypeConverter.ToIntegerOrInfinity(items.Get("length")));
        return length <= _limits.ArrayLength ? (uint)length : throw RangeError(_engine, $"the list has {length} entries, and a rule can handle {_limits.ArrayLength}");
    }

    /// <summary>The engine writes the text; a replacer of ours is asked at every member, and there the limits are looked at.</summary>
    private JsValue Stringify(JsValue original, JsValue[] args)
    {
        var replacer = At(args, 1) as Function;
        List<JsValue>? allowed = At(args, 1) is JsArray list ? AllowedKeys(list) : null;
        var watch = new ClrFunction(_engine, "", (holder, pair) =>
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            _engine.Constraints.Check();
            return replacer is not null ? _engine.Call(replacer, holder, [pair[0], pair[1]])
                : allowed is not null && pair[1] is JsObject whole ? Select(whole, allowed)
                : pair[1];
        });
        return _engine.Call(original, JsValue.Undefined, [At(args, 0), watch, At(args, 2)]);
    }

    /// <summary>The members that a list of keys lets through, in the order of that list (https://tc39.es/ecma262/#sec-serializejsonobject).</summary>
    private JsObject Select(JsObject whole, List<JsValue> keys)
    {
        var part = new JsObject(_engine);
        foreach (JsValue key in keys)
        {
            JsValue value = whole.Get(key);
            if (!value.IsUndefined())
            {
                part.CreateDataProperty(key, value);
            }
        }

        return part;
    }

    private static List<JsValue> AllowedKeys(JsArray list)
    {
        var keys = new List<JsValue>();
        for (uint i = 0; i < list.Length; i++)
        {
            if (list.Get(JsNumber.Create(i)) is JsString or JsNumber)
            {
                keys.Add(JsString.Create(list.Get(JsNumber.Create(i)).ToString()));
            }
        }

        return keys;
    }

    /// <summary>BigInt without what makes numbers of any size (<c>asIntN</c>, <c>asUintN</c>, long texts); multiplication is refused when the rule is read.</summary>
    private ClrFunction MakeBigInt(ObjectInstance original)
    {
        var function = new ClrFunction(_engine, "BigInt", (_, args) =>
        {
            JsValue value = TypeConverter.ToPrimitive(At(args, 0), Types.Number);
            return Length(value) > MaxBigIntDigits
                ? throw RangeError(_engine, $"a BigInt in a rule has at most {MaxBigIntDigits} digits")
                : _engine.Call(original, value);
        }, 1);
        var prototype = (ObjectInstance)original.Get("prototype");
        function.DefineOwnProperty("prototype", new PropertyDescriptor(prototype, writable: false, enumerable: false, configurable: false));
        prototype.FastSetProperty("constructor", new PropertyDescriptor(function, writable: true, enumerable: false, configurable: true));
        return function;
    }
}
