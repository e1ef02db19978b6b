using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Accounts;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Feed;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>The tables as EF Core sees them: all that people edit and query (design section 4). Reading contexts cannot write; writing ones come from the <see cref="WriteGate"/>.</summary>
public sealed class StoreContext : DbContext
{
    private readonly SqliteConnection? _owned;

    private StoreContext(DbContextOptions<StoreContext> options, SqliteConnection? owned)
        : base(options) => _owned = owned;

    public DbSet<EventRow> Events => Set<EventRow>();

    public DbSet<EventBodyRow> EventBodies => Set<EventBodyRow>();

    public DbSet<RouteSetRow> RouteSets => Set<RouteSetRow>();

    public DbSet<DeliveryRow> Deliveries => Set<DeliveryRow>();

    public DbSet<AttemptRow> Attempts => Set<AttemptRow>();

    public DbSet<RejectionRow> Rejections => Set<RejectionRow>();

    public DbSet<RejectionCountRow> RejectionCounts => Set<RejectionCountRow>();

    public DbSet<ReplayRow> Replays => Set<ReplayRow>();

    public DbSet<InboxRow> Inbox => Set<InboxRow>();

    public DbSet<DestinationHoldRow> DestinationHolds => Set<DestinationHoldRow>();

    public DbSet<AlertRow> Alerts => Set<AlertRow>();

    public DbSet<ConfigItemRow> ConfigItems => Set<ConfigItemRow>();

    public DbSet<ConfigRevisionRow> ConfigRevisions => Set<ConfigRevisionRow>();

    public DbSet<ConfigSecretRow> ConfigSecrets => Set<ConfigSecretRow>();

    public DbSet<SealedValueRow> SealedValues => Set<SealedValueRow>();

    public DbSet<SettingRow> Settings => Set<SettingRow>();

    public DbSet<ListItemRow> ListItems => Set<ListItemRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    public DbSet<UserRow> Users => Set<UserRow>();

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    public DbSet<SourceItem> SourceItems => Set<SourceItem>();

    public DbSet<DestinationItem> DestinationItems => Set<DestinationItem>();

    public DbSet<RouteItem> RouteItems => Set<RouteItem>();

