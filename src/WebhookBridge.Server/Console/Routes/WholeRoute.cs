using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>A form that is to be saved: the definition as it would be stored, or in words what is missing.</summary>
internal static class WholeRoute
{
    /// <returns>Null where something is not right; <paramref name="told"/> says what.</returns>
    public static RouteDefinition? Read(RouteForm draft, string reserved, Texts t, List<string> told)
    {
        List<ConfigurationProblem> problems = [];
        RouteDefinition written = draft.ToDefinition(t.Language, onlyWhole: false, [], problems);
        foreach (ConfigurationProblem problem in problems)
        {
            told.Add(problem.Message == "duration" ? t["route.durationWrong", problem.Fix] : t["route.growingWrong"]);
        }

        if (!Names.IsValid(written.Name) || written.Name == reserved)
        {
            told.Add(t["name.wrong"]);
        }

        if (written.Sources.Count == 0)
        {
            told.Add(t["route.noSource"]);
        }

        if (written.Destination.Length == 0)
        {
            told.Add(t["route.noDestination"]);
        }

        for (int i = 0; i < draft.Rows.Count; i++)
        {
            ConditionRow row = draft.Rows[i];
            if (row.IsGroup ? ConditionRows.EndOf(draft.Rows, i) == i + 1 : !row.IsWhole)
            {
                told.Add(row.IsGroup ? t["cond.emptyGroup"] : t["cond.noValue", FieldWords.Label(t, row.Field ?? "")]);
            }
        }

        if (told.Count > 0)
        {
            return null;
        }

        ConfigurationReading<object> reading = ConfigurationDocument.ReadItem(ConfigurationKind.Route, written.Name, ConfigurationWriter.WriteItem(written, secret: null), SecretSyntax.Plain);
        told.AddRange(Words(reading.Problems, t));
        return reading.Value as RouteDefinition;
    }

    /// <summary>Problems of the engine at the place of the form that they are about.</summary>
    public static IEnumerable<string> Words(IReadOnlyList<ConfigurationProblem> problems, Texts t)
    {
        foreach (ConfigurationProblem problem in problems)
        {
            string place = RouteDraft.PlaceOf(problem.Path.Replace("$.routes[0]", "$", StringComparison.Ordinal), new Dictionary<string, int>());
            yield return $"{t["route.place." + place.Split(':')[0]]}: {EngineWords.In(t, problem.Message)}";
        }
    }
}
