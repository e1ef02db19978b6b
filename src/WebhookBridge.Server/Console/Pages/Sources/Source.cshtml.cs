using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Sources;

namespace WebhookBridge.Server.WebConsole.Pages.Sources;

/// <summary>One source: its address, what arrives, why nothing arrives, its secrets and settings.</summary>
internal sealed class SourceModel(Gateway gateway, ConsoleOptions options, ShownOnce shown) : ConsolePage
{
    private const int MostSecrets = 10;

    private static readonly string[] Known = ["created", "saved", "on", "off", "secretAdded", "secretRemoved", "test", "duplicate"];

    public SourceDefinition Source { get; private set; } = null!;

    public Platform? Platform { get; private set; }

    public int Revision { get; private set; }

    public DateTimeOffset ChangedAt { get; private set; }

    public string ChangedBy { get; private set; } = "";

    public string PlatformName => Platform?.DisplayName ?? Source.Platform;

    public string? Done { get; private set; }

    public List<string> Problems { get; } = [];

    public string? WholeAddress { get; private set; }

    public string Address => SourceAddress.Masked(Origin, Source, Platform);

    public bool AddressHasSecret => Platform is not null && SourceAddress.HasSecret(Source, Platform);

    public bool Reachable => SourceAddress.IsReachable(Origin);

    public bool MakesSecret => Platform is not null && SourceAddress.IsPathSecret(Platform, Scheme);

    public IReadOnlyList<string> Steps => Platform?.SecretSteps.GetValueOrDefault(T.Language.Code) ?? Platform?.SecretSteps.GetValueOrDefault("en") ?? [];

    public IReadOnlyList<string> Samples => [.. Platform?.Samples.Select(static s => s.Name) ?? []];

    public string? Sample { get; private set; }

    public IReadOnlyList<RecentEvent> Recent { get; private set; } = [];

    public SourceActivity Activity { get; private set; } = SourceActivity.None;

    public IReadOnlyList<Check> Checks { get; private set; } = [];

    public string? Scheme => Setting("scheme") is { Length: > 0 } set ? set : Platform is null ? null : UsualScheme(Platform);

    public string Rate => Source.RatePerSecond?.ToString(T.Language.Culture) ?? "";

    private string Origin => SourceAddress.Origin(Request, options, Source);

    public IActionResult OnGet(string name, string? done, string? sample)
    {
        if (!Load(name))
        {
            return NotFound();
        }

        Done = Known.Contains(done) ? done : null;
        Sample = sample;
        WholeAddress = shown.Take(Me.SessionKey!, "source/" + name);
        Look();
        return Page();
    }

    public IActionResult OnGetRecent(string name) => Load(name) ? Partial("Sources/_Recent", SourceLog.RecentOf(gateway.Store, name)) : NotFound();

    [Needs(Role.Operator)]
    public IActionResult OnPostJudge(string name, string? secret) =>
        Load(name) && Platform is not null ? Partial("Sources/_Judged", SecretJudge.Look(Platform, Source, secret, T)) : NotFound();

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostTestAsync(string name, string? sample)
    {
        if (!Load(name))
        {
            return NotFound();
        }

        Simulations simulations = new(gateway);
        try
        {
            SimulationResult.Request request = simulations.Make(name, sample ?? "", RandomNumberGenerator.GetInt32(int.MaxValue), wrongSignature: false);
            SimulatedAnswer answer = await simulations.SendAsync(name, request, HttpContext.RequestAborted);
            await gateway.Audit.RecordAsync(Me.Email!, "simulate", "source/" + name);
            if (answer.Status is >= 200 and < 300)
            {
                return LocalRedirect($"/sources/{name}?done=test&sample={Uri.EscapeDataString(sample ?? "")}#recent-title");
            }

            Problems.Add(T["source.testRefused", answer.Status]);
        }
        catch (ProblemException problem)
        {
            Problems.Add(problem.Message);
        }

        return Again();
    }

    [Needs(Role.Operator)]
    public Task<IActionResult> OnPostEnabledAsync(string name, int revision, bool on) =>
        ChangeAsync(name, revision, source => source with { Enabled = on }, on ? "on" : "off");

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAddSecretAsync(string name, int revision, string? secret)
    {
        if (!Load(name))
        {
            return NotFound();
        }

        string added = MakesSecret ? SourceAddress.NewSecret() : SecretJudge.Clean(secret);
        if (added.Length == 0 || Source.Secrets.Count >= MostSecrets)
        {
            Problems.Add(added.Length == 0 ? T["secret.empty"] : T["secret.tooMany", MostSecrets]);
            return Again();
        }

        IActionResult result = await ChangeAsync(name, revision, source => source with { Secrets = [.. source.Secrets, new SecretText(added)] }, "secretAdded");
        if (MakesSecret && Problems.Count == 0)
        {
            shown.Keep(Me.SessionKey!, "source/" + name, SourceAddress.Whole(Origin, Source with { Secrets = [new SecretText(added)] }, Platform!));
        }

        return result;
    }

