using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Syntax;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Calls of functions, with their arguments on a stack that the rendering owns.</summary>
internal sealed partial class RenderContext
{
    private Value[] _stack = [];
    private int _stackTop;
    private int _callDepth;

    /// <summary>Calls with arguments that are values already (from built-ins and pipes).</summary>
    public Value Invoke(FunctionValue function, ReadOnlySpan<Value> arguments, in CallSite site)
    {
        int from = _stackTop;
        foreach (ref readonly Value argument in arguments)
        {
            PushArgument(argument);
        }

        return Finish(function, from, null, site);
    }

    /// <summary>Calls with arguments as written, evaluated from left to right, behind those from a pipe.</summary>
    public Value Call(FunctionValue function, ReadOnlySpan<Value> piped, int pipePosition, Argument[] written, in CallPlace place)
    {
        int from = _stackTop;
        foreach (ref readonly Value value in piped)
        {
            PushArgument(value);
        }

        List<NamedArgument>? named = null;
        foreach (Argument argument in written)
        {
            if (argument.Name is not null)
            {
                (named ??= []).Add(new NamedArgument(argument.Name, argument.Value.Evaluate(this), argument.Position));
            }
            else if (argument.Value is ExpandExpression expand)
            {
                foreach (Value item in ToList(expand.Operand.Evaluate(this)).Items)
                {
                    PushArgument(item);
                }
            }
            else
            {
                PushArgument(argument.Value.Evaluate(this));
            }
        }

        var site = new CallSite(place.Position, place.End, piped.Length, pipePosition, written) { Stream = place.Stream, Block = place.Block };
        return Finish(function, from, named, site);
    }

    /// <summary>Runs a page (include, evaluated text) with variables of its own for <c>$</c>.</summary>
    public Value RunPage(Statement page, Source source, ScribanArray arguments, int position)
    {
        Enter(position, source.Name ?? "include");
        Source callerSource = Source;
        LocalFrame callerLocals = Locals;
        Source = source;
        Locals = new LocalFrame(arguments);
        page.Execute(this);
        Value result = Flow == Flow.Return ? ReturnValue : Value.Null;
        Flow = Flow.Next;
        Locals = callerLocals;
        Source = callerSource;
        Position = position;
        _callDepth--;
        return result;
    }

    /// <summary>Runs a block into a text instead of into the output.</summary>
    public Value Capture(Statement body)
    {
        OutputBuffer outer = Output;
        TemplateMode mode = outer.Mode == TemplateMode.Json ? TemplateMode.Text : outer.Mode;
        using var inner = new OutputBuffer(this, mode, Math.Min(Budget.OutputBytes, Budget.TextLength));
        Output = inner;
        try
        {
            body.Execute(this);
        }
        finally
        {
            Output = outer;
        }

        AllocateText(inner.Length);
        string text = inner.ToString();
        return mode == TemplateMode.Html ? Value.From(new SafeText(text, SafeFor.Html)) : Value.From(text);
    }

    private Value Finish(FunctionValue function, int from, List<NamedArgument>? named, in CallSite site)
    {
        Charge(4);
        Value result = function switch
        {
            BuiltinFunction builtin => CallBuiltin(builtin, from, named, site),
            UserFunction { Parameters: null } simple => CallSimple(simple, from, named, site),
            UserFunction parametric => CallParametric(parametric, from, named, site),
            BlockFunction block => CallBlock(block),
            _ => Value.Null,
        };
        Array.Clear(_stack, from, _stackTop - from);
        _stackTop = from;
        return result;
    }

    private Value CallBuiltin(BuiltinFunction function, int from, List<NamedArgument>? named, in CallSite site)
    {
        int given = _stackTop - from;
        int count = function.Parameters.Length;
        if (given > count && !function.IsVariadic)
        {
            throw TooMany(function.Name, given, count, site);
        }

        if (function.IsVariadic)
        {
            var rest = new ScribanArray();
            if (given >= count)
            {
                AllocateItems(given - count + 1);
                rest.AddRange(_stack.AsSpan(from + count - 1, given - count + 1));
            }

            while (_stackTop < from + count)
            {
                PushArgument(Value.Null);
            }

            _stack[from + count - 1] = Value.From(rest);
            _stackTop = from + count;
        }

        while (_stackTop < from + count)
        {
            PushArgument(Value.Null);
        }

        int known = given;
        foreach (NamedArgument argument in named ?? [])
        {
            int index = Array.IndexOf(function.Parameters, argument.Name);
            if (index < 0)
            {
                throw Fault(argument.Position, $"`{function.Name}` has no argument named `{argument.Name}`", Names.Nearest(argument.Name, function.Parameters));
            }

            if (function.IsVariadic && index == count - 1)
            {
                ((ScribanArray)_stack[from + index].AsHeap!).Add(argument.Value);
            }
            else
            {
                known += index >= given ? 1 : 0;
                _stack[from + index] = argument.Value;
            }
        }

        if (known < function.Required)
        {
            throw Fault(site.End, $"Invalid number of arguments `{known}` passed to `{function.Name}` while expecting `{function.Required}` arguments");
        }

        return function.Body(new Arguments(this, _stack.AsSpan(from, count), function, site));
    }

