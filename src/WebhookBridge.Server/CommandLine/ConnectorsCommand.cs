using System.CommandLine;
using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>connectors list</c>: what destinations can be made of.</summary>
internal static class ConnectorsCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Command connectors = new("connectors", "What destinations can be made of.");
        Option<bool> asJson = Options.Json();
        Command list = new("list", "Lists the connectors, plugins in the data directory included, and whether they could be loaded.") { asJson, Options.Data };
        list.SetAction(async (arguments, _) =>
        {
            ConnectorCatalog catalog = ConnectorCatalog.Load(Gateway.BundledConnectors(new NoInbox(), context.DataDirectory(arguments)), Path.Combine(context.DataDirectory(arguments), "plugins"));
            await context.Output.WriteAsync(arguments.GetValue(asJson) ? Json(catalog) : Text(catalog));
            return ExitCodes.Done;
        });
        connectors.Add(list);
        root.Add(connectors);
    }

    private static string Text(ConnectorCatalog catalog)
    {
        TextTable table = new("connector", "name", "state", "from");
        foreach (CatalogEntry entry in catalog.Entries)
        {
            table.Add(entry.Id, (entry as CatalogEntry.Ready)?.Description.Name.En ?? "", entry is CatalogEntry.Quarantined broken ? new Cell(broken.Reason, Tone.Bad) : new Cell("ready", Tone.Good), entry.Origin);
        }

        return table.Write(Terminal.Colours);
    }

    private static string Json(ConnectorCatalog catalog) => Encoding.UTF8.GetString(ApiAnswer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("connectors");
        foreach (CatalogEntry entry in catalog.Entries)
        {
            json.WriteStartObject();
            json.WriteString("id", entry.Id);
            json.WriteString("origin", entry.Origin);
            json.WriteString("state", entry is CatalogEntry.Ready ? "ready" : "quarantined");
            json.WriteString("reason", (entry as CatalogEntry.Quarantined)?.Reason);
            if (entry is CatalogEntry.Ready { Description: { } description })
            {
                json.WriteString("name", description.Name.En);
                json.WriteString("summary", description.Summary.En);
                json.WriteStartArray("fields");
                foreach (ConnectorField field in description.Fields)
                {
                    WriteField(json, field);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    })) + "\n";

    private static void WriteField(Utf8JsonWriter json, ConnectorField field)
    {
        json.WriteStartObject();
        json.WriteString("id", field.Id);
        json.WriteString("label", field.Label.En);
        json.WriteString("help", field.Help.En);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(field.Kind.ToString()));
        json.WriteString("scope", JsonNamingPolicy.CamelCase.ConvertName(field.Scope.ToString()));
        json.WriteBoolean("required", field.Required);
        if (field.Default is { } value)
        {
            json.WritePropertyName("default");
            value.WriteTo(json);
        }

        if (field.Choices.Count > 0)
        {
            json.WriteStartArray("choices");
            foreach (FieldChoice choice in field.Choices)
            {
                json.WriteStringValue(choice.Value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>A list shows what the inbox is and sends nothing to it.</summary>
    private sealed class NoInbox : IInbox
    {
        public ValueTask StoreAsync(InboxItem item) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<InboxItem>> ListAsync(string destination, int limit, string? before) => throw new NotSupportedException();

        public ValueTask<long> ClearAsync(string destination) => throw new NotSupportedException();
    }
}

/// <summary>What standard output is.</summary>
internal static class Terminal
{
    /// <summary>Colours only where a person reads them (https://no-color.org).</summary>
    public static bool Colours { get; } = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
