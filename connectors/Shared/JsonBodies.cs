using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;

namespace WebhookBridge.Connectors.Shared;

/// <summary>Bodies of requests by System.Text.Json. A number keeps the text that it was made from: money stays exact.</summary>
internal sealed class JsonBodies : RequestBodySerializer
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override HttpContent? SerializeBody<T>(T body, RequestBodySerializerInfo info)
    {
        if (body is null)
        {
            return null;
        }

        ByteArrayContent content = new(body is JsonNode node ? JsonSerializer.SerializeToUtf8Bytes(node, Options) : JsonSerializer.SerializeToUtf8Bytes(body, Options));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    internal sealed class Reader : ResponseDeserializer
    {
        public override T Deserialize<T>(string? content, HttpResponseMessage response, ResponseDeserializerInfo info) => JsonSerializer.Deserialize<T>(content ?? "null", Options)!;
    }
}
