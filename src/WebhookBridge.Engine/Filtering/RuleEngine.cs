using System.Text.Json;
using Jint;
using Jint.Constraints;
using Jint.Native;
using Jint.Runtime;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>One JavaScript engine in its box: rules loaded as functions, one judgement at a time, on one thread.</summary>
internal sealed class RuleEngine
{
    /// <summary>Rules kept loaded; of more the one used longest ago goes.</summary>
    private const int MaxLoaded = 256;

    /// <summary>Names in <c>ctx</c>, each made when read.</summary>
    private static readonly JsObjectLayout ContextLayout = MakeContextLayout();

    private static readonly JsValue?[] NoValues = new JsValue?[RuleNames.InContext.Length];

    private readonly RuleLimits _limits;
    private readonly Jint.Engine _engine;
    private readonly RuleSandbox _sandbox;
    private readonly RuleValues _values;
    private readonly Dictionary<Rule, LinkedListNode<(Rule Rule, JsValue Function)>> _loaded = [];
    private readonly LinkedList<(Rule Rule, JsValue Function)> _byUse = [];

    public RuleEngine(RuleLimits limits)
    {
        _limits = limits;
        _sandbox = new RuleSandbox(limits);
        _engine = _sandbox.Engine;
        _values = new RuleValues(_engine, limits.ArrayLength);
    }

    /// <summary>True after a limit was broken: something was cut off half-way, so the engine is not used again.</summary>
    public bool Spoiled { get; private set; }

    /// <summary>Judgements so far.</summary>
    public int Judged { get; private set; }

    /// <summary>Makes the rule's function, or finds it; null with a verdict when the engine will not have it.</summary>
    public RuleVerdict? Load(Rule rule)
    {
        if (_loaded.TryGetValue(rule, out LinkedListNode<(Rule, JsValue)>? known))
        {
            if (_byUse.First != known)
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
            }

            return null;
        }

        try
        {
            JsValue function = _sandbox.Evaluate(rule.Program);
            if (_loaded.Count >= MaxLoaded)
            {
                _loaded.Remove(_byUse.Last!.Value.Rule);
                _byUse.RemoveLast();
            }

            _loaded[rule] = _byUse.AddFirst((rule, function));
            return null;
        }
        catch (Exception wrong)
        {
            RuleVerdict verdict = RuleFaults.Explain(wrong, rule, _limits, out bool limit);
            Spoiled |= limit;
            return verdict;
        }
    }

    /// <summary>Runs the loaded rule on an event.</summary>
    public RuleVerdict Judge(Rule rule, EventView view, RuleContext context)
    {
        JsValue function = _loaded[rule].Value.Function;
        Judged++;
        _sandbox.Begin(context, _limits.TimeAfter(context.TimeOuts));
        try
        {
            JsValue answer = _engine.Call(function, Arguments(rule, view, context));
            return _sandbox.SkipCalled ? new RuleVerdict.Skip(_sandbox.SkipReason) : Read(answer);
        }
        catch (Exception wrong)
        {
            RuleVerdict verdict = RuleFaults.Explain(wrong, rule, _limits, out bool limit);
            Spoiled |= limit;
            return _sandbox.SkipCalled && !limit ? new RuleVerdict.Skip(_sandbox.SkipReason) : verdict;
        }
        finally
        {
            _sandbox.End();
        }
    }

    private JsValue[] Arguments(Rule rule, EventView view, RuleContext context)
    {
        var arguments = new JsValue[rule.Arguments.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = rule.Arguments[i] switch
            {
                RuleNames.Context => JsObject.Create(_engine, ContextLayout, NoValues!, new ContextSource(_values, view, context)),
                RuleNames.BigInt => _sandbox.BigInt,
                int name => Root(_values, view, context, name),
            };
        }

        return arguments;
    }

    private static JsValue Root(RuleValues values, EventView view, RuleContext context, int name) =>
        name == RuleNames.Headers ? values.ReadHeaders(context.Headers)
        : view.TryGetRoot(RuleNames.All[name], out JsonElement value) ? values.Read(value)
        : JsValue.Null;

    /// <summary>The table of contract section 3. Read without running anything of the rule's: only the kind of the answer counts.</summary>
    private static RuleVerdict Read(JsValue answer) => answer.Type switch
    {
        Types.Boolean => ReferenceEquals(answer, JsBoolean.True) ? RuleVerdict.Send.Instance : new RuleVerdict.Skip(null),
        Types.Undefined or Types.Null => new RuleVerdict.Skip(null),
        Types.Number => Neither("a number"),
        Types.String => Neither("a text"),
        Types.BigInt => Neither("a BigInt"),
        Types.Symbol => Neither("a symbol"),
        _ => Neither(answer is Jint.Native.Function.Function ? "a function" : answer is JsArray ? "a list" : "an object"),
    };

    private static RuleVerdict.Failed Neither(string kind) =>
        new($"The rule answered {kind}, and the rule must answer true or false: write `!!x`.");

    private static JsObjectLayout MakeContextLayout()
    {
        JsObjectLayout.Builder builder = JsObjectLayout.CreateBuilder();
        for (int i = 0; i < RuleNames.InContext.Length; i++)
        {
            int name = RuleNames.Headers + i;
            builder.AddLazy(RuleNames.InContext[i], (_, state) =>
            {
                var source = (ContextSource)state!;
                return Root(source.Values, source.View, source.Context, name);
            });
        }

        return builder.Build();
    }

    private sealed record ContextSource(RuleValues Values, EventView View, RuleContext Context);
}
