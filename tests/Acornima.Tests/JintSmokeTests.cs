using System.Reflection;
using Jint;
using Jint.Native;

namespace Acornima.Tests;

/// <summary>Jint runs on this parser. What the language does is tested where Jint is used.</summary>
public sealed class JintSmokeTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(({ a, b: [c = 2] }) => a?.x?.y ?? c)({ b: [] })", "2")]
    [InlineData("class A { #x = 1; static s = 2; get x() { return this.#x } static { A.t = 3 } } class B extends A { constructor(...a) { super(...a); } } `${new B().x}${A.s}${B.t}`", "123")]
    [InlineData("function* g() { yield 1; yield* [2, 3] } [...g()].join()", "1,2,3")]
    [InlineData("let s = ''; for (const [k, v] of Object.entries({ a: 1, b: 2 })) { if (k === 'c') continue; s += k + v } s", "a1b2")]
    [InlineData("var fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); fs.map(f => f()).join()", "0,1,2")]
    [InlineData("try { x; let x } catch (e) { e.name }", "ReferenceError")]
    [InlineData("'2024-05-06'.replace(/(?<y>\\d+)-(?<m>\\d+)/u, '$<m>/$<y>')", "05/2024-06")]
    [InlineData("outer: for (var i = 0; i < 3; i++) { for (;;) { if (i == 1) break outer; continue outer } } i", "1")]
    [InlineData("10n ** 20n + ''", "100000000000000000000")]
    [InlineData("switch (3) { case 1: 'a'; break; default: 'd'; case 2: 'b' }", "b")]
    [InlineData("try { eval('let a; let a') } catch (e) { e.name }", "SyntaxError")]
    [InlineData("new Function('a', 'b', 'return a + b')(1, 2)", "3")]
    [InlineData("try { new RegExp('a', 'gg') } catch (e) { e.name }", "SyntaxError")]
    [InlineData("hoisted(); function hoisted() { return 'yes' }", "yes")]
    [InlineData("var { a, ...rest } = { a: 1, b: 2, c: 3 }; JSON.stringify(rest)", "{\"b\":2,\"c\":3}")]
    public void Evaluate_Program_GivesItsValue(string program, string expected)
        => Evaluate(new Engine(), program).ToString().ShouldBe(expected);

    [Fact]
    public void Evaluate_BadProgram_TellsThePlace()
    {
        var error = Should.Throw<Exception>(() => Evaluate(new Engine(), "let a = 1;\nlet b = ];"));
        error.Message.ShouldBe("Unexpected ']' (2:9)");
    }

    [Fact]
    public void Modules_ImportsAndExports_AreLinked()
    {
        dynamic engine = new Engine();
        engine.Modules.Add("lib", "export const a = 1; export default class { get b() { return 2 } } export { c as d }; function c() { return 3 }");
        engine.Modules.Add("main", "import X, { a, d } from 'lib'; import * as lib from 'lib'; const e = await 4; export const sum = a + new X().b + d() + lib.a + e;");
        ((object)engine.Modules.Import("main").Get("sum").ToString()).ShouldBe("11");
    }

    [Fact]
    public void PrepareScript_Program_RunsWithTheCallbacksOfJint()
    {
        var prepare = typeof(Engine).GetMethods(BindingFlags.Public | BindingFlags.Static).Single(m => m.Name == "PrepareScript");
        var arguments = prepare.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue : null).ToArray();
        arguments[0] = "const f = ({ a, ...b }, [c] = [3]) => { switch (a) { case 1: let d = 4; return `${a}${b.x}${c}${d}` } }; label: for (const i of [1]) { for (;;) break label } f({ a: 1, x: 2 })";
        var prepared = prepare.Invoke(null, arguments)!;
        var evaluate = typeof(Engine).GetMethods().Single(m => m.Name == "Evaluate" && m.GetParameters() is [{ ParameterType: { IsByRef: true } }]);
        evaluate.Invoke(new Engine(), [prepared])!.ToString().ShouldBe("1234");
    }

    private static JsValue Evaluate(Engine engine, string program)
    {
        var method = typeof(Engine).GetMethod("Evaluate", [typeof(string), typeof(string)])!;
        return method.CreateDelegate<Func<string, string?, JsValue>>(engine)(program, null);
    }
}