    [Needs(Role.Operator)]
    public Task<IActionResult> OnPostRemoveSecretAsync(string name, int revision, int index) =>
        ChangeAsync(name, revision, source => source with { Secrets = [.. source.Secrets.Where((_, i) => i != index)] }, "secretRemoved");

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostSettingsAsync(string name, int revision, string? scheme, string? publicUrl, string? rate, Dictionary<string, string?> settings)
    {
        if (!Load(name))
        {
            return NotFound();
        }

        double? perSecond = null;
        if (!string.IsNullOrWhiteSpace(rate))
        {
            if (!double.TryParse(rate.Trim(), NumberStyles.AllowDecimalPoint, T.Language.Culture, out double read) || read is < 0.01 or > 1_000_000)
            {
                Problems.Add(T["source.rateWrong"]);
            }

            perSecond = read;
        }

        string? origin = string.IsNullOrWhiteSpace(publicUrl) ? null : ConfigurationDocument.TryOrigin(publicUrl.Trim());
        if (origin is null && !string.IsNullOrWhiteSpace(publicUrl))
        {
            Problems.Add(T["source.publicUrlWrong"]);
        }

        if (Problems.Count > 0)
        {
            return Again();
        }

        Dictionary<string, JsonElement> set = new(Source.Settings);
        Put(set, "scheme", Platform is { SchemeIds.Count: > 1 } && scheme != UsualScheme(Platform) ? scheme : null);
        foreach (PlatformSetting setting in Platform?.Settings ?? [])
        {
            Put(set, setting.Name, settings.GetValueOrDefault(setting.Name) is { } value && value != setting.Default ? value : null);
        }

        return await ChangeAsync(name, revision, source => source with { Settings = set, PublicUrl = origin, RatePerSecond = perSecond }, "saved");
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostDeleteAsync(string name, int revision)
    {
        if (!Load(name))
        {
            return NotFound();
        }

        switch (await gateway.Configuration.DeleteAsync(ConfigurationKind.Source, name, revision, Me.Email!))
        {
            case ChangeResult.InUse used:
                Problems.Add(T["source.inUse", string.Join(", ", used.Users)]);
                return Again();
            case ChangeResult.Stale:
                Problems.Add(T["item.stale"]);
                return Again();
            default:
                return LocalRedirect($"/sources?removed={name}");
        }
    }

    public string Setting(string name) =>
        Source.Settings.TryGetValue(name, out JsonElement value) ? value.ToString() : Platform?.Settings.FirstOrDefault(s => s.Name == name)?.Default ?? "";

    private static string UsualScheme(Platform platform) => platform.DefaultSchemes.Count > 0 ? platform.DefaultSchemes[0] : platform.SchemeIds[0];

    private static void Put(Dictionary<string, JsonElement> settings, string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            settings.Remove(name);
        }
        else
        {
            settings[name] = JsonSerializer.SerializeToElement(value);
        }
    }

    private async Task<IActionResult> ChangeAsync(string name, int revision, Func<SourceDefinition, SourceDefinition> change, string done)
    {
        if (!Load(name))
        {
            return NotFound();
        }

        switch (await gateway.Configuration.PutAsync(change(Source), revision, Me.Email!))
        {
            case ChangeResult.Invalid invalid:
                Problems.AddRange(invalid.Problems.Select(static p => $"{p.Message} {p.Fix}"));
                return Again();
            case ChangeResult.Stale:
                Problems.Add(T["item.stale"]);
                return Again();
            default:
                return LocalRedirect($"/sources/{name}?done={done}");
        }
    }

    private PageResult Again()
    {
        Look();
        return Page();
    }

    private bool Load(string name)
    {
        if (gateway.Configuration.Find(ConfigurationKind.Source, name) is not { Definition: SourceDefinition source } item)
        {
            return false;
        }

        (Source, Revision, ChangedAt, ChangedBy) = (source, item.Revision, item.ChangedAt, item.ChangedBy);
        Platform = gateway.Platforms.Get(source.Platform);
        return true;
    }

    private void Look()
    {
        Activity = SourceLog.Activity(gateway.Store, Source.Name, T.Now);
        Recent = SourceLog.RecentOf(gateway.Store, Source.Name);
        Checks = [.. ReadChecks()];
    }

    /// <summary>What the gateway can answer by itself when nothing arrives, in the order in which a request would fail.</summary>
    private List<Check> ReadChecks()
    {
        IReadOnlyList<RefusedGroup> refused = SourceLog.RefusedOf(gateway.Store, Source.Name, T.Now);
        SourceVerifier? verifier = Platform?.CreateVerifier(Source);
        string? last = refused.Count > 0 ? T.Find("refused." + refused[0].Code) ?? refused[0].Code : null;
        return
        [
            Source.Enabled ? new("ok", T["check.on"], T["check.on.ok"]) : new("no", T["check.on"], T["check.on.no"]),
            verifier is null ? new("no", T["check.secret"], T["check.platformGone", Source.Platform])
                : verifier.Problems.Count > 0 ? new("no", T["check.secret"], verifier.Problems[0].In(T.Language.Code))
                : new("ok", T["check.secret"], T["check.secret.ok"]),
            Reachable ? new("ok", T["check.address"], T["check.address.ok"]) : new("no", T["check.address"], T["check.address.no"]),
            refused.Count == 0 ? new("ok", T["check.refused"], T["check.refused.ok"])
                : new("no", T["check.refused"], T.Count("check.refused.no", refused.Sum(static r => r.Count), last), refused.Max(static r => r.Last), $"/rejected?source={Source.Name}"),
            Activity.Last is { } at ? new("ok", T["check.last"], T["check.last.ok"], at) : new("na", T["check.last"], T["check.last.no"]),
            new("na", T["check.theirs"], T["check.theirs.text", PlatformName]),
        ];
    }

    /// <param name="Mark"><c>ok</c>, <c>no</c> or <c>na</c> (nobody here can tell).</param>
    internal sealed record Check(string Mark, string What, string Said, DateTimeOffset? At = null, string? Link = null);
}
