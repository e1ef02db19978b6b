using WebhookBridge.Engine.Filtering;

namespace WebhookBridge.Rules.Tests;

/// <summary>Nothing one event leaves behind is visible to the next, on the same route or another: all judgements here run on one engine.</summary>
public sealed class RuleIsolationTests : IDisposable
{
    /// <summary>Goes over all that scripts share, from the globals and from the objects without a name. <c>{0}</c> is done at each.</summary>
    private const string Walk = """
        const seen = new Set(), open = [['globalThis', globalThis], ['generator', (function* () {})()], ['generator function', Object.getPrototypeOf(function* () {})],
          ['array iterator', Object.getPrototypeOf([].values())], ['map iterator', Object.getPrototypeOf(new Map().entries())], ['set iterator', Object.getPrototypeOf(new Set().values())],
          ['string iterator', Object.getPrototypeOf(''[Symbol.iterator]())], ['regexp iterator', Object.getPrototypeOf('x'.matchAll(/x/g))], ['helper', Object.getPrototypeOf([].values().map(x => x))],
          ['wrapped iterator', Object.getPrototypeOf(Iterator.from({ next() {} }))], ['thrower', Object.getOwnPropertyDescriptor(function () { return arguments; }(), 'callee').get],
          ['skip', skip], ['BigInt', BigInt], ['bigint', Object.getPrototypeOf(1n)], ['symbol', Object.getPrototypeOf(Symbol.iterator)]];
        open[1][1] = Object.getPrototypeOf(Object.getPrototypeOf(open[1][1]));
        while (open.length > 0) {
          const [path, o] = open.pop();
          if (seen.has(o) || (typeof o !== 'object' && typeof o !== 'function') || o === null) continue;
          seen.add(o);
          VISIT
          for (const k of Reflect.ownKeys(o)) {
            const d = Object.getOwnPropertyDescriptor(o, k), name = path + '.' + String(k);
            open.push([name, d.value], [name + ' get', d.get], [name + ' set', d.set]);
          }
          open.push([path + ' proto', Object.getPrototypeOf(o)]);
        }
        """;

    private readonly RuleJudge _judge = new(threads: 1, new RuleLimits { Statements = 1_000_000, MemoryBytes = 64 * 1024 * 1024, RegexTime = TimeSpan.FromSeconds(1) });

    public void Dispose() => _judge.Dispose();

    [Fact]
    public void Judge_EverythingShared_IsFrozen() =>
        Ask($"const loose = []; {Walk.Replace("VISIT", "if (!Object.isFrozen(o)) loose.push(path);", StringComparison.Ordinal)} return loose.length === 0 && seen.size > 300 ? true : skip(seen.size + ' ' + loose.join())")
            .ShouldBe(RuleVerdict.Send.Instance);

