using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Rejected;
using WebhookBridge.Server.WebConsole.Routes;

namespace WebhookBridge.Server.WebConsole.Pages.Rejected;

/// <summary>What was refused, grouped by cause, and the signature doctor for the newest of each.</summary>
internal sealed class RejectedModel(Gateway gateway, RefusedRequests refused) : ConsolePage
{
    public static readonly IReadOnlyList<int> Spans = [1, 7, 30];

    private const int MostLines = 200;
    private const int MostCauses = 20;

    public int Days { get; private set; } = 1;

    public string? SourceName { get; private set; }

    public IReadOnlyList<string> SourceNames => [.. gateway.Configuration.All(ConfigurationKind.Source).Select(static i => i.Name)];

    public IReadOnlyList<(RefusedCause Cause, Fix Fix)> Causes { get; private set; } = [];

    public long Total => Causes.Sum(static c => c.Cause.Waiting + c.Cause.Accepted);

    public RefusedCause? Chosen { get; private set; }

    public Rejection? Refused { get; private set; }

    public Diagnosis? Diagnosis { get; private set; }

    public int? Accepted { get; private set; }

    public int Still { get; private set; }

    public string? Problem { get; private set; }

    public bool CanAccept => Chosen is { Waiting: > 0 } && Diagnosis is { CanAccept: true };

    /// <summary>Where a person mends what no button here can: the secret or the settings of the source. Null where nothing there would help.</summary>
    public string? MendAt => Chosen is { Waiting: > 0 } cause && !CanAccept && Diagnosis?.Cause is not null && gateway.Configuration.Find(ConfigurationKind.Source, cause.Source) is not null ? $"/sources/{cause.Source}#secrets-title" : null;

    public string Headline => Chosen is { Waiting: 0 } ? T["doctor.done"] : Diagnosis?.Cause is { } cause ? T.Find("doctor." + cause.Code) ?? T["doctor.found"] : T["doctor.nothing"];

    public string Advice => Chosen is { Waiting: 0 } ? T["doctor.doneText"]
        : (Diagnosis?.Cause ?? Diagnosis?.Findings[0]) is { } finding ? EngineWords.In(T, finding.Text.In(T.Language.Code)) : "";

    public IEnumerable<string> BodyLines => Encoding.UTF8.GetString(Refused!.Body.Span).ReplaceLineEndings("\n").Split('\n').Take(MostLines);

    public Task OnGetAsync(int days, string? source, string? id, int? accepted, int still)
    {
        (Accepted, Still) = (accepted, still);
        return LoadAsync(days, source, id);
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAcceptAsync(int days, string? source, string? id)
    {
        await LoadAsync(days, source, id);
        if (Chosen is null || !CanAccept)
        {
            Problem = T["item.stale"];
            return Page();
        }

        if (Diagnosis!.MendedSecrets is { } secrets && !await refused.MendAsync(Chosen.Source, secrets, Me.Email!))
        {
            Problem = T["item.stale"];
            return Page();
        }

        (int accepted, int still) = await refused.AcceptAsync(Chosen.Source, Chosen.Code, Me.Email!);
        return LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/rejected?days={Days}&id={Chosen.LatestId}&accepted={accepted}&still={still}"));
    }

    public string Sentence(string code) => T.Find("refused." + code) is { } text ? char.ToUpper(text[0], T.Language.Culture) + text[1..] : code;

    /// <summary>What a header may show: proofs are cut, they are as good as secrets where they are tokens.</summary>
    public static string Shown(KeyValuePair<string, string> header) =>
        header.Value.Length > 12 && (header.Key.Contains("sign", StringComparison.OrdinalIgnoreCase) || header.Key.Contains("token", StringComparison.OrdinalIgnoreCase)
            || header.Key.Contains("secret", StringComparison.OrdinalIgnoreCase) || header.Key.Contains("auth", StringComparison.OrdinalIgnoreCase) || header.Key.Contains("cookie", StringComparison.OrdinalIgnoreCase))
            ? $"{header.Value[..6]}…{header.Value[^4..]}"
            : header.Value;

    private async Task LoadAsync(int days, string? source, string? id)
    {
        Days = Spans.Contains(days) ? days : 1;
        SourceName = string.IsNullOrEmpty(source) ? null : source;
        IReadOnlyList<RefusedCause> causes = refused.Causes(T.Now.AddDays(-Days), SourceName);
        List<(RefusedCause, Fix)> told = [];
        foreach (RefusedCause cause in causes.Take(MostCauses))
        {
            Rejection? request = await refused.FindAsync(cause.LatestId);
            Diagnosis? diagnosis = request is null ? null : refused.Diagnose(request);
            told.Add((cause, FixOf(cause, diagnosis)));
            if (id is null ? Chosen is null : id == cause.LatestId)
            {
                (Chosen, Refused, Diagnosis) = (cause, request, diagnosis);
            }
        }

        Causes = told;
    }

    private static Fix FixOf(RefusedCause cause, Diagnosis? diagnosis) =>
        cause.Waiting == 0 ? new("delivered", "done")
        : diagnosis is null ? new("skipped", "nothing")
        : diagnosis.CanAccept ? new("live", "oneStep")
        : diagnosis.Cause is not null ? new("waiting", "known")
        : new("refused", "forged");

    /// <param name="State">A state of the state tag.</param>
    internal sealed record Fix(string State, string Key);
}
