using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>What a route makes of a body.</summary>
/// <param name="Output">Null where it would not be sent.</param>
/// <param name="Problem">Why not, in the words of the rule or the template.</param>
internal sealed record Shaped(RenderedDelivery? Output, bool Skipped, string? Problem);

/// <summary>Sends on one route what it makes of a changed body. The event itself is never touched: its bytes are sacred.</summary>
internal sealed class EditedReplay(Gateway gateway)
{
    private const string TryId = "dlv_00000000000000000000000000";

    /// <summary>The event as it would be read with these bytes; null when they cannot be read.</summary>
    public GatewayEvent? Read(GatewayEvent of, byte[] body)
    {
        if (gateway.Platforms.Get(of.Platform) is not { } platform)
        {
            return null;
        }

        SourceDefinition source = gateway.Current.Value.Sources.GetValueOrDefault(of.Source)?.Definition ?? new SourceDefinition { Name = of.Source, Platform = of.Platform };
        InboundRequest request = new()
        {
            Method = "POST",
            PublicOrigin = "http://localhost",
            Path = "/in/" + of.Source,
            Query = "",
            Headers = of.Headers,
            Body = body,
            ReceivedAt = of.ReceivedAt,
        };
        using ReadResult read = platform.Read(request, body, new VerifyResult.Genuine(of.ExternalId, false, null, -1), source, () => of.Id, of.Test);
        ReadEvent first = read.Events[0];
        return first.Unreadable is not null ? null : of with
        {
            Type = first.Type,
            Kind = first.Kind,
            Mode = of.Mode, // a test stays a test, whatever is written into it
            Format = first.Format,
            Body = body,
            Sha256 = first.Sha256.ToArray(),
            NormalForm = first.NormalForm.ToArray(),
            Columns = first.Columns,
        };
    }

    /// <summary>Rule and template of today's revision; conditions are not asked, a person has.</summary>
    public async Task<Shaped> ShapeAsync(ActiveRoute route, GatewayEvent of)
    {
        using EventView view = EventView.Open(of, route.Name, TryId);
        RuleVerdict verdict = route.Rule is null ? RuleVerdict.Send.Instance : await gateway.Rules.JudgeAsync(route.Rule, view, RuleContext.Of(of, TryId));
        return verdict switch
        {
            RuleVerdict.Skip skip => new(null, true, skip.Reason),
            RuleVerdict.Failed failed => new(null, false, failed.Text),
            RuleVerdict.TimedOut late => new(null, false, late.Text),
            _ => route.Shape.Reshape(view, timeouts: 0) switch
            {
                ReshapeResult.Ready ready => new(ready.Rendered, false, null),
                ReshapeResult.Failed failed => new(null, false, failed.Text),
                ReshapeResult.TimedOut late => new(null, false, late.Text),
                _ => throw new InvalidOperationException("an unknown result of a template"),
            },
        };
    }

    /// <summary>Makes the delivery with its content, and wakes its destination. The id of the delivery.</summary>
    public async Task<string> SendAsync(string eventId, ActiveRoute route, GatewayEvent edited, string actor)
    {
        string id = gateway.Ids.Next(IdSource.Delivery);
        using EventView view = EventView.Open(edited, route.Name, id);
        if (route.Shape.Reshape(view, timeouts: 0) is not ReshapeResult.Ready { Rendered: var rendered })
        {
            throw new InvalidOperationException("What was shaped a moment ago no longer is.");
        }

        await gateway.Store.Log.Actions.AddEditedAsync(eventId, new NewDelivery(id, route.Name, route.Revision, route.Definition.Destination, DeliveryState.Pending, null, gateway.Time.GetUtcNow(), Leased: false), rendered, actor);
        gateway.Pump.Wake(route.Definition.Destination);
        return id;
    }
}

/// <summary>Two texts line by line: what went, what came, what stayed.</summary>
internal static class LineDiff
{
    private const int MostLines = 400;

    /// <param name="Kind"><c>add</c>, <c>del</c> or empty.</param>
    internal readonly record struct Line(string Kind, string Text);

    /// <summary>By the longest common run of lines (dynamic programming; both texts are cut to a size where that is nothing).</summary>
    public static IReadOnlyList<Line> Of(string old, string @new)
    {
        string[] a = [.. Split(old)], b = [.. Split(@new)];
        int[,] common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        List<Line> lines = [];
        int x = 0, y = 0;
        while (x < a.Length || y < b.Length)
        {
            if (x < a.Length && y < b.Length && a[x] == b[y])
            {
                lines.Add(new("", a[x++]));
                y++;
            }
            else if (x < a.Length && (y == b.Length || common[x + 1, y] >= common[x, y + 1]))
            {
                lines.Add(new("del", a[x++]));
            }
            else
            {
                lines.Add(new("add", b[y++]));
            }
        }

        return lines;
    }

    private static IEnumerable<string> Split(string text) => text.ReplaceLineEndings("\n").Split('\n').Take(MostLines);
}
