using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Hosting;

/// <summary>Looks at the configuration in a data directory, also beside the process that uses it. Writes nothing.</summary>
internal static class StoredConfiguration
{
    /// <summary>The configuration as a document, and the variables that stand for its secrets.</summary>
    public static (byte[] Document, IReadOnlyList<string> Variables) Export(string dataDirectory, string? masterKey, TimeProvider time)
    {
        try
        {
            using DataDirectory directory = DataDirectory.OpenForReading(dataDirectory);
            StoreReader store = new(directory, new SecretBox(MasterKey.LoadOrCreate(masterKey, directory.MasterKeyFile, mayCreate: false)), time);
            List<object> items = [];
            foreach (StoredItem stored in store.Config.LoadAll())
            {
                if (StoredItems.KindOf(stored.Kind) is { } kind)
                {
                    object item = StoredItems.Read(kind, stored.Name, stored.Json, stored.Secrets);
                    items.Add(item is ListDefinition list
                        ? list with { Values = [.. store.Lists.LoadAll(list.Name).Where(value => value.ExpiresAt is null).Select(value => value.Value)] }
                        : item);
                }
            }

            SecretNames names = new();
            return (ConfigurationWriter.Write(StoredItems.Whole(items), names.Reference), names.Variables);
        }
        catch (Exception e) when (e is DataDirectoryException or MasterKeyException)
        {
            throw new CommandException(e.Message);
        }
    }
}