    private Value CallSimple(UserFunction function, int from, List<NamedArgument>? named, in CallSite site)
    {
        AllocateItems(_stackTop - from);
        var arguments = new ScribanArray(_stack.AsSpan(from, _stackTop - from));
        foreach (NamedArgument argument in named ?? [])
        {
            (arguments.Properties ??= new ScribanObject()).Set(argument.Name, argument.Value);
        }

        return RunFunction(function, arguments, site);
    }

    private Value CallParametric(UserFunction function, int from, List<NamedArgument>? named, in CallSite site)
    {
        Parameter[] parameters = function.Parameters!;
        var own = new ScribanObject();
        var all = new ScribanArray();
        int given = _stackTop - from;
        Allocate(200 + (48 * parameters.Length));
        int missing = 0;
        for (int i = 0; i < parameters.Length; i++)
        {
            Parameter parameter = parameters[i];
            Value value;
            if (parameter.IsVariadic)
            {
                var rest = new ScribanArray(i < given ? _stack.AsSpan(from + i, given - i) : default);
                foreach (NamedArgument argument in named ?? [])
                {
                    if (string.Equals(argument.Name, parameter.Name, StringComparison.Ordinal))
                    {
                        rest.Add(argument.Value);
                    }
                }

                value = Value.From(rest);
            }
            else if (TryNamed(named, parameter.Name, out value))
            {
                // A named argument wins over the one at its place, as in Scriban.
            }
            else if (i < given)
            {
                value = _stack[from + i];
            }
            else if (parameter.Default is not null)
            {
                value = parameter.Default.Evaluate(this);
            }
            else
            {
                missing++;
            }

            own.Set(parameter.Name, value);
            all.Add(value);
        }

        CheckParametric(function, parameters, named, given, missing, site);
        PushObject(own);
        Value result = RunFunction(function, all, site);
        PopScope();
        return result;
    }

    private void CheckParametric(UserFunction function, Parameter[] parameters, List<NamedArgument>? named, int given, int missing, in CallSite site)
    {
        string name = function.Name ?? "function";
        bool variadic = parameters.Length > 0 && parameters[^1].IsVariadic;
        if (given > parameters.Length && !variadic)
        {
            throw TooMany(name, given, parameters.Length, site);
        }

        foreach (NamedArgument argument in named ?? [])
        {
            if (!Array.Exists(parameters, p => string.Equals(p.Name, argument.Name, StringComparison.Ordinal)))
            {
                throw Fault(argument.Position, $"`{name}` has no argument named `{argument.Name}`", Names.Nearest(argument.Name, parameters.Select(p => p.Name)));
            }
        }

        if (missing > 0)
        {
            int required = parameters.Count(p => p.Default is null && !p.IsVariadic);
            throw Fault(site.End, $"Invalid number of arguments `{given}` passed to `{name}` while expecting `{required}` arguments");
        }
    }

    private Value RunFunction(UserFunction function, ScribanArray arguments, in CallSite site)
    {
        Enter(site.Position, function.Name ?? "function");
        Source callerSource = Source;
        LocalFrame callerLocals = Locals;
        Source = function.Source;
        Locals = new LocalFrame(arguments) { Block = site.Block };
        Value result;
        if (function.Result is not null)
        {
            result = function.Result.Evaluate(this);
        }
        else
        {
            // What a function prints goes to the output of its caller; what it returns is its value.
            string? indent = Output.Indent;
            function.Body!.Execute(this);
            Output.Indent = indent;
            result = Flow == Flow.Return ? ReturnValue : Value.Null;
            Flow = Flow.Next;
            if (result.IsNull && site.Stream)
            {
                result = Value.From(Printed);
            }
        }

        Locals = callerLocals;
        Source = callerSource;
        Position = site.Position;
        _callDepth--;
        return result;
    }

    /// <summary>Stands for "already in the output".</summary>
    public static HeapValue Printed { get; } = new SafeText("", SafeFor.Raw);

    private Value CallBlock(BlockFunction block)
    {
        Source caller = Source;
        Source = block.Source;
        block.Body.Execute(this);
        Source = caller;
        return Value.From(Printed);
    }

    /// <summary>Leaves what <see cref="Enter"/> entered.</summary>
    public void Leave() => _callDepth--;

    /// <summary>Counts one more call inside calls.</summary>
    public void Enter(int position, string name)
    {
        if (++_callDepth > Budget.RecursionDepth)
        {
            throw Exceeded(position, $"Exceeding number of recursive depth limit `{Budget.RecursionDepth}` for `{name}`");
        }

        EnsureStack();
        Charge(10);
    }

    private TemplateException TooMany(string name, int given, int expected, in CallSite site)
    {
        int extra = expected - site.Piped;
        int position = extra >= 0 && extra < site.Given.Length ? site.Given[extra].Position : site.Position;
        return Fault(position, $"Invalid number of arguments `{given}` passed to `{name}` while expecting `{expected}` arguments");
    }

    private static bool TryNamed(List<NamedArgument>? named, string name, out Value value)
    {
        value = default;
        bool found = false;
        foreach (NamedArgument argument in named ?? [])
        {
            if (string.Equals(argument.Name, name, StringComparison.Ordinal))
            {
                value = argument.Value;
                found = true;
            }
        }

        return found;
    }

    private void PushArgument(Value value)
    {
        if (_stackTop == _stack.Length)
        {
            AllocateItems(_stackTop * 2L);
            Array.Resize(ref _stack, Math.Max(8, _stackTop * 2));
        }

        _stack[_stackTop++] = value;
    }

    private readonly record struct NamedArgument(string Name, Value Value, int Position);
}
