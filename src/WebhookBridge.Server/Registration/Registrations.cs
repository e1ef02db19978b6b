using System.Text.Json;
using WebhookBridge.Connectors.Shared;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Sources;

namespace WebhookBridge.Server.Registration;

/// <summary>What a registration is to this gateway.</summary>
internal enum RegistrationState
{
    /// <summary>The one that the source's secret belongs to.</summary>
    Current,

    /// <summary>Points here in vain: replaced by the current one, or to a source that is not set up. Its deliveries are refused.</summary>
    Stale,

    /// <summary>Points to this source, but was not made by the gateway: whether its secret is set up is not known.</summary>
    Unknown,

    /// <summary>Points to another source of this gateway, or somewhere else.</summary>
    Other,
}

/// <summary>A registration and what it is to this gateway.</summary>
internal sealed record SourceRegistration(RemoteRegistration Remote, RegistrationState State);

/// <summary>Registers a source's address at its platform, stores the secret that is shown once, and clears away what is stale. The platform's API key is used for the call and kept nowhere.</summary>
internal sealed class Registrations(Gateway gateway, IReadOnlyDictionary<string, Uri>? addresses = null)
{
    private const string SealedKind = "registration";

    /// <summary>Where the platforms' APIs are.</summary>
    private static readonly Dictionary<string, Uri> Known = new(StringComparer.Ordinal)
    {
        ["yoco"] = new("https://payments.yoco.com"),
        ["altafinex"] = new("https://api.altafinex.com"),
        ["stripe"] = new("https://api.stripe.com"),
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Platforms whose API can be asked to send here.</summary>
    public static IEnumerable<string> Platforms => Known.Keys;

    /// <summary>Registers the source's address and stores the secret. Secrets that were there stay, unless <paramref name="replaceSecrets"/>.</summary>
    /// <param name="origin">Scheme and host as the platform sees the gateway; null = the source's or the server's own setting.</param>
    /// <param name="events">The sender's own names; empty = all that the platform's description knows.</param>
    public Task<SourceRegistration> RegisterAsync(string sourceName, string apiKey, string? origin, IReadOnlyList<string> events, bool replaceSecrets, string actor, CancellationToken aborted) =>
        AskAsync(sourceName, apiKey, async (item, source, platform, registrar, stop) =>
        {
            string url = Address(source, platform, origin);
            string[] wanted = events.Count > 0 ? [.. events] : [.. platform.Events.Select(known => known.Type).Where(type => !type.Contains('*', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];
            NewRegistration made = await registrar.RegisterAsync("webhookbridge-" + sourceName, url, wanted, stop);
            IEnumerable<SecretText> kept = source.Secrets.Where(secret => !replaceSecrets || IsPathSecret(secret));
            ChangeResult stored = await StoreAsync(source with { Secrets = [made.Secret, .. kept] }, item.Revision, actor, () => registrar.RemoveAsync(made.Remote.Id, stop));
            if (stored is not ChangeResult.Done)
            {
                throw stored is ChangeResult.Invalid invalid
                    ? ApiRequest.Invalid(Problems.InvalidConfiguration, invalid.Problems)
                    : new ProblemException(Problems.Stale, $"The source \"{sourceName}\" was changed in the meantime; the registration was taken back. Try again.");
            }

            await gateway.Store.Config.PutSealedAsync(SealedKind, sourceName, JsonSerializer.Serialize(new Remembered(made.Remote.Id, made.Remote.Url, platform.Name)));
            await gateway.Audit.RecordAsync(actor, "register", "source/" + sourceName, json => json.WriteString("registration", made.Remote.Id));
            return Shown(new SourceRegistration(made.Remote, RegistrationState.Current), source, Origin(source, origin) + "/in/");
        }, aborted);

    /// <summary>What is registered with this key; where the platform has no list, what the gateway itself has registered.</summary>
    public Task<IReadOnlyList<SourceRegistration>> ListAsync(string sourceName, string apiKey, string? origin, CancellationToken aborted) =>
        AskAsync<IReadOnlyList<SourceRegistration>>(sourceName, apiKey, async (_, source, platform, registrar, stop) =>
            await ListAsync(source, platform, registrar, origin, stop), aborted);

    /// <summary>Removes what is stale, and says which.</summary>
    public Task<IReadOnlyList<SourceRegistration>> PruneAsync(string sourceName, string apiKey, string? origin, string actor, CancellationToken aborted) =>
        AskAsync<IReadOnlyList<SourceRegistration>>(sourceName, apiKey, async (_, source, platform, registrar, stop) =>
        {
            SourceRegistration[] stale = [.. (await ListAsync(source, platform, registrar, origin, stop)).Where(one => one.State == RegistrationState.Stale)];
            foreach (SourceRegistration one in stale)
            {
                await RemoveAsync(source, platform, registrar, one.Remote.Id, actor, stop);
            }

            return stale;
        }, aborted);

    /// <summary>Removes one, whatever it is.</summary>
    public Task RemoveAsync(string sourceName, string apiKey, string id, string actor, CancellationToken aborted) =>
        AskAsync<object?>(sourceName, apiKey, async (_, source, platform, registrar, stop) =>
        {
            await RemoveAsync(source, platform, registrar, id, actor, stop);
            return null;
        }, aborted);

    private async Task<List<SourceRegistration>> ListAsync(SourceDefinition source, Platform platform, PlatformRegistrar registrar, string? origin, CancellationToken stop)
    {
        Remembered? current = await RememberedAsync(source, platform);
        if (await registrar.ListAsync(stop) is not { } all)
        {
            return current is null ? [] : [Shown(new(new RemoteRegistration(current.Id, current.Url, null, null, []), RegistrationState.Current), source, Origin(source, origin) + "/in/")];
        }

        string prefix = Origin(source, origin) + "/in/";
        return [.. all.Select(remote => Shown(new SourceRegistration(remote, StateOf(remote, source.Name, prefix, current)), source, prefix))];
    }

    /// <summary>Secrets in our own addresses are struck out; addresses elsewhere may be passwords as a whole.</summary>
    private static SourceRegistration Shown(SourceRegistration registration, SourceDefinition source, string prefix)
    {
        string url = registration.Remote.Url;
        return registration with
        {
            Remote = registration.Remote with
            {
                Url = !url.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? SecretNames.Shown(new(ConfigurationKind.Destination, "", "url", 0), new SecretText(url))
                    : registration.State is RegistrationState.Other or RegistrationState.Stale && url[prefix.Length..].Contains('/', StringComparison.Ordinal) ? url[..url.LastIndexOf('/')] + "/(secret)"
                    : new SecretScrubber(source.Secrets).Text(url),
            },
        };
    }

    private RegistrationState StateOf(RemoteRegistration remote, string source, string prefix, Remembered? current)
    {
        if (remote.Id == current?.Id)
        {
            return RegistrationState.Current;
        }

        if (!remote.Url.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return RegistrationState.Other;
        }

        string target = Uri.UnescapeDataString(remote.Url[prefix.Length..].Split('/', '?')[0]);
        return target == source
            ? current is null ? RegistrationState.Unknown : RegistrationState.Stale
            : gateway.Configuration.Find(ConfigurationKind.Source, target) is null ? RegistrationState.Stale : RegistrationState.Other;
    }

    private async Task RemoveAsync(SourceDefinition source, Platform platform, PlatformRegistrar registrar, string id, string actor, CancellationToken stop)
    {
        if (!await registrar.RemoveAsync(id, stop))
        {
            throw new ProblemException(Problems.NotPossible, $"{platform.DisplayName} documents no way to remove a registration by its API: remove it in its dashboard.");
        }

        if (await RememberedAsync(source, platform) is { } current && current.Id == id)
        {
            await gateway.Store.Config.PutSealedAsync(SealedKind, source.Name, "null");
        }

        await gateway.Audit.RecordAsync(actor, "unregister", "source/" + source.Name, json => json.WriteString("registration", id));
    }

    /// <summary>What the platform has shown once is stored, or the registration is taken back: one without its secret would only be refused.</summary>
    private async Task<ChangeResult> StoreAsync(SourceDefinition source, int revision, string actor, Func<Task> takeBack)
    {
        ChangeResult stored;
        try
        {
            stored = await gateway.Configuration.PutAsync(source, revision, actor);
        }
        catch
        {
            await takeBack();
            throw;
        }

        if (stored is not ChangeResult.Done)
        {
            await takeBack();
        }

        return stored;
    }

    private async Task<T> AskAsync<T>(string sourceName, string apiKey, Func<ConfiguredItem, SourceDefinition, Platform, PlatformRegistrar, CancellationToken, Task<T>> ask, CancellationToken aborted)
    {
        if (gateway.Configuration.Find(ConfigurationKind.Source, sourceName) is not { Definition: SourceDefinition source } item)
        {
            throw new ProblemException(Problems.NotFound, $"There is no source \"{sourceName}\".");
        }

        if (gateway.Platforms.Get(source.Platform) is not { } platform || !Known.ContainsKey(platform.Name))
        {
            throw new ProblemException(Problems.NotPossible, $"The platform \"{source.Platform}\" cannot be asked by its API; this works for {string.Join(", ", Known.Keys)}. Register the address in its dashboard.");
        }

        Redactor redactor = new([apiKey]);
        using ConnectorHost host = new("registration", 2, gateway.Connect, redactor, gateway.Time, ConnectorMemory.OfThisProcess());
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        limit.CancelAfter(Patience);
        try
        {
            return await ask(item, source, platform, Registrar(platform.Name, apiKey, host, redactor), limit.Token);
        }
        catch (RegistrationException e) when (!aborted.IsCancellationRequested)
        {
            throw new ProblemException(e.Status is >= 300 and < 500 and not 429 ? Problems.PlatformRefused : Problems.PlatformUnavailable, e.Message);
        }
    }

    private PlatformRegistrar Registrar(string platform, string apiKey, ConnectorHost host, Redactor redactor)
    {
        string address = (addresses ?? Known)[platform].ToString();
        KeyValuePair<string, string>[] headers = [ApiClient.Header("Authorization", "Bearer " + apiKey)];
        return platform switch
        {
            "yoco" => new YocoRegistrar(ApiClient.For<IYocoWebhooks>(host, address, headers), redactor),
            "altafinex" => new AltafinexRegistrar(ApiClient.For<IAltafinexWebhooks>(host, address, headers), redactor),
            _ => new StripeRegistrar(ApiClient.For<IStripeEndpoints>(host, address, headers), redactor),
        };
    }

    /// <summary>What the gateway registered last; nothing once the source has lost its secrets, for then nothing that it registered is of use.</summary>
    private async Task<Remembered?> RememberedAsync(SourceDefinition source, Platform platform) =>
        source.Secrets.Any(secret => !IsPathSecret(secret)) && (await gateway.Store.Config.LoadSealedAsync(SealedKind)).TryGetValue(source.Name, out SecretText? text)
        && JsonSerializer.Deserialize<Remembered>(text.Reveal()) is { } known && known.Platform == platform.Name ? known : null;

    private string Address(SourceDefinition source, Platform platform, string? origin)
    {
        string where = Origin(source, origin);
        return where.StartsWith("https://", StringComparison.Ordinal)
            ? SourceAddress.Whole(where, source, platform)
            : throw new ProblemException(Problems.NotPossible, $"{platform.DisplayName} sends to https only, and this gateway is known as {where}: give the public https address as \"publicUrl\" (on the command line --public-url).");
    }

    private string Origin(SourceDefinition source, string? origin) => origin ?? source.PublicUrl ?? gateway.PublicUrl
        ?? throw new ProblemException(Problems.NotPossible, "It is not known how the platform sees this gateway: set \"publicUrl\" on the source, or start the gateway with --public-url https://hooks.example.com.");

    private static bool IsPathSecret(SecretText secret) => secret.Reveal().StartsWith("path:", StringComparison.Ordinal);

    /// <summary>What the gateway knows of the registration that it made for a source.</summary>
    private sealed record Remembered(string Id, string Url, string Platform);
}
