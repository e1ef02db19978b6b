using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Files;

/// <summary>Adds a row to a sheet of Google Sheets, signed in as a service account.</summary>
public sealed partial class GoogleSheetsConnector : IConnector
{
    internal const string KeyFile = "keyFile";
    internal const string Sheet = "sheet";
    internal const string Tab = "tab";
    internal const string IdColumn = "idColumn";
    internal const string SkipExisting = "skipExisting";

    private const string Scope = "https://www.googleapis.com/auth/spreadsheets";

    /// <inheritdoc/>
    public ConnectorDescription Describe() => new()
    {
        Id = "google-sheets",
        Name = new("Google Sheets", "Google Sheets"),
        Summary = new("Adds a row to a sheet for each event.", "Acrescenta uma linha a uma planilha para cada evento."),
        Fields =
        [
            new()
            {
                Id = KeyFile,
                Label = new("Google key file", "Arquivo de chave do Google"),
                Help = new("The JSON file of a service account, whole. Share the sheet with its client_email, role Editor.", "O arquivo JSON de uma conta de serviço, inteiro. Compartilhe a planilha com o client_email dela, como Editor."),
                Kind = FieldKind.Secret,
                Required = true,
                Rule = new() { MaxLength = 10_000, Problem = new("Paste the file whole: it begins with { and names \"type\": \"service_account\".", "Cole o arquivo inteiro: começa com { e traz \"type\": \"service_account\".") },
            },
            FormFields.Text(Sheet, new("Sheet link", "Link da planilha"), new("Paste the link from the browser.", "Cole o link do navegador."),
                new("It begins with https://docs.google.com/spreadsheets/d/.", "Começa com https://docs.google.com/spreadsheets/d/."), @"https://docs\.google\.com/spreadsheets/d/[A-Za-z0-9_-]{10,100}([/?#].*)?|[A-Za-z0-9_-]{20,100}") with { Required = true },
            FormFields.Text(Tab, new("Tab", "Aba"), new("Its name at the bottom of the sheet. Row 1 holds the headings.", "O nome na parte de baixo da planilha. A linha 1 contém os títulos."),
                new("At most 100 characters on one line.", "No máximo 100 caracteres em uma linha."), @"[^\x00-\x1F\x7F]+", 100) with { Required = true, LiveChoices = true, Default = JsonSerializer.SerializeToElement("Sheet1") },
            FormFields.Text(IdColumn, new("Column of the event's id", "Coluna do id do evento"), new("By it a row that is there already is found again.", "Por ela se reencontra uma linha que já existe."),
                new("At most 100 characters on one line.", "No máximo 100 caracteres em uma linha."), @"[^\x00-\x1F\x7F]+", 100) with { Advanced = true, Default = JsonSerializer.SerializeToElement("Event ID") },
            FormFields.Toggle(SkipExisting, new("Skip rows that exist already", "Pular linhas que já existem"), new("Looks for the event's id before each row: slower, one more request a row.", "Procura o id do evento antes de cada linha: mais lento, uma requisição a mais por linha.")),
            FormFields.ApiAddress("https://sheets.googleapis.com/v4"),
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Retry),
            new()
            {
                Id = "row",
                Label = new("Row", "Linha"),
                Help = new("A template of content type application/json: { \"Heading\": value } by the headings of row 1, or [ value, … ] in order.", "Um modelo de tipo application/json: { \"Título\": valor } conforme os títulos da linha 1, ou [ valor, … ] em ordem."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        Pacing = new() { Window = new(50, TimeSpan.FromMinutes(1)), Concurrency = 2, Timeout = TimeSpan.FromSeconds(60), ThrottledWait = TimeSpan.FromSeconds(60) },
        Idempotency = IdempotencyClass.SearchThenCreate,
    };

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => Key.Read(settings.Secret(KeyFile)!, out LocalText? problem) is null ? [new(KeyFile, problem!)] : [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host)
    {
        Key key = Key.Read(settings.Secret(KeyFile)!, out _)!;
        host.Redact(key.PrivateKey);
        OAuth2 oauth = new(host, new OAuthGrant.JwtBearer(key.TokenAddress, key.Email, key.PrivateKey, key.TokenAddress, Scope, KeyId: key.Id));
        return new GoogleSheetsSession(
            host, oauth, settings.Text(FormFields.ApiAddressId)!, SheetId().Match(settings.Text(Sheet)!).Groups["id"].Value, settings.Text(Tab)!, settings.Text(IdColumn) ?? "Event ID", settings.Toggle(SkipExisting), key.Email);
    }

    [GeneratedRegex(@"\A(https://docs\.google\.com/spreadsheets/d/)?(?<id>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SheetId();

    /// <summary>What a key file says. It prints nothing of it.</summary>
    private sealed class Key(string email, string privateKey, string tokenAddress, string? id)
    {
        public string Email => email;

        public string PrivateKey => privateKey;

        public string TokenAddress => tokenAddress;

        public string? Id => id;

        public static Key? Read(string text, out LocalText? problem)
        {
            problem = null;
            try
            {
                using JsonDocument file = JsonDocument.Parse(text);
                string Member(string name) => file.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
                if (Member("type") != "service_account" || Member("client_email").Length == 0)
                {
                    problem = new("This is no key file of a service account: \"type\" must be \"service_account\", and \"client_email\" be there. Make one in the Google Cloud console under IAM, Service accounts, Keys.",
                        "Este não é um arquivo de chave de conta de serviço: \"type\" deve ser \"service_account\" e \"client_email\" deve existir. Crie um no console do Google Cloud em IAM, Contas de serviço, Chaves.");
                    return null;
                }

                using RSA rsa = RSA.Create();
                rsa.ImportFromPem(Member("private_key"));
                string address = Member("token_uri") is { Length: > 0 } own ? own : "https://oauth2.googleapis.com/token";
                if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http"))
                {
                    problem = new("\"token_uri\" of the key file is no address. Download the file again.", "O \"token_uri\" do arquivo de chave não é um endereço. Baixe o arquivo de novo.");
                    return null;
                }

                return new Key(Member("client_email"), Member("private_key"), address, Member("private_key_id") is { Length: > 0 } id ? id : null);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or CryptographicException or ArgumentException)
            {
                problem = new("The key file cannot be read. Paste the JSON file whole, as it was downloaded.", "O arquivo de chave não pôde ser lido. Cole o arquivo JSON inteiro, como foi baixado.");
                return null;
            }
        }
    }
}
