using System.CommandLine;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>judge</c>: a rule over one event.</summary>
internal static class JudgeCommand
{
    private const string DefaultPlatform = "generic";
    private const int MoreTries = 3;

    public static void AddTo(RootCommand root, CommandContext context)
    {
        Option<string> rule = new("--rule") { Description = "The rule (JavaScript).", HelpName = "FILE", Required = true };
        Option<string> @event = new("--event") { Description = "The event's body, as the platform sends it.", HelpName = "FILE.json", Required = true };
        Option<string> platform = new("--platform") { Description = "How the body is read into payment, customer and the other names.", HelpName = "NAME", DefaultValueFactory = _ => DefaultPlatform };
        Command judge = new("judge", "Judges an event by a rule and prints `send` or `skip: reason`.") { rule, @event, platform };
        judge.SetAction((arguments, _) => RunAsync(context, arguments.GetValue(rule)!, arguments.GetValue(@event)!, arguments.GetValue(platform)!));
        root.Add(judge);
    }

    private static async Task<int> RunAsync(CommandContext context, string ruleFile, string eventFile, string platformName)
    {
        PlatformCatalog platforms = EmbeddedFiles.Platforms(null);
        if (platforms.Get(platformName) is not { } platform)
        {
            throw new CommandException($"There is no platform \"{platformName}\". {Names.Suggest(platformName, platforms.All.Select(known => known.Name), "Leave --platform out.")}");
        }

        Rule rule = Rule.Compile(Encoding.UTF8.GetString(CommandContext.ReadFile(ruleFile))) switch
        {
            RuleCompilation.Ready ready => ready.Rule,
            RuleCompilation.Refused refused => throw new CommandException(string.Join('\n', refused.Errors.Select(error => Where(ruleFile, error.Line, error.Column, error.Message)))),
            _ => throw new InvalidOperationException("an unknown result of reading a rule"),
        };
        GatewayEvent read = LooseEvent.Read(platform, CommandContext.ReadFile(eventFile), context.Time.GetUtcNow());
        using RuleJudge judge = new(threads: 1);
        using EventView view = EventView.Open(read, "judge", "dlv_00000000000000000000000000");
        // The first judgement of a process pays for compiling the language itself: that is not the rule's time.
        Judge(judge, "true", view);
        RuleVerdict verdict = Judge(judge, rule.Source, view);
        switch (verdict)
        {
            case RuleVerdict.Send:
                await context.Output.WriteLineAsync("send");
                return ExitCodes.Done;
            case RuleVerdict.Skip skip:
                await context.Output.WriteLineAsync(skip.Reason is { Length: > 0 } reason ? $"skip: {reason}" : "skip: the rule said no");
                return ExitCodes.Done;
            case RuleVerdict.Failed failed:
                throw new CommandException(Where(ruleFile, failed.Line ?? 1, failed.Column ?? 1, failed.Text));
            case RuleVerdict.TimedOut late:
                throw new CommandException(Where(ruleFile, 1, 1, late.Text));
            default:
                throw new InvalidOperationException("an unknown verdict");
        }
    }

    /// <summary>As a gateway does it: a rule that runs out of time is judged again with more of it.</summary>
    private static RuleVerdict Judge(RuleJudge judge, string source, EventView view)
    {
        RuleVerdict verdict;
        int timeOuts = 0;
        do
        {
            // Read anew each time: one that was given up is not judged again before it has come back.
            Rule rule = ((RuleCompilation.Ready)Rule.Compile(source)).Rule;
            verdict = judge.Judge(rule, view, RuleContext.Of(view.Of, "dlv_00000000000000000000000000", timeOuts));
        }
        while (verdict is RuleVerdict.TimedOut && ++timeOuts <= MoreTries);
        return verdict;
    }

    private static string Where(string file, int line, int column, string message) => $"{file}: line {line}, column {column}: {message}";
}