    public override void Dispose()
    {
        base.Dispose();
        _owned?.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (_owned is not null)
        {
            await _owned.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Builds the model and the way of a first query, which costs a few hundred milliseconds once in a process. Reads and writes nothing.</summary>
    public static void WarmUp()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        using StoreContext context = ForReading(connection, prepare: null);
        _ = context.Events.Where(static e => e.Seq == 1).Select(static e => e.Id).ToQueryString();
    }

    /// <summary>Writes on the writer's own connection; the transaction is the gate's.</summary>
    internal static StoreContext ForGate(SqliteConnection connection)
    {
        var context = new StoreContext(Options(connection), owned: null);
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        _ = context.Database.GetDbConnection(); // registers EF's functions on it
        return context;
    }

    /// <summary>Reads on a connection that the context takes over.</summary>
    internal static StoreContext ForReading(SqliteConnection connection, Action<SqliteConnection>? prepare)
    {
        prepare?.Invoke(connection);
        var context = new StoreContext(Options(connection), owned: connection);
        context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return context;
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<EventRow>(e =>
        {
            e.ToTable("events").HasKey(static x => x.Seq);
            e.Property(static x => x.Id).IsRequired().HasConversion((ValueConverter)new IdConverter(IdSource.Event));
            e.Property(static x => x.BatchId).HasConversion((ValueConverter)new IdConverter(IdSource.Event));
            e.HasMany(static x => x.Deliveries).WithOne(static x => x.Event).HasForeignKey(static x => x.EventSeq);
        });
        modelBuilder.Entity<EventBodyRow>(static e => e.ToTable("event_bodies").HasKey(static x => x.EventSeq));
        modelBuilder.Entity<RouteSetRow>(static e =>
        {
            e.ToTable("route_sets").HasKey(static x => x.Seq);
            e.Property(static x => x.Id).IsRequired();
        });
        modelBuilder.Entity<DeliveryRow>(e =>
        {
            e.ToTable("deliveries").HasKey(static x => x.Seq);
            e.Property(static x => x.Id).IsRequired().HasConversion((ValueConverter)new IdConverter(IdSource.Delivery));
            e.Property(static x => x.ReplayOf).HasConversion((ValueConverter)new IdConverter(IdSource.Delivery));
            e.Property(static x => x.ReplayId).HasConversion((ValueConverter)new IdConverter(IdSource.Replay));
            e.HasOne(static x => x.Rendered).WithOne().HasForeignKey<RenderedRow>(static x => x.Seq);
            e.HasMany(static x => x.Attempts).WithOne(static x => x.Delivery).HasForeignKey(static x => x.DeliverySeq);
        });
        modelBuilder.Entity<RenderedRow>(static e => e.ToTable("deliveries").HasKey(static x => x.Seq));
        modelBuilder.Entity<AttemptRow>(e =>
        {
            e.ToTable("attempts").HasKey(static x => x.Seq);
            e.Property(static x => x.Id).IsRequired().HasConversion((ValueConverter)new IdConverter(IdSource.Attempt));
        });
        modelBuilder.Entity<RejectionRow>(e =>
        {
            e.ToTable("rejections").HasKey(static x => x.Seq);
            e.Property(static x => x.Id).IsRequired().HasConversion((ValueConverter)new IdConverter(IdSource.Rejection));
            e.Property(static x => x.AcceptedEvent).HasConversion((ValueConverter)new IdConverter(IdSource.Event));
        });
        modelBuilder.Entity<RejectionCountRow>(static e => e.ToTable("rejection_counts").HasKey(static x => new { x.Source, x.Code, x.Day }));
        modelBuilder.Entity<ReplayRow>(e =>
        {
            e.ToTable("replays").HasKey(static x => x.Seq);
            e.Property(static x => x.Id).IsRequired().HasConversion((ValueConverter)new IdConverter(IdSource.Replay));
        });
        modelBuilder.Entity<InboxRow>(static e => e.ToTable("inbox").HasKey(static x => x.Seq));
        modelBuilder.Entity<DestinationHoldRow>(static e => e.ToTable("destination_holds").HasKey(static x => x.Destination));
        modelBuilder.Entity<AlertRow>(static e => e.ToTable("alerts").HasKey(static x => x.Seq));
        modelBuilder.Entity<ConfigItemRow>(static e => e.ToTable("config_items").HasKey(static x => new { x.Kind, x.Name }));
        modelBuilder.Entity<ConfigRevisionRow>(static e => e.ToTable("config_revisions").HasKey(static x => new { x.Kind, x.Name, x.Revision }));
        modelBuilder.Entity<ConfigSecretRow>(static e => e.ToTable("config_secrets").HasKey(static x => new { x.Kind, x.Name, x.Field }));
        modelBuilder.Entity<SealedValueRow>(static e => e.ToTable("sealed_values").HasKey(static x => new { x.Kind, x.Name }));
        modelBuilder.Entity<SettingRow>(static e => e.ToTable("settings").HasKey(static x => x.Name));
        modelBuilder.Entity<ListItemRow>(static e => e.ToTable("list_items").HasKey(static x => new { x.List, x.Value }));
        modelBuilder.Entity<ApiKeyRow>(static e => e.ToTable("api_keys").HasKey(static x => x.Id));
        modelBuilder.Entity<UserRow>(static e => e.ToTable("users").HasKey(static x => x.Name));
        modelBuilder.Entity<SessionRow>(static e => e.ToTable("sessions").HasKey(static x => x.Key));
        modelBuilder.Entity<AuditRow>(static e => e.ToTable("audit").HasKey(static x => x.Seq));
        modelBuilder.Entity<IdempotencyRow>(static e => e.ToTable("idempotency_keys").HasKey(static x => new { x.Scope, x.Key }));

        modelBuilder.Entity<SourceItem>(static e => e.HasNoKey().ToSqlQuery(FeedStatements.Sources));
        modelBuilder.Entity<DestinationItem>(static e => e.HasNoKey().ToSqlQuery(FeedStatements.Destinations));
        modelBuilder.Entity<RouteItem>(static e => e.HasNoKey().ToSqlQuery(FeedStatements.Routes));
        FeedFunctions.Map(modelBuilder);

        foreach (IMutableEntityType entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (IMutableProperty property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.Name));
            }
        }
    }

    private static DbContextOptions<StoreContext> Options(SqliteConnection connection) =>
        new DbContextOptionsBuilder<StoreContext>().UseSqlite(connection).Options;

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>16 bytes in the table, prefix and ULID for everyone else. What is no id of this kind matches nothing.</summary>
    private sealed class IdConverter(string prefix) : ValueConverter<string, byte[]>(
        id => UlidBytes.FromOutside(prefix, id) ?? Array.Empty<byte>(),
        bytes => UlidBytes.ToText(prefix, bytes));
}
