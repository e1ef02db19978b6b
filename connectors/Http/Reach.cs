using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>The check of an address that cannot be asked without an effect: whether its host can be reached.</summary>
internal static class Reach
{
    /// <summary>Opens a connection and closes it; nothing is sent.</summary>
    public static async ValueTask<CheckResult> CheckAsync(IConnectorHost host, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = await host.ConnectAsync(address.IdnHost, address.Port, cancellationToken);
            return new CheckResult.NotPossible(new(
                $"{address.Host} can be reached. Whether it takes messages shows only when one is sent: use \"Send test event\" and look there.",
                $"{address.Host} está acessível. Só dá para saber se aceita mensagens enviando uma: use \"Enviar evento de teste\" e confira lá."));
        }
        catch (AddressNotAllowedException e)
        {
            return new CheckResult.Fails(new(e.Message, $"O endereço não é público: {address.Host}. Um administrador pode permiti-lo com --allow-private-destinations."));
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new CheckResult.Fails(new(
                $"{address.Host} cannot be reached on port {address.Port}. Compare the address with the one that the other tool shows.",
                $"Não foi possível acessar {address.Host} na porta {address.Port}. Compare o endereço com o que a outra ferramenta mostra."));
        }
    }
}
