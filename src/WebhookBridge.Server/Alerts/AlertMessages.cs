using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Alerts;

/// <summary>Where alerts are told: a configured destination, and for e-mail or a chat to whom; in which language and on whose clock.</summary>
/// <param name="Language">BCP 47; null = English.</param>
/// <param name="Zone">IANA name; null = UTC.</param>
internal sealed record AlertChannel(string Destination, string? To, string? Language = null, string? Zone = null)
{
    /// <summary>The texts of those who read there.</summary>
    public Texts Texts(DateTimeOffset now) => new(
        WebConsole.Text.Language.Find(Language) ?? WebConsole.Text.Language.English,
        Zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out TimeZoneInfo? zone) ? zone : TimeZoneInfo.Utc,
        now);
}

/// <summary>What administrators set about alerts.</summary>
internal sealed record AlertSettings(IReadOnlyList<AlertChannel> Channels)
{
    /// <summary>Name of the setting.</summary>
    public const string Name = "alerts";

    /// <summary>Connectors that a person reads, or that pass a message on.</summary>
    public static readonly IReadOnlyList<string> Connectors = ["email", "slack", "telegram", "http", "zapier", "make", "inbox"];

    /// <summary>Those that need to be told whom to write to, and the field of it.</summary>
    public static string? AddresseeField(string connector) => connector switch
    {
        "email" => "to",
        "telegram" => "chat",
        _ => null,
    };

    public static async Task<AlertSettings> LoadAsync(Gateway gateway) =>
        (await gateway.Store.Settings.FindAsync(Name))?.Json is { } json ? Read(json) : new([]);

    public static AlertSettings Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return new([.. document.RootElement.GetProperty("channels").EnumerateArray().Select(static c => new AlertChannel(
            c.GetProperty("destination").GetString()!,
            Text(c, "to"), Text(c, "language"), Text(c, "zone")))]);

        static string? Text(JsonElement channel, string name) => channel.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
    }

    public string Write() => Encoding.UTF8.GetString(ApiAnswer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("channels");
        foreach (AlertChannel channel in Channels)
        {
            json.WriteStartObject();
            json.WriteString("destination", channel.Destination);
            foreach ((string name, string? value) in new[] { ("to", channel.To), ("language", channel.Language), ("zone", channel.Zone) })
            {
                if (value is not null)
                {
                    json.WriteString(name, value);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));
}

/// <summary>Tells alerts where people read them: one message when a problem begins, one when it is over, whatever happens in between.</summary>
/// <remarks>What was told stands with the alert, so a restart neither repeats nor forgets. A message that does not get through is tried again.</remarks>
internal sealed partial class AlertMessages(Gateway gateway, ILogger logger)
{
    /// <summary>A problem that is over sooner is not told at all.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    /// <summary>Who has not listened for so long does not want to know any more.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromHours(24);

    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(30);

    /// <summary>One look at what has not been told.</summary>
    public async Task TellAsync()
    {
        AlertSettings settings = await AlertSettings.LoadAsync(gateway);
        if (settings.Channels.Count == 0)
        {
            return;
        }

        DateTimeOffset now = gateway.Time.GetUtcNow();
        foreach (AlertRow alert in await gateway.Store.Log.Alerts.UntoldAsync(now - Settled))
        {
            bool over = alert.OpenedToldAt is not null;
            bool told = false;
            foreach (AlertChannel channel in settings.Channels)
            {
                told |= await SendAsync(channel, alert, over);
            }

            if (told || now - DateTimeOffset.FromUnixTimeMilliseconds(over ? alert.ResolvedAt!.Value : alert.FirstAt) > GiveUp)
            {
                await gateway.Store.Log.Alerts.MarkToldAsync(alert.Seq, over);
            }
        }
    }

    /// <summary>A message to try a channel with. Null when it went through, else what was said.</summary>
    public Task<string?> TryAsync(AlertChannel channel)
    {
        Texts t = channel.Texts(gateway.Time.GetUtcNow());
        return SendAsync(channel, t["alert.mail.test"], t["alert.mail.testText"], "test", "gateway", "test");
    }

    private async Task<bool> SendAsync(AlertChannel channel, AlertRow alert, bool over)
    {
        Texts t = channel.Texts(gateway.Time.GetUtcNow());
        string subject = t[over ? "alert.mail.over" : "alert.mail.problem", AlertWords.Title(alert.Code, alert.Subject, alert.Text, t)];
        string text = AlertWords.Text(alert.Text, t);
        text = over ? t["alert.mail.overText", t.Time(DateTimeOffset.FromUnixTimeMilliseconds(alert.ResolvedAt!.Value)), text] : text;
        if (await SendAsync(channel, subject, text, alert.Code, alert.Subject, over ? "closed" : "open") is not { } problem)
        {
            return true;
        }

        Log.NotTold(logger, channel.Destination, alert.Code, alert.Subject, problem);
        return false;
    }

    private async Task<string?> SendAsync(AlertChannel channel, string subject, string text, string code, string about, string state)
    {
        if (gateway.Configuration.Find(ConfigurationKind.Destination, channel.Destination)?.Definition is not DestinationDefinition definition)
        {
            return "there is no such destination";
        }

        (OpenDestination? opened, string? problem) = gateway.Pump.Borrow(channel.Destination);
        if (opened is null)
        {
            return problem ?? "it cannot be used";
        }

        try
        {
            using CancellationTokenSource time = new(SendTime, gateway.Time);
            return await opened.Session.SendAsync(Message(definition.Connector, channel.To, subject, text, code, about, state), time.Token) switch
            {
                SendResult.Delivered => null,
                SendResult.RetryLater later => opened.Redactor.Text(later.Reason),
                SendResult.Refused refused => opened.Redactor.Text(refused.Reason),
                SendResult.UnknownOutcome => null, // twice would be worse than perhaps once
                _ => "an unknown result",
            };
        }
        catch (Exception e) when (e is AddressNotAllowedException or HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            return opened.Redactor.Text(e.GetBaseException().Message);
        }
        finally
        {
            await opened.LeaveAsync();
        }
    }

    private DeliveryRequest Message(string connector, string? to, string subject, string text, string code, string about, string state)
    {
        bool forPeople = connector is "email" or "slack" or "telegram";
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        if (connector == "email")
        {
            fields["subject"] = subject;
        }

        if (AlertSettings.AddresseeField(connector) is { } field && to is not null)
        {
            fields[field] = to;
        }

        byte[] body = forPeople ? Encoding.UTF8.GetBytes($"{subject}\n\n{text}\n") : ApiAnswer.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("alert", code);
            json.WriteString("subject", about);
            json.WriteString("state", state);
            json.WriteString("text", text);
            json.WriteTime("at", gateway.Time.GetUtcNow());
            json.WriteEndObject();
        });
        return new()
        {
            DeliveryId = gateway.Ids.Next(IdSource.Delivery),
            Attempt = 1,
            Body = body,
            ContentType = forPeople ? "text/plain; charset=utf-8" : "application/json",
            Fields = fields,
            Event = new() { Id = gateway.Ids.Next(IdSource.Event), Kind = "other", Type = "alert." + state, Source = "webhookbridge", Platform = "webhookbridge", Test = state == "test", Time = gateway.Time.GetUtcNow() },
        };
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1203, Level = LogLevel.Warning, Message = "alert.not_told {Destination} {Code} {Subject}: {Problem}")]
        public static partial void NotTold(ILogger logger, string destination, string code, string subject, string problem);
    }
}
