using System.Text;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Tests.Config;

public sealed class ConfigStoreTests : IAsyncLifetime
{
    private static readonly Dictionary<string, SecretText?> NoSecrets = [];

    private StoreHarness _harness = null!;

    private ConfigStore Store => _harness.Store.Config;

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task SaveAsync_NewItem_ComesBackWithItsSecrets()
    {
        StoredItem saved = (await SaveAsync(Put("destination", "crm", "{}", ("url", "https://hook/1"), ("key", "k")))).ShouldHaveSingleItem();
        saved.Revision.ShouldBe(1);
        await _harness.RestartAsync();
        StoredItem loaded = Store.LoadAll().ShouldHaveSingleItem();
        loaded.Secrets.ToDictionary(static s => s.Key, static s => s.Value.Reveal()).ShouldBe(new Dictionary<string, string> { ["key"] = "k", ["url"] = "https://hook/1" }, ignoreOrder: true);
        (loaded.ChangedBy, loaded.ChangedAt).ShouldBe(("ana", _harness.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task SaveAsync_NullSecret_KeepsTheStoredOneAndLeavesOutWhatIsNotNamed()
    {
        await SaveAsync(Put("destination", "crm", "{}", ("url", "secret"), ("gone", "x")));
        await SaveAsync(Put("destination", "crm", "{\"a\":1}", ("url", null)));
        (await Store.LoadAsync("destination", "crm"))!.Secrets.ShouldHaveSingleItem().Value.Reveal().ShouldBe("secret");
    }

    [Fact]
    public async Task SaveAsync_SameAgain_KeepsTheRevision()
    {
        await SaveAsync(Put("route", "r", "{}", ("s", "1")));
        (await SaveAsync(Put("route", "r", "{}", ("s", "1"))))[0].Revision.ShouldBe(1);
        (await SaveAsync(Put("route", "r", "{}", ("s", "2"))))[0].Revision.ShouldBe(2);
    }

    [Fact]
    public async Task SaveAsync_StaleRevision_ChangesNothingAtAll()
    {
        await SaveAsync(Put("route", "r", "{}"));
        SaveResult result = await Store.SaveAsync([Put("route", "other", "{}"), Put("route", "r", "{\"a\":1}") with { ExpectedRevision = 7 }], "ana");
        result.ShouldBe(new SaveResult.Stale("route", "r", 1));
        Store.LoadAll().ShouldHaveSingleItem().Json.ShouldBe("{}");
        (await Store.SaveAsync([Put("route", "fresh", "{}") with { ExpectedRevision = 0 }], "ana")).ShouldBeOfType<SaveResult.Saved>();
    }

    [Fact]
    public async Task SaveAsync_DeletedAndMadeAnew_GoesOnCounting()
    {
        await SaveAsync(Put("route", "r", "{\"v\":1}", ("s", "1")));
        await Store.SaveAsync([new ConfigChange.Delete("route", "r")], "ana");
        (await Store.LoadAsync("route", "r")).ShouldBeNull();
        StoredItem again = (await SaveAsync(Put("route", "r", "{\"v\":3}")))[0];
        (again.Revision, again.Secrets.Count).ShouldBe((3, 0));
        (await Store.LoadRevisionAsync("route", "r", 1)).ShouldBe("{\"v\":1}");
        (await Store.LoadRevisionAsync("route", "r", 2)).ShouldBeNull();
        (await Store.RevisionsAsync("route", "r")).Select(static r => r.Revision).ShouldBe([3, 2, 1]);
    }

    [Fact]
    public async Task SaveAsync_EveryChange_IsAudited()
    {
        await SaveAsync(Put("route", "r", "{}"));
        await SaveAsync(Put("route", "r", "{\"a\":1}"));
        await Store.SaveAsync([new ConfigChange.Delete("route", "r")], "ben");
        await using StoreContext context = _harness.Store.OpenContext();
        context.Audit.OrderBy(static a => a.Seq).Select(static a => a.Actor + " " + a.Action + " " + a.Subject).ToList()
            .ShouldBe(["ana create route/r", "ana change route/r", "ben delete route/r"]);
    }

    [Fact]
    public async Task Secrets_InEveryFileOfTheDirectory_StandNowhereInTheOpen()
    {
        const string canary = "canary-7f3a-marker";
        await SaveAsync(Put("source", "yoco", "{}", ("secrets", canary)));
        await Store.PutSealedAsync("sign-in", "key-1", canary);
        _harness.Store.Journal.RecordRejection(Rejections.Of(_harness.Make.Ids, _harness.Clock.GetUtcNow(), header: canary, target: "/in/x/" + canary));
        await _harness.Store.Gate.RunAsync(static _ => 0);
        await _harness.StopAsync();
        byte[] marker = Encoding.UTF8.GetBytes(canary);
        foreach (string file in Directory.GetFiles(_harness.Path))
        {
            (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(marker).ShouldBe(-1, file);
        }

        await _harness.StartAsync();
        (await Store.LoadSealedAsync("sign-in"))["key-1"].Reveal().ShouldBe(canary);
    }

    [Fact]
    public async Task ResealAsync_NewMasterKey_OpensEverythingWithItAlone()
    {
        await SaveAsync(Put("source", "yoco", "{}", ("secrets", "s3cret")));
        await Store.PutSealedAsync("sign-in", "key-1", "xml");
        _harness.Store.Journal.RecordRejection(Rejections.Of(_harness.Make.Ids, _harness.Clock.GetUtcNow()));
        await _harness.Store.Gate.RunAsync(static _ => 0);
        MasterKey newKey = MasterKey.Generate();
        (await Store.ResealAsync(new SecretBox(newKey, _harness.Key))).ShouldBe(3);
        (await Store.ResealAsync(new SecretBox(newKey, _harness.Key))).ShouldBe(0);

        using DataDirectory directory = DataDirectory.OpenForReading(_harness.Path);
        var reader = new StoreReader(directory, new SecretBox(newKey), _harness.Clock);
        reader.Config.LoadAll().ShouldHaveSingleItem().Secrets["secrets"].Reveal().ShouldBe("s3cret");
        (await reader.Config.LoadSealedAsync("sign-in"))["key-1"].Reveal().ShouldBe("xml");
        await Should.ThrowAsync<InvalidOperationException>(() => reader.Config.SaveAsync([new ConfigChange.Delete("source", "yoco")], "ana"));
    }

    private async Task<IReadOnlyList<StoredItem>> SaveAsync(ConfigChange change) => (await Store.SaveAsync([change], "ana")).ShouldBeOfType<SaveResult.Saved>().Items;

    private static ConfigChange.Put Put(string kind, string name, string json, params (string Field, string? Value)[] secrets) =>
        new(kind, name, json, secrets.Length == 0 ? NoSecrets : secrets.ToDictionary(static s => s.Field, static s => s.Value is null ? null : new SecretText(s.Value)));
}

public sealed class ListStoreTests : IAsyncLifetime
{
    private StoreHarness _harness = null!;

    private ListStore Store => _harness.Store.Lists;

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task AddAsync_ManyValues_AreAllThereOnceAndOnlyInTheirList()
    {
        int many = 5_500;
        string[] values = [.. Enumerable.Range(0, many).Select(static i => "ch_" + i)];
        (await Store.AddAsync("shop-a", values, null)).ShouldBe(many);
        (await Store.AddAsync("shop-a", values, null)).ShouldBe(0);
        (await Store.CountAsync("shop-a")).ShouldBe(many);
        Store.LoadAll("shop-a").Count.ShouldBe(many);
        (await Store.ContainsAsync("shop-a", "ch_5499")).ShouldBeTrue();
        (await Store.ContainsAsync("shop-b", "ch_5499")).ShouldBeFalse();
        (await Store.RemoveAsync("shop-a", ["ch_0", "unknown"])).ShouldBe(1);
        (await Store.PageAsync("shop-a", "ch_1", 2)).Select(static i => i.Value).ShouldBe(["ch_10", "ch_100"]);
    }

    [Fact]
    public async Task ExpireAsync_ValueWithAnEnd_IsGoneThenAndItsListIsNamed()
    {
        await Store.AddAsync("shop-a", ["short"], TimeSpan.FromMinutes(1));
        await Store.AddAsync("shop-b", ["long"], TimeSpan.FromHours(1));
        await Store.AddAsync("shop-b", ["for-ever"], null);
        (await Store.ExpireAsync()).ShouldBeEmpty();
        _harness.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Store.ContainsAsync("shop-a", "short")).ShouldBeFalse();
        Store.LoadAll("shop-a").ShouldBeEmpty();
        (await Store.ExpireAsync()).ShouldBe(["shop-a"]);
        Store.LoadAll("shop-b").Select(static i => i.Value).ShouldBe(["for-ever", "long"], ignoreOrder: true);
    }

    [Fact]
    public async Task ReplaceAsync_OtherValues_LeavesExactlyThose()
    {
        await Store.AddAsync("shop-a", ["a", "b"], null);
        await Store.ReplaceAsync("shop-a", ["b", "c"]);
        Store.LoadAll("shop-a").Select(static i => i.Value).ShouldBe(["b", "c"], ignoreOrder: true);
        await Store.ClearAsync("shop-a");
        (await Store.CountAsync("shop-a")).ShouldBe(0);
    }
}
