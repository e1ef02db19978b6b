using System.Text;
using Acornima;
using Acornima.Ast;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Parses a rule, finds out which of the three forms it has, and refuses what cannot work in a judgement.</summary>
internal static class RuleReader
{
    /// <summary>A rule is a page, not a program: what is longer than this many characters was pasted by mistake.</summary>
    private const int MaxLength = 64 * 1024;

    private static readonly ParserOptions Options = new() { AllowReturnOutsideFunction = true };

    public static RuleCompilation Read(string source)
    {
        if (string.IsNullOrWhiteSpace(source))
        {
            return Refuse(source, "The rule is empty: write `true` to send every event, or remove the rule.", 1, 0);
        }

        if (source.Length > MaxLength)
        {
            return Refuse(source, $"The rule has {source.Length} characters; at most {MaxLength} are allowed.", 1, 0);
        }

        if (!TryParse(source, 0, out Script? script, out RuleError? error))
        {
            return ReadAnonymousFunction(source, error!);
        }

        return Statements(script!) switch
        {
            [] => Refuse(source, "The rule holds only comments: write `true` to send every event, or remove the rule.", 1, 0),
            [ExpressionStatement { Expression: IFunction function } statement] => Finish(source, RuleForm.Function, Text(source, statement), function, script!),
            [FunctionDeclaration function] => Finish(source, RuleForm.Function, Text(source, function), function, script!),
            [ExpressionStatement statement] => Finish(source, RuleForm.Expression, Text(source, statement), null, script!),
            _ => Finish(source, RuleForm.Statements, source, null, script!),
        };
    }

    /// <summary><c>function (event) { … }</c> without a name is an expression only: a statement must not begin like that.</summary>
    private static RuleCompilation ReadAnonymousFunction(string source, RuleError asStatements)
    {
        if (!TryParse($"(\n{source}\n)", 1, out Script? wrapped, out RuleError? asFunction, source))
        {
            // The attempt that came further understood more of what was meant.
            bool further = asFunction!.SourceLine.Length > 0 && (asFunction.Line, asFunction.Column).CompareTo((asStatements.Line, asStatements.Column)) > 0;
            return new RuleCompilation.Refused([further ? asFunction : asStatements]);
        }

        return Statements(wrapped!) is [ExpressionStatement { Expression: FunctionExpression function }]
            ? Finish(source, RuleForm.Function, source, function, wrapped!, 1)
            : new RuleCompilation.Refused([asStatements]);
    }

    private static List<Statement> Statements(Script script)
    {
        var statements = new List<Statement>();
        foreach (Statement statement in script.Body)
        {
            if (statement is not EmptyStatement)
            {
                statements.Add(statement);
            }
        }

        return statements;
    }

    /// <summary>The source up to the end of the statement, without its semicolon; what stands before keeps lines and columns as they are.</summary>
    private static string Text(string source, Statement statement)
    {
        int end = statement.Range.End;
        return source[..(source[end - 1] == ';' ? end - 1 : end)];
    }

    private static RuleCompilation Finish(string source, RuleForm form, string text, IFunction? function, Script script, int linesBefore = 0)
    {
        var survey = new RuleSurvey(source, linesBefore);
        survey.Read(script);
        if (function is { Generator: true })
        {
            survey.Refuse((Node)function, "A rule cannot be a generator: write `function` without `*`.");
        }

        if (survey.Errors.Count > 0)
        {
            return new RuleCompilation.Refused(survey.Errors);
        }

        List<int> arguments = Arguments(form, function, survey);
        string program = Program(form, text, arguments);
        return TryParse(program, 1, out _, out RuleError? error, source)
            ? new RuleCompilation.Ready(new Rule(source, form, program, arguments))
            : new RuleCompilation.Refused([error!]);
    }

    /// <summary>Only what the rule names is handed over: making an object for each of a dozen names would cost more than most rules.</summary>
    private static List<int> Arguments(RuleForm form, IFunction? function, RuleSurvey survey)
    {
        var arguments = new List<int>();
        for (int i = 0; i < RuleNames.All.Length; i++)
        {
            bool named = i != RuleNames.Context && survey.Names.Contains(RuleNames.All[i]);
            bool passed = form == RuleForm.Function && (i == RuleNames.Event || (i == RuleNames.Context && TakesContext(function!, survey)));
            if (named || passed)
            {
                arguments.Add(i);
            }
        }

        return arguments;
    }

    private static bool TakesContext(IFunction function, RuleSurvey survey)
    {
        if (function.Params.Count > 1 || survey.Names.Contains("arguments"))
        {
            return true;
        }

        foreach (Node parameter in function.Params)
        {
            if (parameter is RestElement)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rule's own function is made anew for each judgement, so that nothing it hangs on itself can outlive the event. Statements stand in a block of their own: <c>let payment</c> may shadow the name.</summary>
    private static string Program(RuleForm form, string text, List<int> arguments)
    {
        var program = new StringBuilder("(function(");
        for (int i = 0; i < arguments.Count; i++)
        {
            program.Append(i == 0 ? "" : ", ").Append(RuleNames.All[arguments[i]]);
        }

        (string open, string close) = form switch
        {
            RuleForm.Statements => ("{", "}"),
            RuleForm.Function => ("return (", arguments.Contains(RuleNames.Context) ? ")(event, ctx);" : ")(event);"),
            _ => ("return (", ");"),
        };
        string body = text.StartsWith("#!", StringComparison.Ordinal) ? $"//{text[2..]}" : text;
        return program.Append(") { ").Append(open).Append('\n').Append(body).Append('\n').Append(close).Append(" })").ToString();
    }

    private static bool TryParse(string text, int linesBefore, out Script? script, out RuleError? error, string? source = null)
    {
        error = null;
        script = null;
        try
        {
            script = new Parser(Options).ParseScript(text, null, strict: true);
            return true;
        }
        catch (ParseErrorException wrong)
        {
            error = At(source ?? text, Sentence(wrong.Description), wrong.LineNumber - linesBefore, wrong.Column);
            return false;
        }
    }

    private static string Sentence(string description)
    {
        string text = description.TrimEnd('.');
        return $"This is not JavaScript: {(text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text)}.";
    }

    private static RuleCompilation.Refused Refuse(string source, string message, int line, int column) => new([At(source, message, line, column)]);

    internal static RuleError At(string source, string message, int line, int column)
    {
        string[] lines = source.Split('\n');
        if (line > lines.Length)
        {
            // Behind the end: something is missing there.
            line = lines.Length;
            column = lines[^1].Length;
        }

        line = Math.Max(line, 1);
        string text = lines[line - 1].TrimEnd('\r');
        return new RuleError(message, line, Math.Clamp(column, 0, text.Length) + 1, text.Length > 500 ? text[..500] : text);
    }
}
