using System.CommandLine;
using System.Text;
using WebhookBridge.Server.Api;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>check</c>: proves on a live or copied database that nothing was lost (design, invariants 1 to 3). Writes nothing.</summary>
internal static class CheckCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Option<bool> asJson = Options.Json();
        Command check = new("check", "Checks that every accepted event is accounted for. Reads only; a gateway may be running.") { asJson, Options.Data };
        check.SetAction(async (arguments, _) =>
        {
            CheckResult result = context.Read(arguments, directory => Check.Run(directory.DatabaseFile));
            await context.Output.WriteAsync(arguments.GetValue(asJson) ? Json(result) : Text(result));
            return result.Ok ? ExitCodes.Done : ExitCodes.Failed;
        });
        root.Add(check);
    }

    private static string Json(CheckResult result) => Encoding.UTF8.GetString(ApiAnswer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", result.Ok);
        json.WriteNumber("events", result.Events);
        json.WriteStartArray("routes");
        foreach (RouteCounts route in result.Routes)
        {
            json.WriteStartObject();
            json.WriteString("name", route.Name);
            json.WriteNumber("accepted", route.Accepted);
            json.WriteNumber("delivered", route.Delivered);
            json.WriteNumber("skipped", route.Skipped);
            json.WriteNumber("pending", route.Pending);
            json.WriteNumber("held", route.Held);
            json.WriteNumber("refused", route.Refused);
            json.WriteNumber("exhausted", route.Exhausted);
            json.WriteNumber("cancelled", route.Cancelled);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (CheckProblem problem in result.Problems)
        {
            json.WriteStartObject();
            json.WriteString("code", problem.Code);
            json.WriteString("table", problem.Table);
            json.WriteString("id", problem.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    })) + "\n";

    private static string Text(CheckResult result)
    {
        TextTable table = new("route", "accepted", "delivered", "skipped", "pending", "held", "refused", "exhausted", "cancelled");
        foreach (RouteCounts route in result.Routes)
        {
            table.Add(route.Name, Number(route.Accepted), Number(route.Delivered), Number(route.Skipped), Number(route.Pending), Number(route.Held), Number(route.Refused), Number(route.Exhausted), Number(route.Cancelled));
        }

        StringBuilder text = new();
        text.Append($"{result.Events} events\n");
        if (result.Routes.Count > 0)
        {
            text.Append(table.Write(Terminal.Colours));
        }

        foreach (CheckProblem problem in result.Problems)
        {
            text.Append(TextTable.Paint($"{problem.Code} in {problem.Table}: {problem.Id}", Tone.Bad, Terminal.Colours)).Append('\n');
        }

        return text.Append(result.Ok ? TextTable.Paint("Everything is accounted for.", Tone.Good, Terminal.Colours) : $"{result.Problems.Count} problems; docs/problems.md explains the codes.").Append('\n').ToString();
    }

    private static Cell Number(long count) => new(count.ToString(), count == 0 ? Tone.Quiet : Tone.Plain, Right: true);
}
