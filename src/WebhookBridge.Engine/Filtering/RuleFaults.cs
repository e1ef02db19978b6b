using System.Reflection;
using System.Text.RegularExpressions;
using Acornima;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Turns what an engine throws into a verdict, in words for the person who wrote the rule.</summary>
internal static partial class RuleFaults
{
    private const int MaxMessage = 300;

    /// <summary>Its type belongs to the parser's assembly, which the compiler cannot match with ours (see <see cref="RuleSandbox.Evaluate"/>).</summary>
    private static readonly PropertyInfo LocationOf = typeof(JavaScriptException).GetProperty("Location")!;

    /// <param name="limit">True when something was cut off half-way, so that the engine must not be used again.</param>
    public static RuleVerdict Explain(Exception wrong, Rule rule, RuleLimits limits, out bool limit)
    {
        limit = wrong is not JavaScriptException;
        return wrong switch
        {
            JavaScriptException thrown => Thrown(thrown, rule),
            RegexMatchTimeoutException => new RuleVerdict.TimedOut($"A regular expression took longer than {limits.RegexTime.TotalMilliseconds:0} ms on this event: write it so that it does not try the same text in several ways, such as `(a+)+`."),
            TimeoutException => new RuleVerdict.TimedOut("The rule took too long: it is tried again with more time, then refused."),
            StatementsCountOverflowException => Broke($"The rule ran more than {limits.Statements} statements: a loop does not end, or goes over too much."),
            MemoryLimitExceededException => Broke($"The rule needed more than {limits.MemoryBytes / 1024 / 1024.0:0.##} MB, or a list of more than {limits.ArrayLength} entries."),
            RecursionDepthOverflowException => Broke($"A function called itself more than {limits.Depth} times."),
            InsufficientExecutionStackException => Broke("The rule's functions or data are nested too deep."),
            _ => Broke($"The rule could not be run: {Clip(wrong.Message)}"),
        };
    }

    private static RuleVerdict.Failed Broke(string text) => new(text);

    private static RuleVerdict.Failed Thrown(JavaScriptException thrown, Rule rule)
    {
        string sentence = Sentence(thrown);
        (int line, int column) = Place(thrown);
        if (line < 1 || rule.LineAt(line).Length == 0)
        {
            // Thrown by the call of the rule's function: what its parameters ask for is not there.
            (line, column) = rule.Form == RuleForm.Function && TakenApart().IsMatch(thrown.Message) ? (1, 1) : (0, 0);
        }

        string source = line < 1 ? "" : rule.LineAt(line);
        return source.Length == 0
            ? new RuleVerdict.Failed(sentence)
            : new RuleVerdict.Failed($"{sentence} Line {line}, column {column}: {Clip(source.Trim())}", line, column);
    }

    /// <summary>Line and column, from 1, in the source, which begins on the program's second line. An error thrown inside a built-in function has no place; its stack names the caller's.</summary>
    private static (int Line, int Column) Place(JavaScriptException thrown)
    {
        Position at = ((SourceLocation)LocationOf.GetValue(thrown)!).Start;
        if (at.Line > 1)
        {
            return (at.Line - 1, at.Column + 1);
        }

        foreach (Match frame in StackPlace().Matches(thrown.JavaScriptStackTrace ?? "").Take(20))
        {
            if (int.TryParse(frame.Groups["line"].ValueSpan, out int line) && line > 1 && int.TryParse(frame.Groups["column"].ValueSpan, out int column))
            {
                return (line - 1, column);
            }
        }

        return (0, 0);
    }

    private static string Sentence(JavaScriptException thrown)
    {
        string message = thrown.Message;
        if (message.Length == 0 || thrown.Error is not Jint.Native.Error.ErrorInstance)
        {
            return thrown.Error is Jint.Native.Error.ErrorInstance ? "The rule threw an error." : $"The rule threw {(thrown.Error is JsString ? $"\"{Clip(message)}\"" : "something that is no error")}: only `throw new Error(…)` says where.";
        }

        if (ReadOfNothing().Match(message) is { Success: true } read)
        {
            return read.Groups["name"].Value is { Length: > 0 } name
                ? $"`{name}` was read from something that does not exist: use `?.`."
                : "Something was read from a value that does not exist: use `?.`.";
        }

        if (NotDefined().Match(message) is { Success: true } unknown)
        {
            return $"`{unknown.Groups["name"].Value}` is not a name that a rule knows. It knows: {string.Join(", ", RuleNames.All.Where(name => name is not ("ctx" or "BigInt")))}, skip.";
        }

        if (NotFunction().Match(message) is { Success: true } call)
        {
            return $"`{call.Groups["name"].Value}` is not a function here: a misspelt name, or a value of another kind. `?.()` calls it only when it exists.";
        }

        if (NotYet().Match(message) is { Success: true } early)
        {
            return $"`{early.Groups["name"].Value}` is used before it is declared.";
        }

        if (ReadOnly().Match(message) is { Success: true } shared)
        {
            return $"`{shared.Groups["name"].Value}` belongs to something that is frozen or that all rules share: it cannot be changed. Keep values in `let` and `const`.";
        }

        if (TakenApart().IsMatch(message))
        {
            return "A value that does not exist was taken apart: give it a default, such as `{ id } = {}`.";
        }

        return message switch
        {
            "Maximum call stack size exceeded" => "The rule's functions or data are nested too deep.",
            "Cannot convert undefined or null to object" => "Something that does not exist was used as an object: ask first, or give it a default with `?? {}` or `?? []`.",
            "Assignment to constant variable." => "A `const` was given a new value: declare it with `let`.",
            _ => $"The rule threw an error: {Clip(message).TrimEnd('.')}.",
        };
    }

    private static string Clip(string text) => text.Length > MaxMessage ? $"{text[..MaxMessage]}…" : text;

    [GeneratedRegex(@"^Cannot (?:read|set) propert(?:y|ies) (?:'(?<name>[^']*)' )?of (?:undefined|null)(?: \((?:reading|setting) '(?<name>[^']*)'\))?|^(?<name>[^ ]+) is (?:undefined|null)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReadOfNothing();

    [GeneratedRegex(@":(?<line>[0-9]+):(?<column>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StackPlace();

    [GeneratedRegex(@"^(?:Cannot access ')?(?<name>[^ ']+)'? (?:has not been initialized|before initialization)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotYet();

    [GeneratedRegex(@"^Cannot (?:assign to read only|add|delete|redefine) property:? '?(?<name>[^', ]+)'?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReadOnly();

    [GeneratedRegex(@"^(?:Destructed parameter is null or undefined|Cannot destructure )", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TakenApart();

    [GeneratedRegex(@"^(?<name>\S+) is not defined$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotDefined();

    [GeneratedRegex(@"^(?:Property ')?(?<name>[^' ]+)'?(?: of object)? is not a function", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotFunction();
}
