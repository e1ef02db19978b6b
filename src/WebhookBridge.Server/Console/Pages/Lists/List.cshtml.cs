using System.Text;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Pages.Lists;

/// <summary>What is in one list: look, find, add, take out, upload.</summary>
internal sealed class ListModel(Gateway gateway) : ConsolePage
{
    private const int PageSize = 100;

    public string Name { get; private set; } = "";

    public int Revision { get; private set; }

    public int Count { get; private set; }

    public IReadOnlyList<ListItemRow> Values { get; private set; } = [];

    public string? Next { get; private set; }

    public string? Query { get; private set; }

    /// <summary>Whether the value that is looked for is in the list; null = nothing is looked for.</summary>
    public bool? Found { get; private set; }

    public string? Said { get; private set; }

    public string? Problem { get; private set; }

    /// <summary>What has just been taken out, so that it can be put back.</summary>
    public IReadOnlyList<string> TakenOut { get; private set; } = [];

    public IReadOnlyList<string> Routes { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string list, string? after, string? q)
    {
        if (!Find(list))
        {
            return NotFound();
        }

        Query = q?.Trim();
        Found = string.IsNullOrEmpty(Query) ? null : await gateway.Lists.ContainsAsync(Name, Query);
        await LoadAsync(after);
        return Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAddAsync(string list, string? values, IFormFile? file)
    {
        if (!Find(list))
        {
            return NotFound();
        }

        List<string> given = [.. ListsApi.Csv(values ?? "")];
        if (file is not null)
        {
            using StreamReader reader = new(file.OpenReadStream(), Encoding.UTF8);
            given.AddRange(ListsApi.Csv(await reader.ReadToEndAsync(Aborted)));
        }

        string[] put = [.. given.Distinct(StringComparer.Ordinal)];
        if (put.Length == 0 || Array.Exists(put, static v => v.Length > ListsApi.MaxValueLength))
        {
            Problem = put.Length == 0 ? T["list.nothing"] : T["list.tooLong", ListsApi.MaxValueLength];
        }
        else
        {
            try
            {
                await gateway.Lists.PutAsync(Name, put, null);
                await gateway.Audit.RecordAsync(Me.Email!, "list.put", "list/" + Name, json => json.WriteNumber("count", put.Length));
                Said = T.Count("list.added", put.Length);
            }
            catch (ProblemException)
            {
                Problem = T["list.full", ListStore.MaxItems];
            }
        }

        await LoadAsync(null);
        return Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostRemoveAsync(string list, List<string> value)
    {
        if (!Find(list))
        {
            return NotFound();
        }

        if (value.Count > 0)
        {
            await gateway.Lists.RemoveAsync(Name, value);
            await gateway.Audit.RecordAsync(Me.Email!, "list.delete", "list/" + Name, json => json.WriteNumber("count", value.Count));
            TakenOut = value;
            Said = T.Count("list.removed", value.Count);
        }

        await LoadAsync(null);
        return Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostDeleteAsync(string list, int revision)
    {
        if (!Find(list))
        {
            return NotFound();
        }

        switch (await gateway.Configuration.DeleteAsync(ConfigurationKind.List, list, revision, Me.Email!))
        {
            case ChangeResult.Done:
                return LocalRedirect("/lists?removed=" + list);
            case ChangeResult.InUse:
                Problem = T["list.inUse", string.Join(", ", Routes)];
                break;
            default:
                Problem = T["item.stale"];
                break;
        }

        await LoadAsync(null);
        return Page();
    }

    private bool Find(string list)
    {
        if (gateway.Configuration.Find(ConfigurationKind.List, list) is not { } item)
        {
            return false;
        }

        (Name, Revision, Routes) = (item.Name, item.Revision, ListsModel.UsersOf(gateway, item.Name));
        return true;
    }

    private async Task LoadAsync(string? after)
    {
        IReadOnlyList<ListItemRow> page = await gateway.Lists.PageAsync(Name, string.IsNullOrEmpty(after) ? null : after, PageSize + 1);
        Values = [.. page.Take(PageSize)];
        Next = page.Count > PageSize ? page[PageSize - 1].Value : null;
        Count = gateway.Lists.ByName.TryGetValue(Name, out Engine.Filtering.ValueList? values) ? values.Count : 0;
    }
}
