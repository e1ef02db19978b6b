using System.CommandLine;
using WebhookBridge.Storage;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>backup FILE</c> and <c>restore FILE</c>.</summary>
internal static class BackupCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Argument<string> target = new("FILE") { Description = "The backup to write; it must not exist yet." };
        Option<bool> withKey = new("--with-master-key") { Description = "Also write the master key as FILE.key. Keep the two apart." };
        Command backup = new("backup", "Writes a copy of the database, also while a gateway is running. Secrets in it are sealed; the master key is not in it.") { target, withKey, Options.Data };
        backup.SetAction(async (arguments, _) =>
        {
            string file = arguments.GetValue(target)!;
            context.Read(arguments, directory =>
            {
                Backup.Write(directory, file, arguments.GetValue(withKey));
                return 0;
            });
            await context.Output.WriteLineAsync($"Backup written to {Path.GetFullPath(file)}");
            return ExitCodes.Done;
        });

        Argument<string> source = new("FILE") { Description = "A backup that `webhookbridge backup` wrote." };
        Command restore = new("restore", "Puts a backup in the place of the database. What was there is kept beside it.") { source, Options.Data };
        restore.SetAction(async (arguments, _) =>
        {
            string? kept;
            try
            {
                using DataDirectory directory = DataDirectory.OpenLocked(context.DataDirectory(arguments));
                kept = Backup.Restore(directory, arguments.GetValue(source)!, context.Time);
            }
            catch (DataDirectoryException e)
            {
                throw new CommandException(e.Message);
            }

            await context.Output.WriteLineAsync(kept is null ? "Restored." : $"Restored. What was there before is kept as {kept}");
            return ExitCodes.Done;
        });
        root.Add(backup);
        root.Add(restore);
    }
}
