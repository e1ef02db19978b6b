using System.Buffers;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Hosting;

/// <summary>How long what is kept, as an administrator set it: kept in the database, read at every run.</summary>
internal sealed class RetentionSettings(SettingStore store)
{
    private const string Setting = "retention";

    /// <summary>Less would throw away what is still being delivered or looked at.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1), Longest = TimeSpan.FromDays(3650);

    /// <summary>A database below this size holds hardly more than its tables.</summary>
    private const double SmallestMaxBytes = 64 * 1024 * 1024;

    public async Task<RetentionPolicy> LoadAsync()
    {
        if (await store.FindAsync(Setting) is not { } row)
        {
            return RetentionPolicy.Default;
        }

        List<ConfigurationProblem> problems = [];
        using JsonDocument? document = ConfigurationDocument.Parse(Encoding.UTF8.GetBytes(row.Json), problems);
        return document is null ? RetentionPolicy.Default : Read(new ObjectReader(document.RootElement, "$", problems));
    }

    public Task SaveAsync(RetentionPolicy policy, string actor)
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text))
        {
            Write(json, policy);
        }

        return store.SetAsync(Setting, Encoding.UTF8.GetString(text.WrittenSpan), actor);
    }

    /// <summary>Reads <c>{ bodies, events, rejections, maxBytes }</c>; what is left out keeps its default, and what is wrong goes to the reader's problems.</summary>
    public static RetentionPolicy Read(ObjectReader reader)
    {
        RetentionPolicy policy = new()
        {
            Bodies = reader.Duration("bodies", Shortest, Longest) ?? RetentionPolicy.Default.Bodies,
            Events = reader.Duration("events", Shortest, Longest) ?? RetentionPolicy.Default.Events,
            Rejections = reader.Duration("rejections", Shortest, Longest) ?? RetentionPolicy.Default.Rejections,
            MaxBytes = reader.Number("maxBytes", SmallestMaxBytes, long.MaxValue / 2) is { } bytes ? (long)bytes : null,
        };
        if (policy.Bodies > policy.Events)
        {
            reader.Add("bodies", "Bodies cannot be kept for longer than their events.", "Make events as long, or bodies shorter.");
        }

        return policy;
    }

    public static void Write(Utf8JsonWriter json, RetentionPolicy policy)
    {
        json.WriteStartObject();
        json.WriteString("bodies", Durations.Format(policy.Bodies));
        json.WriteString("events", Durations.Format(policy.Events));
        json.WriteString("rejections", Durations.Format(policy.Rejections));
        if (policy.MaxBytes is { } bytes)
        {
            json.WriteNumber("maxBytes", bytes);
        }
        else
        {
            json.WriteNull("maxBytes");
        }

        json.WriteEndObject();
    }
}
