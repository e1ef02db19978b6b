using System.Diagnostics;
using System.Globalization;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Builds an engine that can do nothing but compute (design invariant 8), and moves its clock and its dice from one judgement to the next.</summary>
/// <remarks>
/// In order: what is not needed is taken away, what Jint's limits do not see is replaced (<see cref="RuleBuiltIns"/>), and all that is left is frozen, so that nothing a rule does can be seen by the next.
/// docs/adr/0007 tells what was measured.
/// </remarks>
internal sealed class RuleSandbox : ITimeSystem
{
    /// <summary>The globals that stay. Not among them: eval and all that runs later or elsewhere (promises, timers, workers, realms), memory by the block (buffers), and what can watch the collector.</summary>
    private static readonly HashSet<string> Kept =
    [
        "globalThis", "undefined", "NaN", "Infinity", "Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "Math", "Date", "JSON", "RegExp",
        "Map", "Set", "WeakMap", "WeakSet", "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError",
        "Proxy", "Reflect", "Iterator", "parseInt", "parseFloat", "isNaN", "isFinite", "encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI", "escape", "unescape",
    ];

    /// <summary>Members that keep something between judgements (RegExp.$1, the symbol registry), run later, or have no bound.</summary>
    private const string Removal = """
        (function () {
          const kept = new Set(['length', 'name', 'prototype', 'escape', Symbol.species]);
          for (const key of Reflect.ownKeys(RegExp)) if (!kept.has(key)) delete RegExp[key];
          delete RegExp.prototype.compile;
          delete Symbol.for;
          delete Symbol.keyFor;
          delete Array.fromAsync;
          delete Array.prototype.toLocaleString;
        })
        """;

    /// <summary>A frozen prototype would forbid even assigning the same name on an object that inherits from it. For the names that people do assign, a pair of accessors allows it.</summary>
    private const string Overriding = """
        (function () {
          const errors = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map(e => e.prototype);
          const open = (proto, name) => {
            if (!Object.hasOwn(proto, name)) return;
            const value = proto[name];
            Object.defineProperty(proto, name, {
              get() { return value; },
              set(v) {
                if (this === proto) throw new TypeError('Cannot change what rules share');
                Object.defineProperty(this, name, { value: v, writable: true, enumerable: true, configurable: true });
              },
              configurable: false, enumerable: false });
          };
          for (const proto of errors) for (const name of ['name', 'message', 'constructor', 'toString']) open(proto, name);
          for (const name of ['constructor', 'toString', 'valueOf', 'toLocaleString', 'hasOwnProperty', 'isPrototypeOf']) open(Object.prototype, name);
        })
        """;

    /// <summary>From these every object that scripts share can be reached, also the ones that have no name.</summary>
    private const string Roots = """
        (function () {
          const plain = function* () {};
          return [globalThis, plain, plain(), async function () {}, async function* () {}, [].values(), new Map().entries(), new Set().values(), ''[Symbol.iterator](),
            'x'.matchAll(/x/g), [].values().map(x => x), Iterator.from({ next() {} }), (function () { return arguments; })(), class {}, /x/, new Date(0), Object(1n), Object(Symbol.iterator), Object('x'), Object(1), Object(true)];
        })
        """;

    private readonly DefaultTimeSystem _calendar = new DefaultTimeSystem(TimeZoneInfo.Utc, CultureInfo.InvariantCulture);
    private readonly Deadline _deadline = new();
    private DateTimeOffset _now;
    private string _seed = "";
    private ulong _random;
    private bool _seeded;

    static RuleSandbox()
    {
        // The engine reads every time zone of the machine for a Temporal that rules do not have: 3 MiB that would stay.
        _ = new Options();
        TimeZoneInfo.ClearCachedData();
    }

    public RuleSandbox(RuleLimits limits)
    {
        Engine = new Jint.Engine(MakeOptions(limits));
        JsValue bigInt = Engine.Global.Get("BigInt");
        foreach (JsValue name in Engine.Global.GetOwnPropertyKeys())
        {
            if (!Kept.Contains(name.ToString()))
            {
                Engine.Global.RemoveOwnProperty(name);
            }
        }

        var random = new ClrFunction(Engine, "random", (_, _) => JsNumber.Create(NextRandom()), 0);
        ((ObjectInstance)Engine.Global.Get("Math")).FastSetDataProperty("random", random);
        Engine.Global.FastSetDataProperty("skip", new ClrFunction(Engine, "skip", Skip, 1));
        BigInt = RuleBuiltIns.Install(Engine, limits, (ObjectInstance)bigInt, Evaluate("Symbol.replace"));
        Engine.Call(Evaluate(Removal));
        Engine.Call(Evaluate(Overriding));
        Freeze((ObjectInstance)Engine.Call(Evaluate(Roots)), BigInt);
    }

    public Jint.Engine Engine { get; }

