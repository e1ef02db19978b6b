using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Email;

/// <summary>Debian's postfix with a configuration, queue and ports of its own; the system's mail is not touched. Needs root, as postfix does.</summary>
internal sealed class Postfix : IDisposable
{
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TempFolder _folder = new();

    public Postfix()
    {
        StartTlsPort = FreePort();
        TlsPort = FreePort();
        File.SetUnixFileMode(_folder.Path, Open);
        foreach (string name in (string[])["etc", "queue", "data", "mail"])
        {
            Directory.CreateDirectory(_folder.Of(name), Open);
        }

        File.WriteAllText(_folder.Of("etc", "cert.pem"), SmtpStub.CertificatePem);
        File.WriteAllText(_folder.Of("etc", "key.pem"), SmtpStub.KeyPem);
        File.WriteAllText(_folder.Of("etc", "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {_folder.Of("queue")}
            data_directory = {_folder.Of("data")}
            maillog_file = {_folder.Of("log")}
            maillog_file_prefixes = {_folder.Path}
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = mail.shop.example
            mydestination =
            mynetworks = 127.0.0.0/8
            local_recipient_maps =
            virtual_mailbox_domains = shop.example
            virtual_mailbox_base = {_folder.Of("mail")}
            virtual_mailbox_maps = inline:{"{"} box@shop.example=box/ {"}"}
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            virtual_minimum_uid = 1
            smtpd_relay_restrictions = reject_unauth_destination
            smtpd_recipient_restrictions = check_recipient_access inline:{"{"} {"{"} later@shop.example = DEFER grey for now {"}"} {"}"}, reject_unlisted_recipient
            smtpd_tls_cert_file = {_folder.Of("etc", "cert.pem")}
            smtpd_tls_key_file = {_folder.Of("etc", "key.pem")}
            message_size_limit = 50000
            mailbox_size_limit = 0
            virtual_mailbox_limit = 0

            """.Replace("\r\n", "\n", StringComparison.Ordinal));
        File.WriteAllText(_folder.Of("etc", "master.cf"), $"""
            127.0.0.1:{StartTlsPort} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
            127.0.0.1:{TlsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_tls_security_level=encrypt
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            flush unix n - n 1000? 0 flush
            proxymap unix - - n - - proxymap
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd

            """.Replace("\r\n", "\n", StringComparison.Ordinal));
        Run("chown", "65534:65534", _folder.Of("mail"));
        Run("chown", "postfix", _folder.Of("data"));
        Run("postfix", "-c", _folder.Of("etc"), "start");
    }

    public int StartTlsPort { get; }

    public int TlsPort { get; }

    /// <summary>Waits for the next message in the box and reads it.</summary>
    public async Task<string> NextMessageAsync(int count)
    {
        string box = _folder.Of("mail", "box", "new");
        using CancellationTokenSource patience = new(ManualTimeProvider.RealPatience);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(50)); // another program's mailbox: there is nothing to be told by
        while (await look.WaitForNextTickAsync(patience.Token))
        {
            string[] files = Directory.Exists(box) ? Directory.GetFiles(box) : [];
            if (files.Length >= count)
            {
                return await File.ReadAllTextAsync(files.OrderBy(File.GetCreationTimeUtc).Last(), patience.Token);
            }
        }

        throw new InvalidOperationException("no mail came");
    }

    public void Dispose()
    {
        Run("postfix", "-c", _folder.Of("etc"), "stop");
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(string command, params string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start");
        string said = process.StandardError.ReadToEnd() + process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {said}");
        }
    }
}
