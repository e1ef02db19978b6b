using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Documents;

/// <summary>Runs what documents tell people to type: blocks marked <c>console</c>, one shell for each document. A line that begins with <c>$ </c> is a command; other lines must occur in the output. A block marked <c>json NAME</c> is written to that file first.</summary>
public sealed partial class RunnableDocumentTests
{
    [Theory]
    [Trait("Pace", "normal")]
    [InlineData("README.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/api.md")]
    [InlineData("docs/clients/curl.md")]
    [InlineData("docs/clients/zapier.md")]
    [InlineData("docs/clients/make.md")]
    [InlineData("docs/clients/n8n.md")]
    [InlineData("docs/odata.md")]
    public async Task Document_CommandsTypedInOrder_GiveWhatItShows(string document)
    {
        string text = await File.ReadAllTextAsync(RepositoryRoot.Of(document));
        using TempFolder folder = new();
        foreach (Match file in NamedFile().Matches(text))
        {
            await File.WriteAllTextAsync(folder.Of(file.Groups["name"].Value), file.Groups["text"].Value);
        }

        string[] lines = [.. ConsoleBlock().Matches(text).SelectMany(block => block.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        string address = $"127.0.0.1:{FreePort()}";
        string program = Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll");
        // A program of its own and not a shell function: a job that is killed must be the program itself.
        string command = folder.Of("bin", "webhookbridge");
        Directory.CreateDirectory(folder.Of("bin"));
        await File.WriteAllTextAsync(command, $"#!/bin/sh\nexec dotnet '{program}' \"$@\"\n");
        string script = $"chmod +x '{command}'\nexport PATH='{folder.Of("bin")}':$PATH\ntrap 'kill %1; wait' EXIT\nexport WEBHOOKBRIDGE_URLS=http://{address}\n"
            + string.Join('\n', lines.Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => line[2..])).Replace("localhost:8080", address, StringComparison.Ordinal);

        string output = await ShellAsync(script, folder.Path);

        string[] expected = [.. lines.Where(line => !line.StartsWith("$ ", StringComparison.Ordinal))];
        expected.ShouldNotBeEmpty();
        foreach (string line in expected)
        {
            output.ShouldContain(line, Case.Sensitive);
        }
    }

    private static async Task<string> ShellAsync(string script, string folder)
    {
        ProcessStartInfo start = new("bash") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        using Process shell = Process.Start(start)!;
        await shell.StandardInput.WriteAsync(script + "\n");
        shell.StandardInput.Close();
        Task<string> errors = shell.StandardError.ReadToEndAsync();
        Task<string> output = shell.StandardOutput.ReadToEndAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        await shell.WaitForExitAsync(patience.Token);
        return await output + await errors;
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [GeneratedRegex(@"^```json (?<name>[\w.]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"^```console\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ConsoleBlock();
}
