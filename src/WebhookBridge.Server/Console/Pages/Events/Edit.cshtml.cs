using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Events;

/// <summary>Change what an event says, see what a route then makes of it beside what it made before, and send that.</summary>
[Needs(Role.Operator)]
internal sealed class EditEventModel(Gateway gateway, Reveals reveals) : ConsolePage
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly EditedReplay _replay = new(gateway);

    public string Id { get; private set; } = "";

    public string What { get; private set; } = "";

    public bool IsTest { get; private set; }

    public IReadOnlyList<string> Routes { get; private set; } = [];

    public string? RouteName { get; private set; }

    /// <summary>Empty until it is revealed.</summary>
    public string Body { get; private set; } = "";

    public bool Revealed { get; private set; }

    public string? Problem { get; private set; }

    public Shaped? Before { get; private set; }

    public Shaped? After { get; private set; }

    public IReadOnlyList<LineDiff.Line> Diff { get; private set; } = [];

    public bool Changed => Diff.Any(static l => l.Kind.Length > 0);

    public string? Destination => RouteName is null ? null : gateway.Current.Value.Routes[RouteName].Definition.Destination;

    public async Task<IActionResult> OnGetAsync(string id, string? route)
    {
        if (await LoadAsync(id, route) is not { } of)
        {
            return NotFound();
        }

        Body = Revealed ? Readable(of.Body.Span) : "";
        return Page();
    }

    public async Task<IActionResult> OnPostRevealAsync(string id)
    {
        await reveals.OpenAsync(Me, id);
        return LocalRedirect($"/events/{id}/edit");
    }

    /// <summary>What the route makes of it now, and what it made before; nothing is sent.</summary>
    public async Task<IActionResult> OnPostCompareAsync(string id, string? route, string? body) =>
        await TryAsync(id, route, body) is null ? NotFound() : Page();

    public async Task<IActionResult> OnPostAsync(string id, string? route, string? body)
    {
        if (await TryAsync(id, route, body) is not { } edited)
        {
            return NotFound();
        }

        if (Problem is not null || After?.Output is null)
        {
            return Page();
        }

        await _replay.SendAsync(id, gateway.Current.Value.Routes[RouteName!], edited, Me.Email!);
        return LocalRedirect($"/events/{id}?done=edited");
    }

    private async Task<GatewayEvent?> TryAsync(string id, string? route, string? body)
    {
        if (await LoadAsync(id, route) is not { } of || !Revealed || RouteName is null)
        {
            return null;
        }

        Body = body ?? "";
        ActiveRoute chosen = gateway.Current.Value.Routes[RouteName];
        Before = await _replay.ShapeAsync(chosen, of);
        GatewayEvent? edited = _replay.Read(of, Encoding.UTF8.GetBytes(Body));
        if (edited is null)
        {
            Problem = T["edit.unreadable"];
            return of;
        }

        After = await _replay.ShapeAsync(chosen, edited);
        Problem = After.Output is not null ? null : After.Skipped ? T["edit.skipped", After.Problem ?? ""] : T["edit.failed", After.Problem ?? ""];
        Diff = LineDiff.Of(Text(Before), Text(After));
        return edited;
    }

    private static string Text(Shaped shaped) => shaped.Output is { } output ? Readable(output.Body.Span) : "";

    /// <summary>JSON with one value a line, so that one can read and compare; its numbers keep their text.</summary>
    private static string Readable(ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private async Task<GatewayEvent?> LoadAsync(string id, string? route)
    {
        if (await gateway.Store.Log.Trail.FindAsync(id) is not { HasBody: true } story || await gateway.Store.Log.Events.LoadAsync(id) is not { } of)
        {
            return null;
        }

        (Id, What, IsTest) = (id, LogRow.WhatOf(story.Event, T), story.Event.Test || story.Event.Mode == "test");
        Revealed = reveals.IsOpen(Me, id);
        Routes = [.. gateway.Current.Value.Routes.Values.Where(r => r.Definition.Enabled && r.Definition.Sources.Any(s => s == "*" || s == of.Source)).Select(static r => r.Name).Order(StringComparer.Ordinal)];
        RouteName = route is not null && Routes.Contains(route) ? route : story.Routes.Select(static r => r.Route).FirstOrDefault(Routes.Contains) ?? (Routes.Count > 0 ? Routes[0] : null);
        return of;
    }
}
