using System.Diagnostics;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Events that would come to the same end for the same reason.</summary>
/// <param name="State"><c>sent</c>, <c>skipped</c>, <c>held</c> or <c>failed</c>.</param>
/// <param name="First">The newest of them, as a sample.</param>
internal sealed record TrialGroup(string State, string Why, int Count, GatewayEvent First, int? Line);

/// <summary>A route tried on the last events: nothing is sent.</summary>
internal sealed class RouteTrial
{
    /// <summary>A slow rule must not keep the page waiting; what was tried until then is told.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    public IReadOnlyList<TrialGroup> Groups { get; private init; } = [];

    public int Tried { get; private init; }

    public int Of { get; private init; }

    public DateTimeOffset? Since { get; private init; }

    public TimeSpan Took { get; private init; }

    /// <summary>How many the running revision would have sent; null where none runs.</summary>
    public int? RunningSent { get; private init; }

    public int Count(string state) => Groups.Where(g => g.State == state).Sum(static g => g.Count);

    public static async Task<RouteTrial> RunAsync(RouteDraft draft, RouteDraft? running, IReadOnlyList<ConditionRow> rows, IReadOnlyList<GatewayEvent> events, Texts texts)
    {
        long started = Stopwatch.GetTimestamp();
        Dictionary<(string, string), TrialGroup> groups = [];
        int tried = 0;
        int runningSent = 0;
        foreach (GatewayEvent of in events)
        {
            if (Stopwatch.GetElapsedTime(started) > MostTime)
            {
                break;
            }

            tried++;
            (string state, string why, int? line) = of.Unreadable is not null ? ("failed", texts["try.unreadable"], null) : Judge(await draft.TryAsync(of, whole: false), rows, of, texts);
            groups[(state, why)] = groups.TryGetValue((state, why), out TrialGroup? known) ? known with { Count = known.Count + 1 } : new(state, why, 1, of, line);
            runningSent += running is not null && of.Unreadable is null && Judge(await running.TryAsync(of, whole: false), [], of, texts).State == "sent" ? 1 : 0;
        }

        return new()
        {
            Groups = [.. groups.Values.OrderBy(static g => g.State == "sent" ? 0 : g.State == "failed" ? 2 : 1).ThenByDescending(static g => g.Count)],
            Tried = tried,
            Of = events.Count,
            Since = tried > 0 ? events[tried - 1].ReceivedAt : null,
            Took = Stopwatch.GetElapsedTime(started),
            RunningSent = running is null ? null : runningSent,
        };
    }

    private static (string State, string Why, int? Line) Judge(EventTrial trial, IReadOnlyList<ConditionRow> rows, GatewayEvent of, Texts texts) => trial switch
    {
        { Matches: false } => ("skipped", WhyNot(trial, rows, of, texts), null),
        { Rule: RuleVerdict.Skip skip } => ("skipped", string.IsNullOrWhiteSpace(skip.Reason) ? texts["try.rule"] : texts["try.ruleSaid", skip.Reason], null),
        { Rule: RuleVerdict.Failed failed } => ("failed", texts["try.ruleFailed", EngineWords.In(texts, failed.Text)], failed.Line),
        { Rule: RuleVerdict.TimedOut late } => ("failed", texts["try.ruleFailed", EngineWords.In(texts, late.Text)], null),
        { Shape: ReshapeResult.Failed failed } => ("failed", texts["try.templateFailed", EngineWords.In(texts, failed.Text)], failed.Line),
        { Shape: ReshapeResult.TimedOut late } => ("failed", texts["try.templateFailed", EngineWords.In(texts, late.Text)], null),
        { Rule: null } or { Shape: null } => ("failed", texts["try.notReady"], null),
        { Misfit: { } misfit } => ("failed", EngineWords.In(texts, misfit), null),
        { When.HoldFor: not null } => ("held", texts["try.held"], null),
        _ => ("sent", texts["try.sent"], null),
    };

    private static string WhyNot(EventTrial trial, IReadOnlyList<ConditionRow> rows, GatewayEvent of, Texts texts) => trial.When.Verdict switch
    {
        RouteVerdict.SkippedByKind => texts["try.kind", FieldWords.Kind(texts, of.Kind)],
        RouteVerdict.SkippedByType => texts["try.type", of.Type],
        RouteVerdict.SkippedByMode => texts[of.Test || of.Mode == "test" ? "try.modeTest" : "try.modeLive"],
        RouteVerdict.SkippedByCheckout => texts["try.checkout"],
        _ => trial.Checks.FirstOrDefault(c => !c.Holds && c.Row < rows.Count && rows[c.Row].Depth == 0) is { } failed ? texts["try.condition", FieldWords.Sentence(texts, rows[failed.Row])] : texts["try.conditions"],
    };
}
