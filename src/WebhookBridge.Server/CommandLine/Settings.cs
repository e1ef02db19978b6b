using System.CommandLine;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;

namespace WebhookBridge.Server.CommandLine;

/// <summary>Finds the value of a setting: option, then <c>WEBHOOKBRIDGE_*</c>, then <c>appsettings.json</c>, then the default (contract section 6).</summary>
internal sealed class Settings
{
    /// <summary>What every variable begins with.</summary>
    public const string Prefix = "WEBHOOKBRIDGE_";
    private const string FileName = "appsettings.json";
    private const string Section = "WebhookBridge";

    private readonly Func<string, string?> _environment;
    private readonly Dictionary<string, string> _file = new(StringComparer.Ordinal);

    /// <param name="folders">Where <c>appsettings.json</c> is looked for; the first one found counts.</param>
    /// <exception cref="CommandException">The file is not readable, or names a setting that does not exist.</exception>
    public Settings(Func<string, string?> environment, IReadOnlyList<string> folders, IReadOnlyCollection<string> known)
    {
        _environment = environment;
        string? path = folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists);
        if (path is not null)
        {
            ReadFile(path, known);
        }
    }

    /// <summary>The setting as text; null when nobody says anything.</summary>
    public string? Find(ParseResult arguments, Option<string?> option)
    {
        if (arguments.GetResult(option) is { Implicit: false })
        {
            return arguments.GetValue(option) ?? "";
        }

        string name = option.Name.TrimStart('-');
        return _environment(Prefix + name.ToUpperInvariant().Replace('-', '_')) is { Length: > 0 } fromEnvironment ? fromEnvironment : _file.GetValueOrDefault(name);
    }

    /// <summary>A variable that has no option.</summary>
    public string? Variable(string name) => _environment(Prefix + name) is { Length: > 0 } value ? value : null;

    private void ReadFile(string path, IReadOnlyCollection<string> known)
    {
        List<ConfigurationProblem> problems = [];
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read ({e.Message}); mend its permissions, or remove it.");
        }

        using JsonDocument? document = ConfigurationDocument.Parse(bytes, problems);
        if (document is not null && document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(Section, out JsonElement section))
        {
            ObjectReader reader = new(section, "$." + Section, problems);
            foreach (string name in known)
            {
                if (reader.Has(name, out JsonElement value))
                {
                    _file[name] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                }
            }

            reader.End();
        }

        if (problems.Count > 0)
        {
            throw new CommandException($"{path} is not usable: {string.Join(" ", problems)}");
        }
    }
}

/// <summary>What was asked cannot be done: one sentence for standard error, which says how to mend it, and the exit code.</summary>
internal class CommandException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Exit codes of every command (contract section 6).</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
}
