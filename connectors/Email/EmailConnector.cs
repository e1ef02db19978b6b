using System.Security.Cryptography.X509Certificates;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>Sends e-mail by SMTP or by the HTTP API of a mail provider.</summary>
public sealed class EmailConnector : IConnector
{
    private const int SubmissionPort = 587;
    private const int TlsPort = 465;
    private const int RelayPort = 25;

    /// <inheritdoc/>
    public ConnectorDescription Describe() => EmailForm.Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings)
    {
        List<SettingProblem> problems = [];
        foreach (string id in new[] { EmailForm.From, EmailForm.ReplyTo })
        {
            if (settings.Text(id) is { Length: > 0 } text && Mailbox.Parse(text) is null)
            {
                problems.Add(new(id, new($"'{id}' must be one e-mail address, like Shop <orders@example.com>.", $"'{id}' deve ser um endereço de e-mail, como Loja <pedidos@example.com>.")));
            }
        }

        if (settings.Text(EmailForm.Provider) != EmailForm.Smtp)
        {
            Need(settings.Secret(EmailForm.ApiKey), EmailForm.ApiKey);
            return problems;
        }

        if (settings.Text(EmailForm.Certificate) is { Length: > 0 } pem && !IsPem(pem))
        {
            problems.Add(new(EmailForm.Certificate, new("'certificate' is no PEM text: it begins with -----BEGIN CERTIFICATE-----.", "'certificate' não é um texto PEM: começa com -----BEGIN CERTIFICATE-----.")));
        }

        string? signIn = settings.Text(EmailForm.SignIn);
        if (signIn != EmailForm.WithoutSignIn)
        {
            Need(settings.Text(EmailForm.User), EmailForm.User);
        }

        if (signIn == EmailForm.ByPassword)
        {
            Need(settings.Secret(EmailForm.Password), EmailForm.Password);
        }
        else if (signIn == EmailForm.ByOAuth)
        {
            Need(settings.Text(EmailForm.ClientId), EmailForm.ClientId);
            Need(settings.Secret(EmailForm.ClientSecret), EmailForm.ClientSecret);
            Need(settings.Text(EmailForm.TokenAddress), EmailForm.TokenAddress);
        }

        return problems;

        void Need(string? value, string id)
        {
            if (string.IsNullOrEmpty(value))
            {
                problems.Add(new(id, new($"'{id}' is needed with this choice.", $"'{id}' é necessário com essa escolha.")));
            }
        }
    }

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host)
    {
        Mailbox from = Mailbox.Parse(settings.Text(EmailForm.From)!)!;
        MailComposer composer = new(from, settings.Text(EmailForm.ReplyTo) is { Length: > 0 } replyTo ? Mailbox.Parse(replyTo) : null);
        string provider = settings.Text(EmailForm.Provider) ?? EmailForm.Smtp;
        if (MailApis.All.FirstOrDefault(known => known.Id == provider) is { } api)
        {
            string address = settings.Text(EmailForm.ApiAddress) is { Length: > 0 } own ? own : api.Address;
            return new MailApiSession(host, composer, api, new MailApiOptions(settings.Text(EmailForm.Stream)), address, settings.Secret(EmailForm.ApiKey)!);
        }

        SmtpSecurity security = settings.Text(EmailForm.Security) switch { "tls" => SmtpSecurity.Tls, "none" => SmtpSecurity.None, _ => SmtpSecurity.StartTls };
        string? signIn = settings.Text(EmailForm.SignIn);
        return new SmtpSession(host, composer, new SmtpSettings
        {
            Server = settings.Text(EmailForm.Server)!,
            Port = (int)(settings.Number(EmailForm.Port) ?? security switch { SmtpSecurity.Tls => TlsPort, SmtpSecurity.None => RelayPort, _ => SubmissionPort }),
            Security = security,
            User = signIn == EmailForm.WithoutSignIn ? null : settings.Text(EmailForm.User),
            Password = settings.Secret(EmailForm.Password),
            OAuth = signIn == EmailForm.ByOAuth ? new OAuth2(host, Grant(settings)) : null,
            Certificate = settings.Text(EmailForm.Certificate) is { Length: > 0 } pem ? pem : null,
            Name = from.Domain,
        });
    }

    private static OAuthGrant Grant(ConnectorSettings settings)
    {
        string address = settings.Text(EmailForm.TokenAddress)!;
        string client = settings.Text(EmailForm.ClientId)!;
        string secret = settings.Secret(EmailForm.ClientSecret)!;
        return settings.Secret(EmailForm.RefreshToken) is { } refresh
            ? new OAuthGrant.RefreshToken(address, client, secret, refresh)
            : new OAuthGrant.ClientCredentials(address, client, secret, settings.Text(EmailForm.TokenScope));
    }

    private static bool IsPem(string text)
    {
        try
        {
            X509Certificate2Collection read = [];
            read.ImportFromPem(text);
            bool any = read.Count > 0;
            foreach (X509Certificate2 certificate in read)
            {
                certificate.Dispose();
            }

            return any;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }
}
