using System.Diagnostics;
using System.Globalization;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Rules.Tests;

/// <summary>The process that the hostile suite runs in. For each rule one line: number, verdict, milliseconds, whether the next rule was unharmed, the peak memory so far; the parent watches whether it lives and how much memory it takes.</summary>
internal static class HostileChild
{
    /// <summary>A machine that is busy with something else makes every time longer; the best of so many counts.</summary>
    private const int Attempts = 12;

    public static int Run(string[] args)
    {
        if (args is not ["hostile"])
        {
            Console.Error.WriteLine("usage: hostile");
            return 2;
        }

        using var judge = new RuleJudge(threads: 2);
        GatewayEvent of = Sample.Event();
        using EventView view = EventView.Open(of, "paid", "dlv_01");
        var next = Sample.Rule("({ payload }) => payload.metadata?.checkoutId === 'ch_123' && Object.keys({}).length === 0 && String({}) === '[object Object]' && [...'ab'].length === 2 && !('polluted' in {})");
        // What the machine translates on first use shall not count as the rule's time.
        WarmUp(judge, view, of);
        string[] rules = Rules();
        for (int i = 0; i < rules.Length; i++)
        {
            bool deep = rules[i].StartsWith("deep ", StringComparison.Ordinal);
            string source = deep ? rules[i][5..] : rules[i];
            if (Rule.Compile(source) is not RuleCompilation.Ready)
            {
                Report(i, "refused", 0, true);
                continue;
            }

            Judge(judge, view, of, next, i, source, timeOuts: 0);
            if (deep)
            {
                Judge(judge, view, of, next, i, source, timeOuts: 3);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024}"));
        return 0;
    }

    public static string[] Rules() => [.. Resource.Lines("hostile.txt").Where(line => line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))];

    private static void Judge(RuleJudge judge, EventView view, GatewayEvent of, Rule next, int number, string source, int timeOuts)
    {
        double allowed = 2 * RuleLimits.Default.Time.TotalMilliseconds * Math.Pow(4, timeOuts);
        double best = double.MaxValue;
        string verdict = "";
        bool unharmed = true;
        for (int attempt = 0; attempt < Attempts && best > allowed; attempt++)
        {
            Rule rule = Sample.Rule(source); // a new one: a rule that is lost in a built-in function is not judged again
            // What the machine now takes for a rule that does next to nothing is not the hostile rule's time.
            long idle = Stopwatch.GetTimestamp();
            judge.Judge(next, view, RuleContext.Of(of, "dlv_02", timeOuts: 3));
            long start = Stopwatch.GetTimestamp();
            RuleVerdict answer = judge.Judge(rule, view, RuleContext.Of(of, "dlv_01", timeOuts));
            double took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            best = Math.Min(best, took - Stopwatch.GetElapsedTime(idle, start).TotalMilliseconds);
            verdict = answer.GetType().Name;
            unharmed &= judge.Judge(next, view, RuleContext.Of(of, "dlv_02", timeOuts: 3)) is RuleVerdict.Send;
        }

        Report(number, verdict, best, unharmed);
    }

    private static void WarmUp(RuleJudge judge, EventView view, GatewayEvent of)
    {
        foreach (string source in Rules().Take(70).Append("/a+/.test('aa') && JSON.stringify(event).length > 1"))
        {
            if (Rule.Compile(source.StartsWith("deep ", StringComparison.Ordinal) ? source[5..] : source) is RuleCompilation.Ready ready)
            {
                judge.Judge(ready.Rule, view, RuleContext.Of(of, "dlv_00"));
            }
        }
    }

    private static void Report(int number, string verdict, double milliseconds, bool unharmed)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number}\t{verdict}\t{milliseconds:0.0}\t{(unharmed ? "unharmed" : "harmed")}\t{Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024}"));
        Console.Out.Flush();
    }
}
