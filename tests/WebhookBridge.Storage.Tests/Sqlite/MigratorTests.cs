using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;
using WebhookBridge.Testing;

namespace WebhookBridge.Storage.Tests.Sqlite;

public sealed class MigratorTests : IDisposable
{
    private static readonly Migration Later = new(9001, "9001-later", "CREATE TABLE later (a INTEGER) STRICT");

    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();

    private string File => _folder.Of("webhookbridge.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Twice_ChangesNothingTheSecondTime()
    {
        Run(Migration.All);
        Run(Migration.All);
        Directory.GetFiles(_folder.Path, "*.bak").ShouldBeEmpty();
    }

    [Fact]
    public void Run_LaterStep_BacksUpBesideTheDatabaseFirst()
    {
        Run(Migration.All);
        Run([.. Migration.All, Later]);
        string backup = Directory.GetFiles(_folder.Path, "*.bak").ShouldHaveSingleItem();
        Path.GetFileName(backup).ShouldBe($"webhookbridge.db.schema{Migration.All.Count}-20260301-120000.bak");
        using SqliteConnection connection = new ConnectionFactory(backup).OpenReadOnly();
        Migrator.RequireKnown(connection);
    }

    [Fact]
    public void Run_NewerDatabase_IsRefusedInOneSentence()
    {
        Run([.. Migration.All, Later]);
        Should.Throw<DataDirectoryException>(() => Run(Migration.All)).Message.ShouldStartWith("The database is newer than this program: it has schema 9001");
    }

    [Fact]
    public void Run_StepThatIsNotOurs_IsRefused()
    {
        Run([.. Migration.All, Later]);
        Should.Throw<DataDirectoryException>(() => Run([.. Migration.All, Later with { Sql = "CREATE TABLE other (a INTEGER) STRICT" }])).Message.ShouldContain("9001-later");
    }

    [Fact]
    public void Run_StepThatFails_LeavesTheDatabaseAsItWas()
    {
        Run(Migration.All);
        Should.Throw<SqliteException>(() => Run([.. Migration.All, Later, new Migration(9002, "9002-broken", "CREATE TABLE x (a INTEGER) STRICT; CREATE TABLE x (a INTEGER) STRICT")]));
        Run(Migration.All);
    }

    [Fact]
    public void Schema_AndTheModelOfEf_AgreeOnTablesAndColumns()
    {
        Run(Migration.All);
        using StoreContext context = StoreContext.ForReading(new ConnectionFactory(File).OpenReader(), prepare: null);
        Dictionary<string, HashSet<string>> tables = Columns(context);
        var mapped = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (IEntityType entity in context.Model.GetEntityTypes().Where(static e => e.GetSqlQuery() is null))
        {
            HashSet<string> columns = mapped.TryGetValue(entity.GetTableName()!, out HashSet<string>? known) ? known : mapped[entity.GetTableName()!] = [];
            columns.UnionWith(entity.GetProperties().Select(static p => p.GetColumnName()));
            foreach (IProperty property in entity.GetProperties().Where(static p => !p.IsPrimaryKey()))
            {
                bool nullable = Nullable(context, entity.GetTableName()!, property.GetColumnName());
                (property.IsNullable || entity.ClrType == typeof(RenderedRow)).ShouldBe(nullable, $"{entity.GetTableName()}.{property.GetColumnName()}");
            }
        }

        foreach ((string table, HashSet<string> columns) in tables)
        {
            mapped.ShouldContainKey(table);
            mapped[table].ShouldBe(columns, ignoreOrder: true, table);
        }

        mapped.Keys.ShouldBe(tables.Keys, ignoreOrder: true);
    }

    /// <summary>Keys and the program's own notes are the hot path's alone.</summary>
    private static Dictionary<string, HashSet<string>> Columns(StoreContext context) => context.Database
        .SqlQuery<string>($"SELECT m.name || '.' || c.name AS Value FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT IN ('schema_migrations', 'process_state', 'dedupe_keys', 'dedupe_bodies') AND m.name NOT LIKE 'sqlite%'")
        .ToList()
        .GroupBy(static c => c.Split('.')[0], static c => c.Split('.')[1])
        .ToDictionary(static g => g.Key, static g => g.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    private static bool Nullable(StoreContext context, string table, string column) => context.Database
        .SqlQuery<long>($"SELECT \"notnull\" AS Value FROM pragma_table_info({table}) WHERE name = {column}")
        .Single() == 0;

    private void Run(IReadOnlyList<Migration> migrations) => new Migrator(new ConnectionFactory(File), migrations, _clock).Run();
}
