using System.Net;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Simulation;

/// <summary>Makes requests as the platform of a source would send them, marked by one-time tokens as our own (design invariant 11), and sends them to the gateway: over HTTP to its own address while it listens, else as if they had come through the door.</summary>
internal sealed class Simulations(Gateway gateway)
{
    /// <summary>A signed request for a source.</summary>
    /// <exception cref="ProblemException">There is no such source or sample, or its platform cannot be simulated.</exception>
    public SimulationResult.Request Make(string sourceName, string sampleName, int seed, bool wrongSignature) =>
        Make(new SimulationPlan { Source = sourceName, Event = sampleName, Seed = seed, WrongSignature = wrongSignature }, 0);

    /// <summary>Makes and sends everything; the answers are in the order of sending, those of repeats behind their first.</summary>
    /// <exception cref="ProblemException">There is no such source or sample, its platform cannot be simulated, or the gateway does not answer itself.</exception>
    public async Task<IReadOnlyList<SimulatedAnswer>> RunAsync(SimulationPlan plan, CancellationToken stop)
    {
        int[] order = [.. Enumerable.Range(0, plan.Count)];
        if (plan.OutOfOrder)
        {
            new Random(plan.Seed).Shuffle(order);
        }

        SimulatedAnswer[] answers = new SimulatedAnswer[plan.Count * (plan.Duplicates + 1)];
        using HttpClient? http = gateway.Listening is { } own ? Client(own) : null;
        await Parallel.ForEachAsync(Enumerable.Range(0, plan.Count), new ParallelOptions { MaxDegreeOfParallelism = plan.Burst, CancellationToken = stop }, async (place, token) =>
        {
            SimulationResult.Request made = Make(plan, order[place]);
            for (int repeat = 0; repeat <= plan.Duplicates; repeat++)
            {
                answers[(place * (plan.Duplicates + 1)) + repeat] = http is null ? await ReceiveAsync(plan.Source, made) : await SendAsync(http, made, token);
            }
        });
        return answers;
    }

    /// <summary>Sends one request that <see cref="Make(string, string, int, bool)"/> made.</summary>
    public async Task<SimulatedAnswer> SendAsync(string sourceName, SimulationResult.Request made, CancellationToken stop)
    {
        using HttpClient? http = gateway.Listening is { } own ? Client(own) : null;
        return http is null ? await ReceiveAsync(sourceName, made) : await SendAsync(http, made, stop);
    }

    private SimulationResult.Request Make(SimulationPlan plan, int index)
    {
        if (gateway.Current.Value.Sources.GetValueOrDefault(plan.Source) is not { } source)
        {
            throw new ProblemException(Problems.NotFound, $"There is no source \"{plan.Source}\". {Names.Suggest(plan.Source, gateway.Current.Value.Sources.Keys, "Make one first.")}");
        }

        PlatformSample sample = FindSample(source.Platform, plan.Event);
        TimeSpan earlier = plan.OutOfOrder ? TimeSpan.FromSeconds(plan.Count - 1 - index) : TimeSpan.Zero;
        return Simulator.Make(source.Platform, sample, source.Definition, new SimulationOptions
        {
            Now = gateway.Time.GetUtcNow() - earlier,
            Age = plan.Age - earlier, // what happened earlier is signed now all the same: its sending was late
            Random = new Random(unchecked(plan.Seed + index)),
            PublicOrigin = Origin(source),
            Path = "/in/" + plan.Source,
            Body = plan.Body,
            WrongSignature = plan.WrongSignature,
        }) switch
        {
            SimulationResult.Request request => request,
            SimulationResult.Impossible impossible => throw new ProblemException(Problems.NotPossible, impossible.Reason),
            _ => throw new InvalidOperationException("an unknown result of a simulation"),
        };
    }

    /// <summary>As the door sees it: what senders that sign the address sign.</summary>
    private string Origin(ActiveSource source) => source.Definition.PublicUrl ?? gateway.PublicUrl ?? gateway.Listening?.Url.GetLeftPart(UriPartial.Authority) ?? "http://localhost";

    private async Task<SimulatedAnswer> SendAsync(HttpClient http, SimulationResult.Request made, CancellationToken stop)
    {
        // Byte for byte as signed: the address must not be written in another way.
        Uri target = new(gateway.Listening!.Url.GetLeftPart(UriPartial.Authority) + made.Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using HttpRequestMessage request = new(new HttpMethod(made.Method), target) { Content = new ByteArrayContent(made.Body) };
        foreach ((string name, string value) in made.Headers.Append(new(SimulationTokens.Header, gateway.Simulations.Issue())))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, stop);
            return new((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(stop));
        }
        catch (HttpRequestException e)
        {
            throw new ProblemException(Problems.NotPossible, $"The gateway does not reach itself at {gateway.Listening.Url}: {e.Message}");
        }
    }

    /// <summary>To ourselves only: the address is the one that we listen on, the certificate must be our own.</summary>
    private static HttpClient Client(OwnAddress own) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        SslOptions = new()
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).Equals(own.CertificateSha256, StringComparison.OrdinalIgnoreCase),
        },
    });

    private async Task<SimulatedAnswer> ReceiveAsync(string sourceName, SimulationResult.Request request)
    {
        int question = request.Target.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? request.Target : request.Target[..question];
        string[] segments = path[Receiving.ReceiveEndpoint.Prefix.Length..].Split('/');
        string? pathSecret = segments.Length > 1 ? Uri.UnescapeDataString(segments[1]) : null;
        if (gateway.Receive.FindSource(sourceName, pathSecret) is not { } source)
        {
            throw new ProblemException(Problems.NotPossible, $"The source \"{sourceName}\" is switched off: switch it on first.");
        }

        ReceiveAnswer answer = await gateway.Receive.ReceiveAsync(source, new InboundRequest
        {
            Method = request.Method,
            PublicOrigin = Origin(source),
            Path = path,
            Query = question < 0 ? "" : request.Target[question..],
            Headers = [.. request.Headers, new(SimulationTokens.Header, gateway.Simulations.Issue())],
            Body = request.Body,
            ReceivedAt = gateway.Time.GetUtcNow(),
            RemoteIp = IPAddress.Loopback.ToString(),
            PathSecret = pathSecret,
        });
        return new(answer.Status, answer.Body);
    }

    /// <summary>The sample of that name, or the first one of that type or kind.</summary>
    public static PlatformSample FindSample(Platform platform, string name)
    {
        PlatformSample? found = platform.Samples.FirstOrDefault(sample => sample.Name == name)
            ?? platform.Samples.FirstOrDefault(sample => sample.Name.StartsWith(name + ".", StringComparison.Ordinal))
            ?? platform.Events.Where(known => known.Type == name || known.Kind == name).SelectMany(known => platform.Samples.Where(sample => sample.Name == known.Type || sample.Name == known.Kind)).FirstOrDefault();
        return found ?? throw new ProblemException(Problems.NotFound, platform.Samples.Count == 0
            ? $"The platform \"{platform.Name}\" has no samples to simulate."
            : $"The platform \"{platform.Name}\" has no sample \"{name}\". {Names.Suggest(name, platform.Samples.Select(sample => sample.Name), $"It has {string.Join(", ", platform.Samples.Select(sample => sample.Name))}.")}");
    }
}
