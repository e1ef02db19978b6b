using System.Net;
using System.Security.Cryptography;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Crm;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Connectors.Messaging;
using WebhookBridge.Connectors.RabbitMq;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Feed;
using WebhookBridge.Server.Hooks;
using WebhookBridge.Server.Registration;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Feed;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hosting;

/// <summary>What the parts of a gateway are told.</summary>
internal sealed record GatewayOptions
{
    public required string DataDirectory { get; init; }

    /// <summary>Value of <c>WEBHOOKBRIDGE_MASTER_KEY</c>.</summary>
    public string? MasterKey { get; init; }

    public bool AllowPrivate { get; init; }

    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    public Uri? EgressProxy { get; init; }

    /// <summary>Scheme and host as senders see them; null = not known.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Where the platforms' own APIs are; null = where they really are.</summary>
    public IReadOnlyDictionary<string, Uri>? PlatformAddresses { get; init; }

    public StoreLimits Limits { get; init; } = StoreLimits.Default;

    /// <summary>Calls of the API that one key may make in a minute; 0 = no limit.</summary>
    public int CallsPerMinute { get; init; } = RateLimits.DefaultCalls;
}

/// <summary>All parts of one gateway, put together by hand and in order: what a reader sees here is what runs.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    /// <summary>What running attempts are given at a stop; with the rest of the stop it stays below the contract's 10 s.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(6);

    private readonly DataDirectory _directory;
    private readonly List<IDisposable> _owned = [];
    private bool _pumpStarted;

    private Gateway(GatewayOptions options, DataDirectory directory, SqliteStore store, TimeProvider time, ILoggerFactory loggers)
    {
        _directory = directory;
        Store = store;
        Time = time;
        Ids = new IdSource(time);
        Gallery = EmbeddedFiles.Gallery(directory.DirectoryPath, loggers.CreateLogger<Gateway>());
        Inbox = store.Log.Inbox;
        Connectors = ConnectorCatalog.Load(BundledConnectors(Inbox, directory.DirectoryPath), Path.Combine(directory.DirectoryPath, "plugins"));
        Lists = new ValueLists(store.Lists, time);
        Configuration = Own(new GatewayConfiguration(store, Lists, Current, new SnapshotCompiler(ReadPlatforms(), name => Gallery.GetValueOrDefault(name)?.Template, time), Connectors, new RouteCompletion(Connectors, Gallery), loggers.CreateLogger<GatewayConfiguration>()));
        Keys = new ApiKeys(store, time);
        RateLimits = new RateLimits(options.CallsPerMinute, time);
        Users = new Users(store, time);
        Audit = new AuditLog(store, time);
        Retention = new RetentionSettings(store.Settings);
        Simulations = new SimulationTokens(time);

        Rules = Own(new RuleJudge(Environment.ProcessorCount));
        Holds = new DestinationHolds(store, time);
        DueClock clock = new(time);
        PublicUrl = options.PublicUrl;
        Egress = new EgressPolicy(options.AllowPrivate, options.AllowedNetworks, options.EgressProxy);
        Connect = new GuardedConnect(Egress);
        Memory = new ConnectorMemory(
            async (destination, name) => (await store.Config.LoadSealedAsync(ConfigStore.SessionKind(destination))).GetValueOrDefault(name)?.Reveal(),
            async (destination, name, value) => await store.Config.PutSealedAsync(ConfigStore.SessionKind(destination), name, value));
        LiveChoices = Own(new LiveChoices(Connectors, Connect, Memory, time));
        RouteRevisions revisions = new(Current, Configuration.LoadRevisionAsync);
        HeldJudge held = new(Current, time);
        Pump = new DeliveryPump(
            store.Queue,
            Current,
            new DestinationOpener(Connectors, Connect, time, Memory),
            new DeliveryAttempt(revisions.FindAsync, JudgeAsync, static (route, view, timeouts) => route.Shape.Reshape(view, timeouts), Ids, clock, time, () => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue, store.Queue.MarkSendingAsync),
            clock,
            time,
            Own(new DeliveryMetrics()),
            loggers.CreateLogger<DeliveryPump>(),
            new PumpOptions { JudgeHeld = held.Judge, InitialHolds = Holds.Load(), HoldChanged = Holds.KeepAsync, Completed = (delivery, completion) => Hooks!.Completed(delivery, completion) });
        Receive = new ReceiveWebhook(Current, store.Journal, Pump, Simulations, Own(new ReceiveMetrics()), Ids, time) { KeepLearnedSecret = LearnSecretAsync };
        Lists.Known = CheckoutsKnownAsync;
        Registrations = new Registrations(this, options.PlatformAddresses);
        Flat = new FlatEvents(this);
        Hooks = new RestHooks(this, Connect, loggers.CreateLogger<RestHooks>());
        Feed = Own(new FeedReader(store.OpenContext, FeedLimits.Default.AtOnce, time));
        Replays = new Replays(this, loggers.CreateLogger<Replays>());
    }

    public SqliteStore Store { get; }

    public TimeProvider Time { get; }

    public IdSource Ids { get; }

    /// <summary>The senders that are known now.</summary>
    public PlatformCatalog Platforms => Compiler.Platforms;

    public IReadOnlyDictionary<string, GalleryTemplate> Gallery { get; }

    public ConnectorCatalog Connectors { get; }

    public SnapshotCompiler Compiler => Configuration.Compiler;

    public CurrentConfiguration Current { get; } = new();

    public GatewayConfiguration Configuration { get; }

    public ValueLists Lists { get; }

    public InboxStore Inbox { get; }

    public ApiKeys Keys { get; }

    public RateLimits RateLimits { get; }

    public Users Users { get; }

    public AuditLog Audit { get; }

    public RetentionSettings Retention { get; }

    public SimulationTokens Simulations { get; }

    /// <summary>Which addresses destinations may have.</summary>
    public EgressPolicy Egress { get; }

    public RuleJudge Rules { get; }

    public DestinationHolds Holds { get; }

    /// <summary>What the destinations' sessions keep, sealed.</summary>
    public ConnectorMemory Memory { get; }

    /// <summary>Scheme and host as senders see them, where the server was told.</summary>
    public string? PublicUrl { get; }

    /// <summary>Where this process listens for senders; null while it does not.</summary>
    public OwnAddress? Listening { get; set; }

    /// <summary>Opens every outgoing socket.</summary>
    public GuardedConnect Connect { get; }

    public Registrations Registrations { get; }

    public DeliveryPump Pump { get; }

    /// <summary>What destinations offer for the fields of forms.</summary>
    public LiveChoices LiveChoices { get; }

    public ReceiveWebhook Receive { get; }

    /// <summary>Runs the queries of the OData feed.</summary>
    public FeedReader Feed { get; }

    public Replays Replays { get; }

    public FlatEvents Flat { get; }

    public RestHooks Hooks { get; }

    /// <summary>Reads the descriptions of senders as they lie in the program and in the data directory.</summary>
    public PlatformCatalog ReadPlatforms() => EmbeddedFiles.Platforms(_directory.DirectoryPath);

    /// <summary>The connectors that ship with the program: one list.</summary>
    public static IReadOnlyList<IConnector> BundledConnectors(IInbox inbox, string dataDirectory) =>
    [
        new HttpConnector(), .. HookPresets.Connectors, new RestHookConnector(),
        new HubSpotConnector(), new RdStationConnector(), new BrevoConnector(), new ActiveCampaignConnector(), new KlaviyoConnector(), new PipedriveConnector(),
        new EmailConnector(), new SlackConnector(), new WhatsAppConnector(), new TelegramConnector(),
        new FileConnector(Path.Combine(dataDirectory, "files")), new GoogleSheetsConnector(), new RabbitMqConnector(),
        new InboxConnector(inbox),
    ];

    /// <summary>Opens the data directory and loads what is set up. Nothing is received or delivered yet.</summary>
    /// <exception cref="DataDirectoryException">The directory or its database cannot be used.</exception>
    /// <exception cref="MasterKeyException">The master key cannot be used.</exception>
    public static async Task<Gateway> OpenAsync(GatewayOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        DataDirectory directory = DataDirectory.OpenLocked(options.DataDirectory);
        try
        {
            bool mayCreate = !File.Exists(directory.DatabaseFile);
            MasterKey key = MasterKey.LoadOrCreate(options.MasterKey, directory.MasterKeyFile, mayCreate);
            SqliteStore store = await SqliteStore.OpenAsync(directory, new SecretBox(key), options.Limits, time, loggers);
            try
            {
                Gateway gateway = new(options, directory, store, time, loggers);
                gateway.Configuration.Load();
                return gateway;
            }
            catch
            {
                await store.DisposeAsync();
                throw;
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Takes up the deliveries that wait.</summary>
    public async Task StartPumpAsync()
    {
        _pumpStarted = true;
        await Pump.StartAsync();
        await Replays.ResumeAsync();
        _ = Task.Run(WarmUpAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await Replays.DisposeAsync();
        await Pump.StopAsync(StopGrace);
        await Pump.DisposeAsync();
        await Hooks.DisposeAsync();
        await Store.DisposeAsync();
        foreach (IDisposable owned in Enumerable.Reverse(_owned))
        {
            owned.Dispose();
        }

        _directory.Dispose();
    }

    /// <summary>The first rule of a process costs a second, most of it compiling: better now than in front of the first event.</summary>
    private async Task WarmUpAsync()
    {
        if (Current.Value.Routes.Values.Any(route => route.Rule is not null) && Rule.Compile("event => event.a === undefined") is RuleCompilation.Ready ready)
        {
            GatewayEvent sample = LooseEvent.Read(Platforms.Get("generic")!, "{}"u8.ToArray(), Time.GetUtcNow());
            using EventView view = EventView.Open(sample, "warm-up", "dlv_00000000000000000000000000");
            for (int i = 0; i < 2 * Environment.ProcessorCount; i++)
            {
                await Rules.JudgeAsync(ready.Rule, view, RuleContext.Of(sample, ""));
            }
        }
    }

    private ValueTask<RuleVerdict> JudgeAsync(ActiveRoute route, EventView view, int timeouts) => route.Rule is { } rule
        ? Rules.JudgeAsync(rule, view, RuleContext.Of(view.Of, view.DeliveryId ?? "", timeouts))
        : new(RuleVerdict.Send.Instance);

    /// <summary>What waits for these values on routes that look into the list is judged again.</summary>
    private async Task CheckoutsKnownAsync(string list, IReadOnlyList<string> values)
    {
        if (!_pumpStarted)
        {
            return;
        }

        string[] routes = [.. Current.Value.Routes.Values
            .Where(route => route.Definition.When.CheckoutIds is CheckoutCondition.InList { HoldUnknown: not null } waits && waits.List == list)
            .Select(route => route.Name)];
        if (routes.Length > 0)
        {
            foreach (string value in values)
            {
                await Pump.CheckoutKnownAsync(routes, value);
            }
        }
    }

    private async ValueTask<LearnResult> LearnSecretAsync(ActiveSource source, SecretText key)
    {
        LearnResult learned = await Configuration.LearnSecretAsync(source, key);
        if (learned == LearnResult.Kept)
        {
            await Audit.RecordAsync("handshake", "secret.learned", "source/" + source.Name);
        }

        return learned;
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
