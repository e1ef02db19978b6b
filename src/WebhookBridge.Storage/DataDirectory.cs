using System.Globalization;

namespace WebhookBridge.Storage;

/// <summary>The data directory cannot be used; the message is one sentence with the fix.</summary>
public sealed class DataDirectoryException : Exception
{
    public DataDirectoryException()
    {
    }

    public DataDirectoryException(string message)
        : base(message)
    {
    }

    public DataDirectoryException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>The directory that holds the database and the master key. One process writes in it: it holds the lock as long as it lives.</summary>
public sealed class DataDirectory : IDisposable
{
    private const string LockName = "webhookbridge.lock";
    private const string PidName = "webhookbridge.pid";

    private readonly FileStream? _lock;

    private DataDirectory(string path, FileStream? held)
    {
        DirectoryPath = path;
        _lock = held;
    }

    /// <summary>Absolute.</summary>
    public string DirectoryPath { get; }

    public string DatabaseFile => Path.Combine(DirectoryPath, "webhookbridge.db");

    public string MasterKeyFile => Path.Combine(DirectoryPath, "master.key");

    /// <summary>False when it was opened for looking only.</summary>
    public bool IsLocked => _lock is not null;

    /// <summary>Makes the directory if need be and takes its lock; names the process that has it otherwise.</summary>
    public static DataDirectory OpenLocked(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(full);
            }
            else
            {
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"The data directory {full} cannot be made: {error.Message} Name another with --data.", error);
        }

        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(full, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new DataDirectoryException($"The data directory {full} cannot be written. Give this user write permission, or name another with --data.", error);
        }
        catch (IOException error)
        {
            throw new DataDirectoryException(
                IsReadOnly(error)
                    ? $"The data directory {full} is on a read-only disk. Name another with --data."
                    : $"The data directory {full} is in use by {Holder(full)}. Stop it first, or speak to it with --server.",
                error);
        }

        File.WriteAllText(Path.Combine(full, PidName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataDirectory(full, held);
    }

    /// <summary>For check, backup, export and the like: beside a running gateway, or on a copy. Nothing is written.</summary>
    public static DataDirectory OpenForReading(string path)
    {
        var directory = new DataDirectory(Path.GetFullPath(path), held: null);
        return File.Exists(directory.DatabaseFile)
            ? directory
            : throw new DataDirectoryException($"There is no database in {directory.DirectoryPath}. Name the data directory with --data.");
    }

    /// <summary>Free bytes on the directory's disk for this user.</summary>
    public long FreeBytes() => new DriveInfo(DirectoryPath).AvailableFreeSpace;

    public void Dispose()
    {
        if (_lock is not null)
        {
            File.Delete(Path.Combine(DirectoryPath, PidName));
            _lock.Dispose();
        }
    }

    private static bool IsReadOnly(IOException error) => error.Message.Contains("read-only", StringComparison.OrdinalIgnoreCase);

    private static string Holder(string directory)
    {
        try
        {
            return "process " + File.ReadAllText(Path.Combine(directory, PidName)).Trim();
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
