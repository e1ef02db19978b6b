using System.Reflection;
using System.Text;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Connectors;

public sealed class CatalogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bundled_Descriptions_Complete()
    {
        foreach (IConnector connector in new IConnector[] { new HttpConnector(), HookPresets.Connector("zapier"), HookPresets.Connector("make"), new InboxConnector(new MemoryInbox()) })
        {
            DescriptionCheck.Problems(connector.Describe()).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Load_GoodPlugin_InItsOwnContextSharingTheSdk()
    {
        Plugin("http", """{ "id": "http", "assembly": "WebhookBridge.Connectors.Http.dll", "type": "WebhookBridge.Connectors.Http.HttpConnector", "sdk": "0.1" }""", typeof(HttpConnector).Assembly.Location);
        ConnectorCatalog catalog = ConnectorCatalog.Load([HookPresets.Connector("zapier")], _folder.Path);
        CatalogEntry.Ready ready = catalog.FindReady("http").ShouldNotBeNull();
        ready.Origin.ShouldBe(_folder.Of("http"));
        ready.Connector.GetType().ShouldNotBe(typeof(HttpConnector));
        ready.Connector.Open(new ConnectorSettings(new Dictionary<string, System.Text.Json.JsonElement>(), new Dictionary<string, string> { ["url"] = "https://hooks.zapier.com/hooks/catch/1/a" }), new FakeHost(null!)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("a", "no manifest at all", "FileNotFoundException")]
    [InlineData("b", "{", "JsonReaderException")]
    [InlineData("c", """{ "id": "other", "assembly": "x.dll", "type": "X", "sdk": "0.1" }""", "names the id 'other'")]
    [InlineData("d", """{ "id": "d", "assembly": "x.dll", "type": "X", "sdk": "9.0" }""", "built for version 9")]
    [InlineData("e", """{ "id": "e", "assembly": "../../x.dll", "type": "X", "sdk": "0.1" }""", "not in its folder")]
    [InlineData("f", """{ "id": "f", "assembly": "WebhookBridge.Connectors.Http.dll", "type": "Nothing.Here", "sdk": "0.1" }""", "missing or is no IConnector")]
    [InlineData("g", """{ "id": "g", "assembly": "plugin.json", "type": "X", "sdk": "0.1" }""", "BadImageFormatException")]
    [InlineData("h", """{ "id": "h", "assembly": "x.dll", "type": "X", "sdk": "0.1", "run": "rm" }""", "unknown members: run")]
    [InlineData("zap", """{ "id": "zap", "assembly": "WebhookBridge.Connectors.Http.dll", "type": "WebhookBridge.Connectors.Http.HttpConnector", "sdk": "0.1" }""", "describes itself as 'http'")]
    public void Load_BadPlugin_QuarantinedAndTheRestLoads(string id, string manifest, string reason)
    {
        Plugin(id, manifest.StartsWith('{') ? manifest : null, HookPresets.Connector("zapier").GetType().Assembly.Location);
        ConnectorCatalog catalog = ConnectorCatalog.Load([new HttpConnector()], _folder.Path);
        catalog.FindReady("http").ShouldNotBeNull();
        catalog.FindReady(id).ShouldBeNull();
        catalog.Find(id).ShouldBeOfType<CatalogEntry.Quarantined>().Reason.ShouldContain(reason);
    }

    [Fact]
    public void Load_PluginWithABundledId_BundledWins()
    {
        Plugin("http", """{ "id": "http", "assembly": "WebhookBridge.Connectors.Http.dll", "type": "WebhookBridge.Connectors.Http.HttpConnector", "sdk": "0.1" }""", typeof(HttpConnector).Assembly.Location);
        ConnectorCatalog catalog = ConnectorCatalog.Load([new HttpConnector()], _folder.Path);
        catalog.FindReady("http")!.Origin.ShouldBe("bundled");
        catalog.Entries.OfType<CatalogEntry.Quarantined>().ShouldHaveSingleItem().Reason.ShouldContain("another connector");
    }

    [Fact]
    public void Sdk_PublicSurface_AsApproved()
    {
        string approved = RepositoryRoot.Of("tests", "WebhookBridge.Engine.Tests", "Connectors", "sdk-surface.approved.txt");
        string now = Surface(typeof(IConnector).Assembly);
        if (!File.Exists(approved) || File.ReadAllText(approved) != now)
        {
            string received = approved.Replace(".approved.", ".received.", StringComparison.Ordinal);
            File.WriteAllText(received, now);
            File.Exists(approved).ShouldBeTrue($"compare and rename {received}");
            now.ShouldBe(File.ReadAllText(approved), $"the SDK's public surface has changed: if that is meant, replace the approved file by {received} and say so in CHANGELOG.md");
        }
    }

    private static string Surface(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsEnum ? "enum " : type.IsInterface ? "interface " : type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : "sealed ").Append(type.FullName);
            string[] bases = [.. new[] { type.BaseType }.OfType<Type>().Where(static b => b != typeof(object) && b != typeof(Enum)).Concat(type.GetInterfaces()).Select(Name).Order(StringComparer.Ordinal)];
            text.Append(bases.Length > 0 ? " : " + string.Join(", ", bases) : "").Append('\n');
            IEnumerable<string> members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(Member).OfType<string>();
            foreach (string member in members.Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string? Member(MemberInfo member) => member switch
    {
        FieldInfo { IsSpecialName: true } => null,
        FieldInfo { IsLiteral: true } field => $"const {field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"field {Name(field.FieldType)} {field.Name}",
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name} {{ {(property.CanRead ? "get; " : "")}{(property.CanWrite ? "set; " : "")}}}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true } => null,
        MethodInfo method when method.Name is "ToString" or "GetHashCode" or "Equals" or "Deconstruct" or "<Clone>$" => null,
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => null,
    };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.IsArray ? Name(type.GetElementType()!) + "[]" : type.IsNested ? Name(type.DeclaringType!) + "." + type.Name : type.Name;

    private void Plugin(string id, string? manifest, string assembly)
    {
        Directory.CreateDirectory(_folder.Of(id));
        if (manifest is not null)
        {
            File.WriteAllText(_folder.Of(id, "plugin.json"), manifest);
        }

        File.Copy(assembly, _folder.Of(id, Path.GetFileName(assembly)));
    }
}
