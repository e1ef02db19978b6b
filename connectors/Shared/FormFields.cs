using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Shared;

/// <summary>The fields that most connectors need, so that their forms read alike. Adjust with <c>with</c>.</summary>
public static class FormFields
{
    /// <summary>Id of the field of <see cref="ApiAddress"/>.</summary>
    public const string ApiAddressId = "apiAddress";

    /// <summary>Id of the field of <see cref="Email"/>.</summary>
    public const string EmailId = "email";

    /// <summary>An API key or the like: one line without spaces.</summary>
    public static ConnectorField Key(string id, LocalText label, LocalText help, string pattern = "[!-~]{8,}", LocalText? problem = null) => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Secret,
        Required = true,
        Rule = new()
        {
            Pattern = pattern,
            MaxLength = 4000,
            Problem = problem ?? new($"Copy '{label.En}' whole, on one line, without spaces.", $"Copie '{label.PtBr}' inteiro, em uma linha, sem espaços."),
        },
    };

    /// <summary>Where the API is, under "More options".</summary>
    public static ConnectorField ApiAddress(string standard) => new()
    {
        Id = ApiAddressId,
        Label = new("Address of the API", "Endereço da API"),
        Help = new("Leave it as it is, unless your traffic has to pass a gateway of your own.", "Deixe como está, a menos que o tráfego precise passar por um gateway seu."),
        Kind = FieldKind.Url,
        Required = true,
        Default = JsonSerializer.SerializeToElement(standard),
        Advanced = true,
        Rule = new() { Pattern = "https?://[^\\s?#]+", MaxLength = 300, Problem = new($"It begins with https:// and has no question mark, like {standard}.", $"Começa com https:// e não tem ponto de interrogação, como {standard}.") },
    };

    /// <summary>A line of text.</summary>
    public static ConnectorField Text(string id, LocalText label, LocalText help, LocalText problem, string? pattern = null, int maxLength = 500) => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Text,
        Rule = new() { Pattern = pattern, MaxLength = maxLength, Problem = problem },
    };

    /// <summary>One of several; the first is the default.</summary>
    public static ConnectorField Choice(string id, LocalText label, LocalText help, params FieldChoice[] choices) => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Choice,
        Choices = choices,
        Default = JsonSerializer.SerializeToElement(choices[0].Value),
    };

    /// <summary>On or off.</summary>
    public static ConnectorField Toggle(string id, LocalText label, LocalText help, bool on = false) => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Toggle,
        Default = JsonSerializer.SerializeToElement(on),
    };

    /// <summary>Names of the destination with texts of the event.</summary>
    public static ConnectorField Map(string id, LocalText label, LocalText help, LocalText problem, string names = "[^\\s:]{1,100}") => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Map,
        Scope = FieldScope.Route,
        Rule = new() { Pattern = names, Problem = problem },
    };

    /// <summary>The customer's e-mail, of the route.</summary>
    public static ConnectorField Email(bool required = true) => Template(
        EmailId,
        new("Customer's e-mail", "E-mail do cliente"),
        new("Whose record it is.", "De quem é o registro."),
        "{{ customer.email }}",
        new("This is no e-mail address. The event has to name the customer's e-mail, or the field another one.", "Isto não é um endereço de e-mail. O evento precisa trazer o e-mail do cliente, ou o campo outro endereço."),
        @"[^\s@<>,;:""()\[\]\\]{1,64}@[^\s@<>,;:""()\[\]\\]{1,190}") with
    { Required = required };

    /// <summary>A text of the route, drawn from the event; its rule holds for what comes out.</summary>
    public static ConnectorField Template(string id, LocalText label, LocalText help, string? standard, LocalText problem, string? pattern = null, int maxLength = 500) => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Text,
        Scope = FieldScope.Route,
        Default = standard is null ? null : JsonSerializer.SerializeToElement(standard),
        Rule = new() { Pattern = pattern, MaxLength = maxLength, Problem = problem },
    };

    /// <summary>An amount of the route: a decimal number with a full stop.</summary>
    public static ConnectorField Amount(string id = "amount") => Template(
        id,
        new("Amount", "Valor"),
        new("In major units: 10.99.", "Na unidade principal: 10.99."),
        "{{ payment.amount }}",
        new("An amount is a number with a full stop, like 10.99.", "Um valor é um número com ponto, como 10.99."),
        Values.NumberPattern,
        40);

    /// <summary>What an operator wants after an unknown outcome (<see cref="ConnectorField.UnknownOutcomeId"/>), under "More options".</summary>
    public static ConnectorField AfterUnknownOutcome(UnknownOutcomePolicy standard)
    {
        FieldChoice retry = new("retry", new("Send again (may arrive twice)", "Enviar de novo (pode chegar duas vezes)"));
        FieldChoice hold = new("hold", new("Hold for a person", "Reter para uma pessoa"));
        return Choice(
            ConnectorField.UnknownOutcomeId,
            new("If nobody knows whether it arrived", "Se não se sabe se chegou"),
            new("When the connection breaks after sending, a message may have arrived without an answer.", "Quando a conexão cai após o envio, a mensagem pode ter chegado sem resposta."),
            standard == UnknownOutcomePolicy.Hold ? [hold, retry] : [retry, hold]) with
        { Advanced = true };
    }
}