    [Theory]
    [InlineData("let n = 0; return ++n > 1")]
    [InlineData("var n = (n ?? 0) + 1; return n > 1")]
    [InlineData("function f() { f.n = (f.n ?? 0) + 1; return f.n > 1 } return f()")]
    [InlineData("function judge(e) { judge.n = (judge.n ?? 0) + 1; return judge.n > 1 }")]
    [InlineData("(function judge(e) { judge.n = (judge.n ?? 0) + 1; return judge.n > 1 })")]
    [InlineData("function judge(e) { judge.prototype.n = (judge.prototype.n ?? 0) + 1; return judge.prototype.n > 1 }")]
    [InlineData("(event, { n = 0 }) => { n++; return n > 1 }")]
    [InlineData("(event, ctx) => { ctx.n = (ctx.n ?? 0) + 1; return ctx.n > 1 }")]
    [InlineData("event.n = (event.n ?? 0) + 1; return event.n > 1")]
    [InlineData("event.payload.items.push(1); return event.payload.items.length > 3")]
    [InlineData("payment.n = (payment.n ?? 0) + 1; return payment.n > 1")]
    [InlineData("refund.n = (refund.n ?? 0) + 1; return refund.n > 1")]
    [InlineData("headers.n = (headers.n ?? 0) + 1; return headers.n > 1")]
    [InlineData("payment = { n: (payment.n ?? 0) + 1 }; return payment.n > 1")]
    [InlineData("const r = /a/g; return r.lastIndex > 0 || (r.test('aa'), false)")]
    [InlineData("const before = /x/g.lastIndex; const r = /x/g; r.lastIndex = 5; return before > 0")]
    [InlineData("const t = s => s; const make = () => t`x`; const o = make(); try { o.n = 1 } catch {} try { o.raw.n = 1 } catch {} return o.n === 1 || o.raw.n === 1")]
    [InlineData("class A { static n = 0; static #m = 0; static up() { return ++A.#m } } A.n++; return A.n > 1 || A.up() > 1")]
    [InlineData("const known = RegExp.$1 === 'left' || RegExp['$&'] === 'left' || RegExp.input === 'left' || RegExp.lastMatch === 'left'; /(left)/.exec('left'); return known")]
    [InlineData("const o = Math.random; try { o.n = (o.n ?? 0) + 1 } catch {} return o.n > 0")]
    [InlineData("try { skip.n = 1 } catch {} return skip.n === 1")]
    [InlineData("try { BigInt.n = 1 } catch {} try { BigInt.prototype.n = 1 } catch {} return BigInt.n === 1 || 1n.n === 1")]
    [InlineData("const known = 'left' in event; try { Object.prototype.left = 1 } catch {} return known")]
    [InlineData("const known = 'left' in {}; try { Object.defineProperty(Object.prototype, 'left', { get() { return 1 } }) } catch {} return known")]
    [InlineData("const known = 'left' in {}; try { ({}).__proto__.left = 1 } catch {} try { event.__proto__.left = 1 } catch {} try { event.constructor.prototype.left = 1 } catch {} return known")]
    [InlineData("const known = 'left' in {}; try { Object.prototype.__defineGetter__('left', () => 1) } catch {} return known")]
    [InlineData("const known = 'left' in []; try { Object.setPrototypeOf(Array.prototype, { left: 1 }) } catch {} try { Array.prototype.__proto__ = { left: 1 } } catch {} return known")]
    [InlineData("const known = 'left' in {}; Reflect.set(Object.prototype, 'left', 1); Reflect.defineProperty(Object.prototype, 'left', { value: 1 }); Reflect.setPrototypeOf(Object.prototype, { left: 1 }); return known")]
    [InlineData("const known = [].includes.call([1], 1) !== true; try { Array.prototype.includes = () => false } catch {} return known")]
    [InlineData("const known = globalThis.left === 1; try { globalThis.left = 1 } catch {} try { Object.defineProperty(globalThis, 'left', { value: 1 }) } catch {} return known")]
    [InlineData("const known = typeof JSON.parse !== 'function'; try { JSON = {} } catch {} try { JSON.parse = 1 } catch {} try { delete globalThis.JSON } catch {} return known")]
    [InlineData("const known = Number('5') !== 5; try { Number = () => 1 } catch {} try { undefined = 1 } catch {} return known || undefined === 1")]
    [InlineData("const known = Error.stackTraceLimit === 77; try { Error.stackTraceLimit = 77 } catch {} try { Error.prepareStackTrace = () => 'left' } catch {} return known || new Error('x').stack === 'left'")]
    [InlineData("const known = new Error('x').name === 'left'; try { Error.prototype.name = 'left' } catch {} return known")]
    [InlineData("const p = Object.getPrototypeOf([].values()), known = p.left === 1; try { p.left = 1 } catch {} try { p.next = () => ({ done: true }) } catch {} return known || [...[1]].length !== 1")]
    [InlineData("const p = Object.getPrototypeOf(function* () {}).prototype, known = p.left === 1; try { p.left = 1 } catch {} return known")]
    [InlineData("const p = Object.getPrototypeOf(Iterator.from({ next() {} })), known = p.left === 1; try { p.left = 1 } catch {} return known")]
    [InlineData("const s = Symbol.iterator, known = Object.getPrototypeOf(s).left === 1; try { Object.getPrototypeOf(s).left = 1 } catch {} return known")]
    [InlineData("const f = function () { return 1 }, known = f.call.left === 1 || f() !== 1; try { f.call.left = 1 } catch {} try { Function.prototype.call = () => 2 } catch {} return known")]
    [InlineData("const known = Date.now() === 5; try { Date.now = () => 5 } catch {} try { Date.prototype.getTime = () => 5 } catch {} return known || new Date(1).getTime() === 5")]
    [InlineData("const m = Map.prototype, known = new Map([[1, 1]]).get(1) !== 1; try { m.get = () => 2 } catch {} return known")]
    [InlineData("const known = 'x'[Symbol.replace] !== undefined; try { String.prototype[Symbol.replace] = () => 1 } catch {} return known")]
    [InlineData("const known = Object.keys({}).length !== 0; try { Object.keys = () => [1] } catch {} try { Object.assign(Object, { keys: () => [1] }) } catch {} return known")]
    public void Judge_AnyAttemptToLeaveSomethingBehind_LooksTheSameEveryTime(string source)
    {
        for (int i = 0; i < 3; i++)
        {
            Ask(source).ShouldBe(new RuleVerdict.Skip(null));
        }
    }

