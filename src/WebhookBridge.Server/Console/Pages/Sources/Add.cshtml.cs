using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Sources;

namespace WebhookBridge.Server.WebConsole.Pages.Sources;

/// <summary>Choose who sends, paste the secret, copy the address.</summary>
[Needs(Role.Operator)]
internal sealed class AddSourceModel(Gateway gateway, ConsoleOptions options, ShownOnce shown) : ConsolePage
{
    private const string Everything = "all";

    public Platform? Chosen { get; private set; }

    public IReadOnlyList<Platform> Found { get; private set; } = [];

    public IReadOnlyList<string> Groups { get; private set; } = [];

    public string Group { get; private set; } = Everything;

    public string? Query { get; private set; }

    /// <summary>Platforms that match and are not drawn: those of which only the proof is known come on demand.</summary>
    public int More { get; private set; }

    public int Total => gateway.Platforms.All.Count;

    public string Origin => SourceAddress.Origin(Request, options, null);

    public bool Reachable => SourceAddress.IsReachable(Origin);

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Secret { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Scheme { get; set; }

    [BindProperty]
    public Dictionary<string, string?> Settings { get; set; } = [];

    public List<string> Problems { get; } = [];

    /// <summary>True where the address itself is the secret, and the gateway makes it.</summary>
    public bool MakesSecret => Chosen is not null && SourceAddress.IsPathSecret(Chosen, Scheme);

    public IReadOnlyList<string> Steps => Chosen?.SecretSteps.GetValueOrDefault(T.Language.Code) ?? Chosen?.SecretSteps.GetValueOrDefault("en") ?? [];

    public void OnGet(string? platform, string? q, string? group, bool everything)
    {
        Load(platform, q, group, everything);
        Name ??= FreeName();
    }

    public IActionResult OnGetTiles(string? platform, string? q, string? group)
    {
        Load(platform, q, group);
        return Partial("Sources/_Tiles", this);
    }

    public IActionResult OnGetSecret(string? platform)
    {
        Load(platform, null, null);
        return Chosen is null ? NotFound() : Partial("Sources/_SecretStep", this);
    }

    public IActionResult OnPostJudge(string? platform)
    {
        Load(platform, null, null);
        return Chosen is null ? NotFound() : Partial("Sources/_Judged", SecretJudge.Look(Chosen, Definition([]), Secret, T));
    }

    public async Task<IActionResult> OnPostAsync(string? platform)
    {
        Load(platform, null, null);
        if (Chosen is null)
        {
            return LocalRedirect("/sources/add");
        }

        Name = Name?.Trim() ?? "";
        if (!Names.IsValid(Name))
        {
            Problems.Add(T["name.wrong"]);
            return Page();
        }

        string secret = MakesSecret ? SourceAddress.NewSecret() : SecretJudge.Clean(Secret);
        SourceDefinition source = Definition(secret.Length > 0 ? [new SecretText(secret)] : []);
        switch (await gateway.Configuration.PutAsync(source, expected: 0, Me.Email!))
        {
            case ChangeResult.Invalid invalid:
                Problems.AddRange(invalid.Problems.Select(static p => $"{p.Message} {p.Fix}"));
                return Page();
            case ChangeResult.Stale:
                Problems.Add(T["name.taken", Name]);
                return Page();
            default:
                if (MakesSecret)
                {
                    shown.Keep(Me.SessionKey!, "source/" + Name, SourceAddress.Whole(Origin, source, Chosen));
                }

                return LocalRedirect($"/sources/{Name}?done=created");
        }
    }

    /// <summary>Two or three words about a platform.</summary>
    public string Describe(Platform platform)
    {
        IEnumerable<string> countries = platform.Countries.Select(c => T.Find("country." + c) ?? c).Take(2);
        return string.Join(", ", countries.Prepend(T.Find("category." + platform.Category) ?? platform.Category));
    }

    private void Load(string? platform, string? q, string? group, bool everything = false)
    {
        Chosen = platform is null ? null : gateway.Platforms.Get(platform);
        Scheme = Chosen is not null && Scheme is not null && Chosen.SchemeIds.Contains(Scheme) ? Scheme : Chosen is null ? null : Chosen.DefaultSchemes.Count > 0 ? Chosen.DefaultSchemes[0] : Chosen.SchemeIds[0];
        Groups = [Everything, .. new[] { "BR", "ZA" }.Where(c => gateway.Platforms.All.Any(p => p.Countries.Contains(c)))];
        Group = group is not null && Groups.Contains(group) ? group : Everything;
        Query = q?.Trim();
        Found = [.. gateway.Platforms.All.Where(p => (Group == Everything || p.Countries.Contains(Group))
            && (string.IsNullOrEmpty(Query) || p.DisplayName.Contains(Query, StringComparison.OrdinalIgnoreCase) || p.Name.Contains(Query, StringComparison.OrdinalIgnoreCase) || Describe(p).Contains(Query, StringComparison.OrdinalIgnoreCase)))];
        if (!everything && string.IsNullOrEmpty(Query) && Group == Everything)
        {
            int all = Found.Count;
            Found = [.. Found.Where(p => p.Complete || p == Chosen)];
            More = all - Found.Count;
        }
    }

    private SourceDefinition Definition(IReadOnlyList<SecretText> secrets)
    {
        Dictionary<string, JsonElement> settings = [];
        bool usual = Chosen!.DefaultSchemes is [var only] && only == Scheme;
        if (Chosen.SchemeIds.Count > 1 && !usual)
        {
            settings["scheme"] = JsonSerializer.SerializeToElement(Scheme);
        }

        foreach (PlatformSetting setting in Chosen.Settings)
        {
            if (Settings.GetValueOrDefault(setting.Name) is { } value && value != setting.Default)
            {
                settings[setting.Name] = JsonSerializer.SerializeToElement(value);
            }
        }

        return new() { Name = Name is { Length: > 0 } name ? name : Chosen.Name, Platform = Chosen.Name, Secrets = secrets, Settings = settings };
    }

    private string FreeName()
    {
        if (Chosen is null)
        {
            return "";
        }

        string name = Chosen.Name;
        for (int i = 2; gateway.Configuration.Find(ConfigurationKind.Source, name) is not null; i++)
        {
            name = $"{Chosen.Name}-{i}";
        }

        return name;
    }
}
