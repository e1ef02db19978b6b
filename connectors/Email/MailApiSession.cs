using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>Sends by the HTTP API of a mail provider. Thread-safe.</summary>
internal sealed class MailApiSession(IConnectorHost host, MailComposer composer, MailApi api, MailApiOptions options, string address, string key) : ApiSession(host, api.Answers)
{
    private readonly IMailApi _client = ApiClient.For<IMailApi>(host, address, [api.KeyHeader(key)]);

    protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        Mail mail = composer.Compose(request);
        Task<HttpResponseMessage> call = _client.SendAsync(api.SendPath, api.Body(mail, options), api.KeyInHeader ? mail.DeliveryId : null, cancellationToken);
        try
        {
            JsonElement answer = await AskAsync(call);
            string? id = api.RemoteIdPath is not null
                ? answer.ValueKind == JsonValueKind.Object ? JsonPath.Text(answer, api.RemoteIdPath) : null
                : (await call).Headers.TryGetValues(api.RemoteIdHeader!, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
            return new SendResult.Delivered(id, $"Accepted by {api.Answers.Api}; whether it reached the mailbox shows there.");
        }
        catch (AnswerException e) when (api.KnowsRepeats && e.Result is SendResult.UnknownOutcome unknown)
        {
            return new SendResult.RetryLater(unknown.Reason) { Status = unknown.Status };
        }
        catch (HttpRequestException e) when (api.KnowsRepeats && e.InnerException is not AddressNotAllowedException)
        {
            return new SendResult.RetryLater($"{api.Answers.Api} gave no answer: {e.Message} It will know a repeat by its key.");
        }
    }

    protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(_client.ProbeAsync(api.ProbePath, cancellationToken));
        }
        catch (AnswerException e) when (e.Result is SendResult.RetryLater later && later.Reason.Contains("restricted", StringComparison.OrdinalIgnoreCase))
        {
            // A key that may only send cannot read; that it is known is enough.
        }

        return new CheckResult.Works(new($"{api.Answers.Api} knows the key. Nothing was sent.", $"{api.Answers.Api} reconhece a chave. Nada foi enviado."));
    }
}
