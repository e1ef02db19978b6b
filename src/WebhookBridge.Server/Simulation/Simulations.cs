using System.Net;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Simulation;

/// <summary>Makes a request as the platform of a source would send it, marked by a one-time token as our own (design invariant 11), and lets the gateway receive it.</summary>
internal sealed class Simulations(Gateway gateway)
{
    /// <summary>A signed request for a source.</summary>
    /// <exception cref="ProblemException">There is no such source or sample, or its platform cannot be simulated.</exception>
    public SimulationResult.Request Make(string sourceName, string sampleName, int seed, bool wrongSignature)
    {
        if (gateway.Current.Value.Sources.GetValueOrDefault(sourceName) is not { } source)
        {
            throw new ProblemException(Problems.NotFound, $"There is no source \"{sourceName}\". {Names.Suggest(sourceName, gateway.Current.Value.Sources.Keys, "Make one first.")}");
        }

        PlatformSample sample = FindSample(source.Platform, sampleName);
        return Simulator.Make(source.Platform, sample, source.Definition, new SimulationOptions
        {
            Now = gateway.Time.GetUtcNow(),
            Random = new Random(seed),
            PublicOrigin = source.Definition.PublicUrl ?? "http://localhost",
            Path = "/in/" + sourceName,
            WrongSignature = wrongSignature,
        }) switch
        {
            SimulationResult.Request request => request,
            SimulationResult.Impossible impossible => throw new ProblemException(Problems.NotPossible, impossible.Reason),
            _ => throw new InvalidOperationException("an unknown result of a simulation"),
        };
    }

    /// <summary>Has the gateway receive a request as if it had come through the door.</summary>
    public async Task<ReceiveAnswer> ReceiveAsync(string sourceName, SimulationResult.Request request)
    {
        int question = request.Target.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? request.Target : request.Target[..question];
        string[] segments = path[Receiving.ReceiveEndpoint.Prefix.Length..].Split('/');
        string? pathSecret = segments.Length > 1 ? Uri.UnescapeDataString(segments[1]) : null;
        if (gateway.Receive.FindSource(sourceName, pathSecret) is not { } source)
        {
            throw new ProblemException(Problems.NotPossible, $"The source \"{sourceName}\" is switched off: switch it on first.");
        }

        return await gateway.Receive.ReceiveAsync(source, new InboundRequest
        {
            Method = request.Method,
            PublicOrigin = source.Definition.PublicUrl ?? "http://localhost",
            Path = path,
            Query = question < 0 ? "" : request.Target[question..],
            Headers = [.. request.Headers, new(SimulationTokens.Header, gateway.Simulations.Issue())],
            Body = request.Body,
            ReceivedAt = gateway.Time.GetUtcNow(),
            RemoteIp = IPAddress.Loopback.ToString(),
            PathSecret = pathSecret,
        });
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
