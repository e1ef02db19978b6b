using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Files;

/// <summary>Writes a line of JSON or a row of CSV for each event into a file below one folder of the data directory.</summary>
/// <param name="folder">The only folder that is ever written to; made when the first row comes.</param>
public sealed class FileConnector(string folder) : IConnector
{
    internal const string Name = "name";
    internal const string Format = "format";
    internal const string Rotate = "rotate";
    internal const string MaxMegabytes = "maxMegabytes";
    internal const string Separator = "separator";
    internal const string Columns = "columns";

    // One lock for each file, whichever destination writes to it.
    private readonly KeyLocks _locks = new();

    /// <inheritdoc/>
    public ConnectorDescription Describe() => new()
    {
        Id = "file",
        Name = new("File (JSON lines or CSV)", "Arquivo (linhas JSON ou CSV)"),
        Summary = new("Adds a line to a file in the gateway's data directory, for accounting and audits.", "Acrescenta uma linha a um arquivo no diretório de dados do gateway, para contabilidade e auditorias."),
        Fields =
        [
            FormFields.Text(Name, new("File name", "Nome do arquivo"), new("Without ending, such as orders or accounting/orders. It is kept in the folder files of the data directory.", "Sem extensão, como pedidos ou contabilidade/pedidos. Fica na pasta files do diretório de dados."),
                new("Letters, digits, hyphens and underscores; up to three folders with / between them.", "Letras, dígitos, hífens e sublinhados; até três pastas separadas por /."), "[A-Za-z0-9][A-Za-z0-9_-]{0,59}(/[A-Za-z0-9][A-Za-z0-9_-]{0,59}){0,3}", 250) with { Required = true },
            FormFields.Choice(Format, new("Format", "Formato"), new("CSV for spreadsheets and accounting; JSON lines for programs.", "CSV para planilhas e contabilidade; linhas JSON para programas."),
                new("csv", new("CSV", "CSV")), new("jsonl", new("JSON lines", "Linhas JSON"))),
            FormFields.Choice(Rotate, new("New file", "Novo arquivo"), new("Each day or month has a file of its own (UTC).", "Cada dia ou mês tem seu próprio arquivo (UTC)."),
                new("monthly", new("Every month", "A cada mês")), new("daily", new("Every day", "A cada dia")), new("never", new("Only when it is full", "Só quando estiver cheio"))),
            FormFields.Choice(Separator, new("Separator", "Separador"), new("A spreadsheet in Portuguese expects a semicolon.", "Uma planilha em português espera ponto e vírgula."),
                new(",", new("Comma", "Vírgula")), new(";", new("Semicolon", "Ponto e vírgula"))) with { VisibleWhen = new(Format, "csv"), Advanced = true },
            FormFields.Text(Columns, new("Columns", "Colunas"), new("Headings with commas between them. Left empty, they are those of the first row.", "Títulos separados por vírgula. Vazio, são os da primeira linha."),
                new("Write the headings on one line.", "Escreva os títulos em uma linha."), @"[^\x00-\x1F\x7F]+", 2000) with { VisibleWhen = new(Format, "csv"), Advanced = true },
            new()
            {
                Id = MaxMegabytes,
                Label = new("Full at (MB)", "Cheio com (MB)"),
                Help = new("Then a file with the next number is begun.", "Então começa um arquivo com o número seguinte."),
                Kind = FieldKind.Number,
                Default = JsonSerializer.SerializeToElement(100),
                Advanced = true,
                Rule = new() { Min = 1, Max = 10_000, Problem = new("A number from 1 to 10,000.", "Um número de 1 a 10.000.") },
            },
            new()
            {
                Id = "row",
                Label = new("Row", "Linha"),
                Help = new("A template of content type application/json: { \"Heading\": value }. Without one, the event as received.", "Um modelo de tipo application/json: { \"Título\": valor }. Sem modelo, o evento como recebido."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        Pacing = new() { Concurrency = 4, Timeout = TimeSpan.FromSeconds(30) },
        Idempotency = IdempotencyClass.SearchThenCreate,
    };

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new FileSession(
        host, _locks, folder, settings.Text(Name)!, settings.Text(Rotate) ?? "monthly", (long)((settings.Number(MaxMegabytes) ?? 100) * 1024 * 1024),
        settings.Text(Format) == "jsonl" ? null : new CsvFormat(settings.Text(Separator) is ";" ? ';' : ',', settings.Text(Columns)));
}
