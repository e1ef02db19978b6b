using System.Globalization;
using System.Text;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Files;

/// <summary>Adds rows to files below one folder. A row is synced to disk before it counts, and taken back when it could not be written whole. Thread-safe.</summary>
internal sealed class FileSession(IConnectorHost host, KeyLocks locks, string folder, string name, string rotate, long mostBytes, CsvFormat? csv) : IConnectorSession
{
    private const int MaxFiles = 10_000;
    private const int SearchedBytes = 4 * 1024 * 1024;
    private const int MostOpenBytes = 64 * 1024;
    private const string NotAllowed = "path_not_allowed";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            Row row = Row.Read(request);
            string stem = Stem(host.Time.GetUtcNow());
            using IDisposable held = await locks.EnterAsync(Path.Combine(folder, name), cancellationToken);
            return await AddAsync(row, stem, request.AfterUnknownOutcome, cancellationToken);
        }
        catch (AnswerException e)
        {
            return e.Result;
        }
    }

    public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        string existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        try
        {
            // Gone again when it is closed.
            using FileStream probe = new(Path.Combine(existing, ".webhookbridge-check"), new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose,
            });
            return ValueTask.FromResult<CheckResult>(new CheckResult.Works(new(
                $"Rows go to {Relative(Stem(host.Time.GetUtcNow()))}. The folder can be written to.", $"As linhas vão para {Relative(Stem(host.Time.GetUtcNow()))}. A pasta pode ser gravada.")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ValueTask.FromResult<CheckResult>(new CheckResult.Fails(new(
                $"The folder files of the data directory cannot be written to: {e.Message}", $"Não é possível gravar na pasta files do diretório de dados: {e.Message}")));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<SendResult> AddAsync(Row row, string stem, bool look, CancellationToken cancellationToken)
    {
        for (int number = 1; number <= MaxFiles; number++)
        {
            string path = PathOf(stem, number);
            long length = File.Exists(path) ? new FileInfo(path).Length : 0;
            if (length >= mostBytes && File.Exists(PathOf(stem, number + 1)))
            {
                continue;
            }

            if (length > 0 && IsBegun(path, length, row, stem))
            {
                length = 0; // the very first row, cut off by a crash: it is written over
            }

            (byte[] head, byte[] line) = Lines(row, length > 0 ? path : null, stem);
            if (look && length > 0 && await HoldsAsync(path, line, cancellationToken))
            {
                return new SendResult.Delivered(Relative(stem), "The row was there already.");
            }

            if (length >= mostBytes)
            {
                continue;
            }

            long at = await AppendAsync(path, length == 0 ? [.. head, .. line] : line, cancellationToken);
            return new SendResult.Delivered($"{Path.GetRelativePath(folder, path)}:{at.ToString(CultureInfo.InvariantCulture)}");
        }

        throw new AnswerException($"There are {MaxFiles} full files named {Path.GetFileName(stem)} already. Move some away.", NotAllowed);
    }

    private (byte[] Head, byte[] Line) Lines(Row row, string? existing, string stem)
    {
        if (csv is null)
        {
            return ([], Utf8.GetBytes(row.Compact() + "\n"));
        }

        IReadOnlyList<string>? header;
        if (existing is null)
        {
            header = csv.Header(row);
        }
        else
        {
            using StreamReader reader = new(existing, Utf8);
            string first = reader.ReadLine() ?? "";
            header = row.IsObject ? csv.Split(first) : null;
        }

        byte[] head = existing is null && header is not null ? Utf8.GetBytes(csv.Join(header.Select(Row.Harmless)) + "\r\n") : [];
        return (head, Utf8.GetBytes(csv.Line(row, header, Relative(stem)) + "\r\n"));
    }

    private async ValueTask<long> AppendAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        MakeFolder(Path.GetDirectoryName(path)!);
        // Without a buffer: what could not be written must not be tried again behind our back when the file is cut or closed.
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        await using FileStream file = new(path, options);
        (long at, string ending) = await EndAsync(file, bytes, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested(); // from here on the row is written whole or not at all
        try
        {
            file.SetLength(at);
            file.Seek(at, SeekOrigin.Begin);
            await file.WriteAsync(ending.Length > 0 ? [.. Utf8.GetBytes(ending), .. bytes] : bytes, CancellationToken.None);
            file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw new AnswerException(TakeBack(file, at, e.Message));
        }

        return at + ending.Length;
    }

    private static SendResult TakeBack(FileStream file, long length, string why)
    {
        try
        {
            file.SetLength(length);
            return new SendResult.RetryLater($"The row could not be written and was taken back: {why}");
        }
        catch (IOException e)
        {
            return new SendResult.UnknownOutcome($"The row could not be written whole ({why}), nor taken back: {e.Message}");
        }
    }

    /// <summary>Where the row goes: after the last whole line. A crash may have left the beginning of this very row, which goes; an open line of somebody else's stays and is ended, with its quotes.</summary>
    private async ValueTask<(long At, string Ending)> EndAsync(FileStream file, byte[] bytes, CancellationToken cancellationToken)
    {
        byte[] end = new byte[Math.Min(file.Length, Math.Max(bytes.Length, MostOpenBytes))];
        file.Seek(-end.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(end, cancellationToken);
        for (int begun = Math.Min(end.Length, bytes.Length - 1); begun > 0; begun--)
        {
            int start = end.Length - begun;
            bool ofALine = start > 0 ? end[start - 1] == (byte)'\n' : file.Length == begun;
            if (ofALine && end.AsSpan(start).SequenceEqual(bytes.AsSpan(0, begun)))
            {
                return (file.Length - begun, "");
            }
        }

        if (end.Length == 0 || end[^1] == (byte)'\n')
        {
            return (file.Length, "");
        }

        int quotes = end.AsSpan(end.AsSpan().LastIndexOf((byte)'\n') + 1).Count((byte)'"');
        return (file.Length, csv is null ? "\n" : quotes % 2 == 1 ? "\"\r\n" : "\r\n");
    }

    /// <summary>Whether a file holds no more than the beginning of what a new one would begin with.</summary>
    private bool IsBegun(string path, long length, Row row, string stem)
    {
        (byte[] head, byte[] line) = Lines(row, existing: null, stem);
        byte[] whole = [.. head, .. line];
        return length < whole.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(whole.AsSpan(0, (int)length));
    }

    /// <summary>Whether the end of a file holds this very line: what an earlier attempt of the delivery wrote, since every attempt has the same bytes.</summary>
    private static async ValueTask<bool> HoldsAsync(string path, byte[] line, CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(Math.Max(0, file.Length - SearchedBytes), SeekOrigin.Begin);
        byte[] end = new byte[file.Length - file.Position];
        await file.ReadExactlyAsync(end, cancellationToken);
        int at = end.AsSpan().LastIndexOf(line);
        return at == 0 || (at > 0 && end[at - 1] == (byte)'\n');
    }

    private string Stem(DateTimeOffset now) => name + rotate switch
    {
        "daily" => now.ToString("-yyyy-MM-dd", CultureInfo.InvariantCulture),
        "monthly" => now.ToString("-yyyy-MM", CultureInfo.InvariantCulture),
        _ => "",
    };

    private string Relative(string stem) => stem + Ending(1);

    private string Ending(int number) => (number == 1 ? "" : "." + number.ToString(CultureInfo.InvariantCulture)) + (csv is null ? ".jsonl" : ".csv");

    /// <summary>The file's path. The name has been checked when it was saved; this is the wall behind that check.</summary>
    private string PathOf(string stem, int number)
    {
        string root = Path.GetFullPath(folder);
        string path = Path.GetFullPath(Path.Combine(root, stem + Ending(number)));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new AnswerException("The file's name leads out of the folder files of the data directory.", NotAllowed);
        }

        // A link that somebody has put there would lead out as well.
        for (string step = path; step.Length > root.Length; step = Path.GetDirectoryName(step)!)
        {
            if (new FileInfo(step).LinkTarget is not null)
            {
                throw new AnswerException($"{Path.GetRelativePath(root, step)} is a link: files are only written where no link leads.", NotAllowed);
            }
        }

        return path;
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        }
    }
}