    /// <summary>The name <c>BigInt</c>, handed only to rules that say it: see <see cref="RuleSurvey"/>.</summary>
    public JsValue BigInt { get; }

    public bool SkipCalled { get; private set; }

    public string? SkipReason { get; private set; }

    TimeZoneInfo ITimeSystem.DefaultTimeZone => TimeZoneInfo.Utc;

    /// <summary>Engine.Evaluate cannot be named here: its overloads mention types of the parser's signed assembly, which the compiler cannot match with ours. The runtime can.</summary>
    public JsValue Evaluate(string code) => EvaluateText(Engine, code, null);

    public void Begin(RuleContext context, TimeSpan time)
    {
        _now = context.Time;
        _seed = context.DeliveryId;
        _seeded = false;
        SkipCalled = false;
        SkipReason = null;
        _deadline.Begin(time);
    }

    public void End() => _deadline.End();

    DateTimeOffset ITimeSystem.GetUtcNow() => _now;

    bool ITimeSystem.TryParse(string date, out long epochMilliseconds) => _calendar.TryParse(date, out epochMilliseconds);

    TimeSpan ITimeSystem.GetUtcOffset(long epochMilliseconds) => TimeSpan.Zero;

    private static readonly Func<Jint.Engine, string, string?, JsValue> EvaluateText =
        typeof(Jint.Engine).GetMethod(nameof(Jint.Engine.Evaluate), [typeof(string), typeof(string)])!.CreateDelegate<Func<Jint.Engine, string, string?, JsValue>>();

    private Options MakeOptions(RuleLimits limits)
    {
        var options = new Options
        {
            Strict = true,
            AgentCanSuspend = false,
            Culture = CultureInfo.InvariantCulture,
            TimeZone = TimeZoneInfo.Utc,
            TimeSystem = this,
            Constraints =
            {
                MaxArraySize = (uint)limits.ArrayLength,
                RegexTimeout = limits.RegexTime,
                PromiseTimeout = limits.Time,
                StackOverflowGuard = true,
            },
        };
        options.DisableStringCompilation().LimitMemory(limits.MemoryBytes).MaxStatements(limits.Statements).LimitRecursion(limits.Depth);
        options.Constraint(_deadline);
        return options;
    }

    /// <summary>Called at all, it decides, whatever the rule answers: <c>if (x) skip("small"); return true</c> means to skip.</summary>
    private JsValue Skip(JsValue thisObject, JsValue[] arguments)
    {
        if (!SkipCalled)
        {
            SkipCalled = true;
            SkipReason = arguments is [{ Type: Types.String or Types.Number or Types.Boolean } reason, ..] ? Shorten(reason) : null;
        }

        return JsValue.Undefined;
    }

    private static string Shorten(JsValue reason)
    {
        string text = reason.ToString().ReplaceLineEndings(" ").Trim();
        return text.Length > 200 ? $"{text[..200]}…" : text;
    }

    /// <summary>SplitMix64 over the delivery id: the same delivery throws the same dice, on every machine.</summary>
    private double NextRandom()
    {
        if (!_seeded)
        {
            _seeded = true;
            _random = 14695981039346656037; // FNV-1a
            foreach (char c in _seed)
            {
                _random = (_random ^ c) * 1099511628211;
            }
        }

        _random += 0x9E3779B97F4A7C15;
        ulong mixed = _random;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private void Freeze(ObjectInstance roots, JsValue alsoThis)
    {
        JsValue freeze = ((ObjectInstance)Engine.Global.Get("Object")).Get("freeze");
        var seen = new HashSet<ObjectInstance>(ReferenceEqualityComparer.Instance);
        var open = new Stack<JsValue>([roots, alsoThis]);
        while (open.TryPop(out JsValue? next))
        {
            if (next is not ObjectInstance shared || !seen.Add(shared))
            {
                continue;
            }

            foreach (JsValue key in shared.GetOwnPropertyKeys())
            {
                var property = shared.GetOwnProperty(key);
                open.Push(property.Get ?? JsValue.Undefined);
                open.Push(property.Set ?? JsValue.Undefined);
                open.Push((property.IsAccessorDescriptor() ? null : property.Value) ?? JsValue.Undefined);
            }

            open.Push((JsValue?)shared.Prototype ?? JsValue.Undefined);
            Engine.Call(freeze, shared);
        }
    }

    /// <summary>The time of a judgement, looked at with every statement. Jint's own deadline looks with every 64th, and 64 statements can be long.</summary>
    private sealed class Deadline : Constraint
    {
        private long _end = long.MaxValue;

        public void Begin(TimeSpan time) => _end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

        public void End() => _end = long.MaxValue;

        public override void Check()
        {
            if (Stopwatch.GetTimestamp() > _end)
            {
                throw new TimeoutException();
            }
        }

        public override void Reset()
        {
            // A judgement is one call of the engine; the end was set before it.
        }
    }
}
