using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Shared;

/// <summary>A session with an HTTP API: the connector makes its calls one after the other, and the first that fails ends the attempt with what the <see cref="AnswerMap"/> says.</summary>
/// <param name="host">What the gateway lends.</param>
/// <param name="answers">What the API's answers mean.</param>
public abstract class ApiSession(IConnectorHost host, AnswerMap answers) : IConnectorSession
{
    /// <summary>What the gateway lends.</summary>
    protected IConnectorHost Host => host;

    /// <inheritdoc/>
    public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await DeliverAsync(request, cancellationToken);
        }
        catch (AnswerException e)
        {
            return e.Result;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ProbeAsync(cancellationToken);
        }
        catch (Exception e) when (Why(e, cancellationToken) is { } why)
        {
            return new CheckResult.Fails(why);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ChoicesResult> ListChoicesAsync(string fieldId, CancellationToken cancellationToken)
    {
        try
        {
            return new ChoicesResult.Listed(await ChoicesAsync(fieldId, cancellationToken));
        }
        catch (Exception e) when (Why(e, cancellationToken) is { } why)
        {
            return new ChoicesResult.Failed(why);
        }
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends one delivery. What <see cref="AskAsync"/> throws passes through.</summary>
    protected abstract ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken);

    /// <summary>Checks address and credentials by a call without an effect. What <see cref="AskAsync"/> throws passes through.</summary>
    protected abstract ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>The choices of a live field; none unless overridden.</summary>
    protected virtual ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<FieldChoice>>([]);

    /// <summary>Waits for a call and reads its answer.</summary>
    /// <param name="call">A call of a client of <see cref="ApiClient"/>.</param>
    /// <param name="accept">A status that is no failure for this call although it usually is (404 of a search), or 0.</param>
    /// <returns>The body; undefined when the answer has none, or its status is <paramref name="accept"/>.</returns>
    /// <exception cref="AnswerException">The answer is a failure, or says success in a body that is no JSON.</exception>
    protected async ValueTask<JsonElement> AskAsync(Task<HttpResponseMessage> call, int accept = 0)
    {
        using HttpResponseMessage answer = await call;
        string text = "";
        string? broken = null;
        try
        {
            text = await answer.Content.ReadAsStringAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            broken = e.Message; // the status has been given all the same
        }

        JsonElement json = Parse(text);
        if (accept != 0 && (int)answer.StatusCode == accept)
        {
            return default;
        }

        if (answers.Failure(answer, text, json, host.Time) is { } failure)
        {
            throw new AnswerException(failure);
        }

        if (broken is null && (json.ValueKind != JsonValueKind.Undefined || text.Length == 0))
        {
            return json;
        }

        // "Success" from something that is not the API (a portal, a proxy), or cut off. What was written may be there all the same.
        string reason = $"{answers.Api} answered {(int)answer.StatusCode}, but {(broken is null ? "not in JSON: something else seems to have answered." : broken)}";
        bool reads = answer.RequestMessage?.Method is { } method && (method == HttpMethod.Get || method == HttpMethod.Head);
        throw new AnswerException(reads ? new SendResult.RetryLater(reason) { Status = (int)answer.StatusCode } : new SendResult.UnknownOutcome(reason) { Status = (int)answer.StatusCode });
    }

    /// <summary>What a call that failed tells a person who fills in the form; null for a fault of the connector, and when nobody waits any more.</summary>
    private LocalText? Why(Exception thrown, CancellationToken cancellationToken) => thrown switch
    {
        AnswerException { Result: SendResult.RetryLater { Cause: RetryCause.Credentials } later } => new(
            $"{answers.Api} does not accept the credentials. Compare them with what {answers.Api} shows. ({later.Reason})",
            $"{answers.Api} não aceita as credenciais. Compare-as com o que {answers.Api} mostra. ({later.Reason})"),
        AnswerException { Result: SendResult.RetryLater later } => new(
            $"{answers.Api} cannot say just now. Try again in a while. ({later.Reason})", $"{answers.Api} não pode responder agora. Tente de novo em instantes. ({later.Reason})"),
        AnswerException { Result: SendResult.Refused refused } => new(refused.Reason, refused.Reason),
        AnswerException => new($"{answers.Api} did not give an answer that can be read.", $"{answers.Api} não deu uma resposta legível."),
        AddressNotAllowedException inward => Inward(inward),
        _ when cancellationToken.IsCancellationRequested || thrown is not (IOException or HttpRequestException or System.Net.Sockets.SocketException or OperationCanceledException) => null,
        { InnerException: AddressNotAllowedException inward } => Inward(inward),
        _ => new($"{answers.Api} cannot be reached: {thrown.Message}", $"Não foi possível acessar {answers.Api}: {thrown.Message}"),
    };

    private static LocalText Inward(AddressNotAllowedException e) => new(e.Message, "O endereço não é público. Um administrador pode permiti-lo com --allow-private-destinations.");

    private static JsonElement Parse(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

/// <summary>A call failed, and this is what it means to the delivery. Ends the attempt (<see cref="ApiSession"/>).</summary>
public sealed class AnswerException : Exception
{
    /// <summary>With what it means.</summary>
    public AnswerException(SendResult result)
        : base(result.ToString()) => Result = result;

    /// <summary>A refusal for something that was found out before sending.</summary>
    public AnswerException(string reason, string code)
        : this(new SendResult.Refused(reason, code))
    {
    }

    /// <summary>A failure of unknown kind.</summary>
    public AnswerException()
        : this("The call failed.")
    {
    }

    /// <summary>A failure that may pass.</summary>
    public AnswerException(string message)
        : base(message) => Result = new SendResult.RetryLater(message);

    /// <summary>A failure that may pass, and its cause.</summary>
    public AnswerException(string message, Exception innerException)
        : base(message, innerException) => Result = new SendResult.RetryLater(message);

    /// <summary>What it means to the delivery.</summary>
    public SendResult Result { get; }
}
