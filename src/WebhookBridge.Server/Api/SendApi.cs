using System.Net;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Api;

/// <summary><c>POST /sources/{name}/events</c>: an event from a program of ours instead of a platform. It is taken as genuine on the word of a key that is bound to this one source.</summary>
internal sealed class SendApi(Gateway gateway)
{
    private const string Generic = "generic";

    public IEnumerable<Operation> Operations() =>
    [
        new("POST", "/sources/{name}/events", ApiScopes.Send + "{name}", [], SendAsync, new("sendEvent", "Takes the body as an event of a source whose platform is a generic one.", "Accepted")
        {
            Takes = "AnyJson",
            Refuses = [Problems.NotFound, Problems.NotPossible],
        }),
    ];

    private async Task<ApiAnswer> SendAsync(ApiRequest request)
    {
        string name = request["name"];
        if (gateway.Current.Value.Sources.GetValueOrDefault(name) is not { } source)
        {
            throw new ProblemException(Problems.NotFound, $"There is no source \"{name}\".");
        }

        if (source.Platform.Category != Generic)
        {
            throw new ProblemException(Problems.NotPossible, $"The source \"{name}\" receives from {source.Platform.Name}, whose events only {source.Platform.Name} can send. Make a source of a generic platform for events of your own.");
        }

        if (!source.Definition.Enabled)
        {
            throw new ProblemException(Problems.NotPossible, $"The source \"{name}\" is switched off: switch it on first.");
        }

        ReadOnlyMemory<byte> body = await request.BodyAsync();
        if (body.Length > source.Definition.MaxBodyBytes)
        {
            throw new ProblemException(Problems.BodyTooLarge, $"The source \"{name}\" takes at most {source.Definition.MaxBodyBytes} bytes.");
        }

        List<ConfigurationProblem> problems = [];
        ConfigurationDocument.Parse(body, problems)?.Dispose();
        if (problems.Count > 0)
        {
            throw ApiRequest.Invalid(Problems.InvalidBody, problems);
        }

        ReceiveAnswer answer = await gateway.Receive.AcceptAsync(source, new InboundRequest
        {
            Method = HttpMethods.Post,
            PublicOrigin = source.Definition.PublicUrl ?? "http://localhost",
            Path = $"{Receiving.ReceiveEndpoint.Prefix}{name}",
            Query = "",
            Headers = [new("Content-Type", "application/json"), new("X-WebhookBridge-Key", request.Caller.Name)],
            Body = body,
            ReceivedAt = gateway.Time.GetUtcNow(),
            RemoteIp = (request.Http.Connection.RemoteIpAddress ?? IPAddress.None).ToString(),
        });
        return answer.Status switch
        {
            200 => new ApiAnswer(200, "application/json; charset=utf-8", answer.Body),
            429 => throw new ProblemException(Problems.TooManyRequests, $"There are more events than the source \"{name}\" takes in a second.") { Headers = answer.Headers },
            503 => throw new ProblemException(Problems.Unavailable, "The event could not be stored: try again in a moment.") { Headers = answer.Headers },
            _ => throw new ProblemException(Problems.InvalidBody, $"The source \"{name}\" cannot take this body."),
        };
    }
}
