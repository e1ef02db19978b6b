using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Reshaping;

namespace WebhookBridge.Server.CommandLine;

/// <summary><c>render</c>: a template over a file of data, output byte for byte.</summary>
internal static class RenderCommand
{
    public static void AddTo(RootCommand root, CommandContext context)
    {
        Option<string> template = new("--template") { Description = "The Scriban template.", HelpName = "FILE", Required = true };
        Option<string> data = new("--data") { Description = "JSON; the members of the object are the names that the template sees.", HelpName = "FILE.json", Required = true };
        Option<string> mode = new("--mode") { Description = "How values are written into the output: text, json or html.", HelpName = "text|json|html", DefaultValueFactory = _ => "text" };
        mode.AcceptOnlyFromAmong("text", "json", "html");
        Option<bool> strict = new("--strict") { Description = "A name that does not exist is an error instead of nothing." };
        Command render = new("render", "Renders a template over a JSON file and prints the output.") { template, data, mode, strict };
        render.SetAction((arguments, _) => RunAsync(
            context, arguments.GetValue(template)!, arguments.GetValue(data)!, Enum.Parse<OutputMode>(arguments.GetValue(mode)!, ignoreCase: true), arguments.GetValue(strict)));
        root.Add(render);
    }

    private static async Task<int> RunAsync(CommandContext context, string templateFile, string dataFile, OutputMode mode, bool strict)
    {
        string text = Encoding.UTF8.GetString(CommandContext.ReadFile(templateFile));
        List<ConfigurationProblem> problems = [];
        using JsonDocument? data = ConfigurationDocument.Parse(CommandContext.ReadFile(dataFile), problems);
        if (data is null)
        {
            throw new CommandException($"{dataFile}: {problems[0].Message} {problems[0].Fix}");
        }

        if (data.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new CommandException($"{dataFile} holds {ObjectReader.Describe(data.RootElement)}: write an object, whose members are the names that the template sees.");
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(templateFile));
        string? Include(string name) => folder is not null && Path.GetFileName(name) == name && File.Exists(Path.Combine(folder, name)) ? File.ReadAllText(Path.Combine(folder, name)) : null;
        if (CompiledTemplate.Compile(text, mode, Include, strict, out IReadOnlyList<TemplateProblem> wrong) is not { } template)
        {
            throw new CommandException(string.Join('\n', wrong.Select(problem => $"{templateFile}: {problem}")));
        }

        ArrayBufferWriter<byte> output = new();
        if (template.RenderMembers(data.RootElement, output, context.Time.GetUtcNow()) is { } failed)
        {
            throw new CommandException($"{templateFile}: {failed}");
        }

        await context.Output.FlushAsync();
        await using Stream stdout = Console.OpenStandardOutput();
        await stdout.WriteAsync(output.WrittenMemory);
        return ExitCodes.Done;
    }
}
