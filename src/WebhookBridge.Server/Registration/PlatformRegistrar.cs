using System.Net;
using System.Text.Json;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Registration;

/// <summary>An address that a platform sends its webhooks to, as the platform lists it.</summary>
/// <param name="Mode"><c>live</c> or <c>test</c>; null where the platform does not say.</param>
/// <param name="Events">The sender's own names; empty where the platform sends everything or does not say.</param>
internal sealed record RemoteRegistration(string Id, string Url, string? Name, string? Mode, IReadOnlyList<string> Events);

/// <summary>A registration that was just made.</summary>
/// <param name="Secret">What the platform signs with; shown this one time.</param>
internal sealed record NewRegistration(RemoteRegistration Remote, SecretText Secret);

/// <summary>What a platform's API said, or that it said nothing.</summary>
/// <param name="status">0 = no answer.</param>
internal sealed class RegistrationException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Status { get; } = status;
}

/// <summary>Registers addresses at one platform with an API key that is used for the call and kept nowhere.</summary>
/// <param name="name">As people know the platform.</param>
internal abstract class PlatformRegistrar(string name, Redactor redactor)
{
    private const int MostOfTheirText = 300;

    /// <summary>Which kind of key the API wants, for the message when it takes none.</summary>
    protected abstract string KeyHint { get; }

    /// <summary>Registers an address for these events of the sender.</summary>
    /// <exception cref="RegistrationException">It was refused, or nothing answered: then it is not known whether it was done.</exception>
    public abstract Task<NewRegistration> RegisterAsync(string label, string url, IReadOnlyList<string> events, CancellationToken stop);

    /// <summary>Everything that is registered with this key; null where the platform documents no list.</summary>
    /// <exception cref="RegistrationException">It was refused, or nothing answered.</exception>
    public abstract Task<IReadOnlyList<RemoteRegistration>?> ListAsync(CancellationToken stop);

    /// <summary>Removes one; what is gone already counts as removed. False where the platform documents no removal.</summary>
    /// <exception cref="RegistrationException">It was refused, or nothing answered.</exception>
    public abstract Task<bool> RemoveAsync(string id, CancellationToken stop);

    /// <summary>The answer as JSON; undefined when it is empty, or when it is a 404 and <paramref name="mayBeGone"/>.</summary>
    protected async Task<JsonElement> AskAsync(Task<HttpResponseMessage> call, bool mayBeGone = false)
    {
        int status = 0;
        string text;
        try
        {
            using HttpResponseMessage answer = await call;
            status = (int)answer.StatusCode;
            text = await answer.Content.ReadAsStringAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException or OperationCanceledException or Abstractions.AddressNotAllowedException)
        {
            throw new RegistrationException(status, $"{name} cannot be reached: {redactor.Text(e.GetBaseException().Message)}", e);
        }

        if (mayBeGone && status == (int)HttpStatusCode.NotFound)
        {
            return default;
        }

        if (status is < 200 or > 299)
        {
            throw new RegistrationException(status, status switch
            {
                401 or 403 => $"{name} does not accept the API key ({status}): use {KeyHint}.{Said(text)}",
                429 => $"{name} wants fewer requests ({status}): try again in a minute.",
                >= 500 => $"{name} cannot do it now ({status}): try again later.{Said(text)}",
                >= 300 and < 400 => $"{name} answers with a redirect ({status}), which is not followed.",
                _ => $"{name} refused the request ({status}).{Said(text)}",
            });
        }

        try
        {
            return text.Length == 0 ? default : JsonElement.Parse(text);
        }
        catch (JsonException e)
        {
            throw new RegistrationException(status, $"{name} answered {status}, but not in JSON: something else seems to have answered.", e);
        }
    }

    /// <summary>A text of the answer that must be there.</summary>
    protected string Required(JsonElement answer, string member) =>
        Text(answer, member) ?? throw new RegistrationException(200, $"{name} answered without \"{member}\". Look at the registrations in its dashboard.");

    protected static string? Text(JsonElement of, string member) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    protected static IReadOnlyList<string> Texts(JsonElement of, string member) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];

    protected static JsonElement.ArrayEnumerator Items(JsonElement of, string member) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private string Said(string text)
    {
        string clean = redactor.Text(new string([.. text.Where(c => !char.IsControl(c)).Take(MostOfTheirText)])).Trim();
        return clean.Length == 0 ? "" : $" It said: {clean}";
    }
}
