using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Messaging;
using WebhookBridge.Connectors.RabbitMq;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Dialogues;

/// <summary>The forms of e-mail, messengers, files and queues are complete, and each connector has its page.</summary>
public sealed class FormTests
{
    private static readonly IConnector[] Connectors =
        [new EmailConnector(), new SlackConnector(), new WhatsAppConnector(), new TelegramConnector(), new FileConnector("/nowhere"), new GoogleSheetsConnector(), new RabbitMqConnector()];

    public static TheoryData<string> Ids => [.. Connectors.Select(static c => c.Describe().Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Form_EveryField_IsComplete(string id)
    {
        ConnectorDescription form = Connectors.Select(static c => c.Describe()).Single(d => d.Id == id);
        DescriptionCheck.Problems(form).ShouldBeEmpty();
        form.Fields.Where(static f => f.Kind is FieldKind.Text or FieldKind.Number or FieldKind.SecretUrl).ShouldAllBe(static f => f.Rule != null);
        form.Fields.Count(static f => !f.Advanced && f.Scope == FieldScope.Destination && f.VisibleWhen is null).ShouldBeLessThanOrEqualTo(6, "more belongs under \"More options\"");
        form.BodyField.ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_OfTheConnector_NamesEveryFieldAndWhatItWasCheckedAgainst(string id)
    {
        string page = File.ReadAllText(RepositoryRoot.Of("docs", "connectors", id + ".md"));
        foreach (ConnectorField field in Connectors.Select(static c => c.Describe()).Single(d => d.Id == id).Fields)
        {
            page.ShouldContain($"`{field.Id}`");
        }

        page.ShouldContain("## Checked against");
    }
}
