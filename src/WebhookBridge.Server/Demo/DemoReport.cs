using System.Globalization;
using System.Text;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.CommandLine;

namespace WebhookBridge.Server.Demo;

/// <summary>The demo's table, and the same as JSON.</summary>
internal static class DemoReport
{
    public static string Text(IReadOnlyList<DemoOutcome> outcomes, bool colours)
    {
        TextTable table = new("", "What came in", "Platform", "Answer", "What became of it", "Tries", "Time");
        foreach (DemoOutcome outcome in outcomes)
        {
            table.Add(
                outcome.AsExpected ? new Cell("✓", Tone.Good) : new Cell("✗", Tone.Bad),
                outcome.Step.What,
                outcome.Step.Platform,
                new Cell(outcome.Status.ToString(CultureInfo.InvariantCulture), outcome.Status == 200 ? Tone.Good : Tone.Warning),
                Became(outcome),
                new Cell(outcome.Attempts > 0 ? outcome.Attempts.ToString(CultureInfo.InvariantCulture) : "–", outcome.Attempts > 1 ? Tone.Warning : Tone.Plain, Right: true),
                new Cell(Time(outcome.Took), Tone.Quiet, Right: true));
        }

        int wrong = outcomes.Count(outcome => !outcome.AsExpected);
        string last = wrong == 0
            ? TextTable.Paint("Every outcome is the expected one.", Tone.Good, colours)
            : TextTable.Paint($"{wrong} of {outcomes.Count} outcomes are not the expected ones.", Tone.Bad, colours);
        return $"\n{table.Write(colours)}{last}\n";
    }

    public static string Json(IReadOnlyList<DemoOutcome> outcomes, string url) => Encoding.UTF8.GetString(ApiAnswer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", outcomes.All(outcome => outcome.AsExpected));
        json.WriteString("url", url);
        json.WriteStartArray("outcomes");
        foreach (DemoOutcome outcome in outcomes)
        {
            json.WriteStartObject();
            json.WriteString("what", outcome.Step.What);
            json.WriteString("platform", outcome.Step.Platform);
            json.WriteString("source", outcome.Step.Source);
            json.WriteNumber("status", outcome.Status);
            json.WriteString("eventId", outcome.EventId);
            json.WriteString("verdict", outcome.Verdict);
            json.WriteString("reason", outcome.Reason);
            json.WriteNumber("attempts", outcome.Attempts);
            json.WriteNumber("ms", Math.Round(outcome.Took.TotalMilliseconds, 1));
            json.WriteBoolean("asExpected", outcome.AsExpected);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    })) + "\n";

    public static string WhatNext(string url, string key) => $"""

        The gateway goes on serving at {url} (Ctrl+C ends it and removes its data).
          What was delivered:  curl -H "Authorization: Bearer {key}" {url}/api/v1/destinations/inbox/inbox
          What was received:   curl -H "Authorization: Bearer {key}" {url}/api/v1/events

        """;

    private static Cell Became(DemoOutcome outcome) => outcome.Verdict switch
    {
        "delivered" => new($"delivered {outcome.Reason}", Tone.Good),
        "duplicate" => new("known already: nothing is sent twice", Tone.Quiet),
        "rejected" => new("refused: not genuine, kept to look at", Tone.Warning),
        "skipped" => new($"kept, sent nowhere: {(outcome.Reason == "checkout" ? "not my checkout" : outcome.Reason)}", Tone.Quiet),
        _ => new($"{outcome.Verdict} {outcome.Reason}".Trim(), Tone.Bad),
    };

    private static string Time(TimeSpan took) => took.TotalSeconds >= 1
        ? took.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s"
        : Math.Max(1, Math.Round(took.TotalMilliseconds)).ToString("0", CultureInfo.InvariantCulture) + " ms";
}

/// <summary>One line on a terminal that shows how far the demo is; nothing where nobody looks.</summary>
internal sealed class DemoProgress(TextWriter errors, bool quiet) : IDisposable
{
    private const int BarWidth = 24;

    private readonly bool _shown = !quiet && !Console.IsErrorRedirected;

    public void Report(int done, int total, string what)
    {
        if (_shown)
        {
            int filled = BarWidth * done / total;
            errors.Write($"\r\e[2K{new string('█', filled)}{new string('░', BarWidth - filled)}  {(done * 2 < total ? "sending" : "waiting for")}: {what}");
            errors.Flush();
        }
    }

    public void Dispose()
    {
        if (_shown)
        {
            errors.Write("\r\e[2K");
            errors.Flush();
        }
    }
}
