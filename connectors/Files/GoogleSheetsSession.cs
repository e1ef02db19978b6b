using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Files;

/// <summary>One tab of one sheet. Thread-safe.</summary>
internal sealed class GoogleSheetsSession(IConnectorHost host, OAuth2 oauth, string address, string sheet, string tab, string idColumn, bool skipExisting, string account) : ApiSession(host, Answers(account))
{
    private static readonly TimeSpan HeadingsLast = TimeSpan.FromMinutes(5);

    // One lock for each tab, whichever destination writes to it.
    private static readonly KeyLocks Tabs = new();

    private readonly ISheets _sheets = ApiClient.For<ISheets>(host, address, oauth: oauth);
    private IReadOnlyList<string>? _headings;
    private long _headingsRead;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        oauth.Dispose();
    }

    protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        Row row = Row.Read(request);
        bool look = skipExisting || request.AfterUnknownOutcome;
        IReadOnlyList<string> headings = row.IsObject || look ? await HeadingsAsync(row, cancellationToken) : [];
        JsonArray cells = Cells(row, headings);
        int column = headings.ToList().IndexOf(idColumn);
        string? id = column >= 0 && column < cells.Count ? cells[column]?.ToString() : null;
        if (!look)
        {
            return await AppendAsync(cells, cancellationToken);
        }

        if (string.IsNullOrEmpty(id))
        {
            return skipExisting
                ? throw new AnswerException($"The row has nothing in the column \"{idColumn}\", by which rows that exist are found. Fill it with {{{{ meta.id }}}}, and name it in row 1 of the tab.", "no_event_id")
                : await AppendAsync(cells, cancellationToken);
        }

        // One after the other: between looking and writing nobody else of this gateway may write.
        using IDisposable held = await Tabs.EnterAsync($"{sheet}/{tab}", cancellationToken);
        string letters = Letters(column);
        JsonElement known = await AskAsync(_sheets.ValuesAsync(sheet, Range($"{letters}2:{letters}"), "COLUMNS", cancellationToken));
        return JsonPath.All(known, "values.*.*").Any(value => value.ToString() == id)
            ? new SendResult.Delivered(Note: $"A row with the id {id} was there already.")
            : await AppendAsync(cells, cancellationToken);
    }

    protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
    {
        JsonElement about = await AskAsync(_sheets.SheetAsync(sheet, "properties.title,sheets.properties.title", cancellationToken));
        string title = JsonPath.Text(about, "properties.title") ?? "?";
        string[] tabs = [.. JsonPath.All(about, "sheets.*.properties.title").Select(static t => t.ToString())];
        return tabs.Contains(tab)
            ? new CheckResult.Works(new($"The sheet \"{title}\" is shared with {account}. Nothing was written.", $"A planilha \"{title}\" está compartilhada com {account}. Nada foi escrito."))
            : new CheckResult.Fails(new($"The sheet \"{title}\" has no tab \"{tab}\". It has: {string.Join(", ", tabs)}.", $"A planilha \"{title}\" não tem a aba \"{tab}\". Ela tem: {string.Join(", ", tabs)}."));
    }

    protected override async ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken)
    {
        if (fieldId != GoogleSheetsConnector.Tab)
        {
            return [];
        }

        JsonElement about = await AskAsync(_sheets.SheetAsync(sheet, "sheets.properties.title", cancellationToken));
        return [.. JsonPath.All(about, "sheets.*.properties.title").Select(static t => new FieldChoice(t.ToString(), new(t.ToString(), t.ToString())))];
    }

    private static AnswerMap Answers(string account) => new()
    {
        Api = "Google Sheets",
        Rules =
        [
            new(AnswerMeaning.Throttled) { Path = "error.status", Values = ["RESOURCE_EXHAUSTED"] },
            new(AnswerMeaning.Credentials) { Status = 403, Reason = $"Share the sheet with {account} as Editor, and switch the Google Sheets API on in that account's project." },
            new(AnswerMeaning.Credentials) { Status = 404, Reason = "There is no sheet at this link any more." },
            new(AnswerMeaning.Credentials) { Status = 400, Contains = "Unable to parse range", Reason = "The tab has another name now, or row 1 is empty." },
        ],
        Messages = ["error.message", "error_description", "error"],
    };

    private async ValueTask<SendResult> AppendAsync(JsonArray cells, CancellationToken cancellationToken)
    {
        // RAW: nothing is run as a formula or taken for a date. Cells are harmless by themselves besides, for the day somebody exports them.
        JsonElement answer = await AskAsync(_sheets.AppendAsync(sheet, Range("A1"), "RAW", "INSERT_ROWS", new JsonObject { ["values"] = new JsonArray(cells) }, cancellationToken));
        return JsonPath.Text(answer, "updates.updatedRange") is { } range
            ? new SendResult.Delivered(range)
            : new SendResult.UnknownOutcome("Google Sheets answered 200 without saying where the row went.");
    }

    private JsonArray Cells(Row row, IReadOnlyList<string> headings)
    {
        if (!row.IsObject)
        {
            return [.. row.Values.Select(Cell)];
        }

        string[] unknown = [.. row.Headings.Except(headings)];
        return unknown.Length == 0
            ? [.. headings.Select(heading => Cell(row.Value(heading)))]
            : throw new AnswerException($"Row 1 of the tab \"{tab}\" has no heading \"{unknown[0]}\". Write it there, or take it out of the template.", "columns_differ");
    }

    private static JsonNode? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => JsonNode.Parse(value.GetRawText()),
        _ => JsonValue.Create(Row.Cell(value)),
    };

    /// <summary>Row 1. Read again after five minutes, and at once when the row has a heading that is not known yet.</summary>
    private async ValueTask<IReadOnlyList<string>> HeadingsAsync(Row row, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? known = Volatile.Read(ref _headings);
        if (known is not null && Host.Time.GetElapsedTime(Volatile.Read(ref _headingsRead)) < HeadingsLast && (!row.IsObject || !row.Headings.Except(known).Any()))
        {
            return known;
        }

        JsonElement first = await AskAsync(_sheets.ValuesAsync(sheet, Range("1:1"), "ROWS", cancellationToken));
        List<string> headings = [.. JsonPath.All(first, "values.*.*").Select(static v => v.ToString())];
        Volatile.Write(ref _headingsRead, Host.Time.GetTimestamp());
        Volatile.Write(ref _headings, headings);
        return headings;
    }

    private string Range(string cells) => $"'{tab.Replace("'", "''", StringComparison.Ordinal)}'!{cells}";

    private static string Letters(int column)
    {
        string letters = "";
        for (int n = column + 1; n > 0; n = (n - 1) / 26)
        {
            letters = ((char)('A' + ((n - 1) % 26))).ToString(CultureInfo.InvariantCulture) + letters;
        }

        return letters;
    }
}

/// <summary>The calls of the Sheets API (v4) that are used.</summary>
[AllowAnyStatusCode]
internal interface ISheets
{
    [Get("spreadsheets/{sheet}")]
    Task<HttpResponseMessage> SheetAsync([Path] string sheet, [Query] string fields, CancellationToken cancellationToken);

    [Get("spreadsheets/{sheet}/values/{range}")]
    Task<HttpResponseMessage> ValuesAsync([Path] string sheet, [Path] string range, [Query] string majorDimension, CancellationToken cancellationToken);

    [Post("spreadsheets/{sheet}/values/{range}:append")]
    Task<HttpResponseMessage> AppendAsync([Path] string sheet, [Path] string range, [Query] string valueInputOption, [Query] string insertDataOption, [Body] JsonObject rows, CancellationToken cancellationToken);
}
