using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Receiving;

/// <summary>Makes a kept rejection a request again, as it stood at the door: for a diagnosis, or to let it in once its cause is mended.</summary>
public static class RefusedRequest
{
    /// <param name="origin">The origin where the rejection does not hold one; null = from its <c>Host</c>.</param>
    public static InboundRequest Of(Rejection rejection, string? origin = null)
    {
        int question = rejection.Target.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? rejection.Target : rejection.Target[..question];
        string[] segments = path.Split('/'); // "", "in", source, secret
        return new()
        {
            Method = rejection.Method,
            PublicOrigin = rejection.Origin ?? origin ?? "http://" + (rejection.Headers.FirstOrDefault(static h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value ?? "localhost"),
            Path = path,
            Query = question < 0 ? "" : rejection.Target[question..],
            Headers = rejection.Headers,
            Body = rejection.Body,
            ReceivedAt = rejection.ReceivedAt,
            RemoteIp = rejection.RemoteIp,
            PathSecret = segments.Length == 4 ? Uri.UnescapeDataString(segments[3]) : null,
            ClientCertificateSha256 = rejection.ClientCertificateSha256,
        };
    }
}