    [Fact]
    public void Judge_AfterAllAttempts_TheNextRuleSeesTheSameWorld()
    {
        const string print = "const all = []; WALK all.sort(); let h = 7; for (const s of all) for (let i = 0; i < s.length; i += 3) h = (h + h + h + h + h + s.charCodeAt(i)) % 1000003; return skip(all.length + ':' + h)";
        string rule = print.Replace("WALK", Walk.Replace("VISIT", "all.push(path + Reflect.ownKeys(o).map(String).join());", StringComparison.Ordinal), StringComparison.Ordinal);
        RuleVerdict before = Ask(rule);
        before.ShouldBeOfType<RuleVerdict.Skip>().Reason.ShouldNotBeNull();
        Ask("for (const name of Reflect.ownKeys(globalThis)) { try { globalThis[name] = 1 } catch {} try { delete globalThis[name] } catch {} try { globalThis[name].left = 1 } catch {} try { globalThis[name].prototype.left = 1 } catch {} } return true")
            .ShouldBe(RuleVerdict.Send.Instance);
        Ask("for (const owner of [Object, Array, String, RegExp, Map, Date, Math, JSON, Reflect, Symbol]) for (const o of [owner, owner.prototype ?? {}]) for (const key of Reflect.ownKeys(o)) { try { delete o[key] } catch {} try { o[key] = 1 } catch {} try { Object.defineProperty(o, key, { value: 1 }) } catch {} } return true")
            .ShouldBe(RuleVerdict.Send.Instance);
        Ask(rule).ShouldBe(before);
    }

    [Theory]
    [InlineData("eval")]
    [InlineData("Promise")]
    [InlineData("setTimeout")]
    [InlineData("fetch")]
    [InlineData("require")]
    [InlineData("process")]
    [InlineData("console")]
    [InlineData("System")]
    [InlineData("importNamespace")]
    [InlineData("SharedArrayBuffer")]
    [InlineData("ArrayBuffer")]
    [InlineData("Uint8Array")]
    [InlineData("Atomics")]
    [InlineData("ShadowRealm")]
    [InlineData("WeakRef")]
    [InlineData("FinalizationRegistry")]
    [InlineData("Temporal")]
    [InlineData("Intl")]
    [InlineData("queueMicrotask")]
    [InlineData("structuredClone")]
    public void Judge_WhatReachesOut_DoesNotExist(string name) => Ask($"typeof {name} === 'undefined' && !('{name}' in globalThis)").ShouldBe(RuleVerdict.Send.Instance);

    [Theory]
    [InlineData("Function('return 1')()")]
    [InlineData("new Function('return 1')()")]
    [InlineData("(() => {}).constructor('return 1')()")]
    [InlineData("(function* () {}).constructor('yield 1')()")]
    public void Judge_CodeFromText_IsRefused(string source) => Ask(source).ShouldBeOfType<RuleVerdict.Failed>().Text.ShouldContain("String compilation");

    private RuleVerdict Ask(string source) => Sample.Ask(source, judge: _judge);
}
