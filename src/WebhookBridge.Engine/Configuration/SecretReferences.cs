using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>How the text of a secret is taken.</summary>
public enum SecretSyntax
{
    /// <summary>From a request: <c>${VAR}</c> and <c>file:</c> are refused with an explanation, <c>$${</c> stands for <c>${</c>.</summary>
    Request,

    /// <summary>From our own store, or after <see cref="SecretReferences.Expand"/>: every character means itself.</summary>
    Plain,
}

/// <summary>References in secrets: <c>${VAR}</c> and <c>file:PATH</c>, expanded only by the program that reads a file, in its own environment (contract section 3).</summary>
public static class SecretReferences
{
    private const string FilePrefix = "file:";
    private const int MaxLength = 64 * 1024;

    internal static SecretText? Read(JsonElement value, string path, SecretSyntax syntax, List<ConfigurationProblem> problems)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            problems.Add(new(path, "A secret is a text.", "Write it in double quotes."));
            return null;
        }

        string text = value.GetString()!;
        if (text.Length is 0 or > MaxLength)
        {
            problems.Add(new(path, text.Length == 0 ? "This secret is empty." : "This secret is longer than 65,536 characters.", "Write the secret, or remove the entry."));
            return null;
        }

        if (syntax == SecretSyntax.Plain)
        {
            return new(text);
        }

        if (text.StartsWith(FilePrefix, StringComparison.Ordinal) || ContainsReference(text))
        {
            problems.Add(new(path, "References to variables and files are not followed here: the server must not read its own environment for a caller.",
                "Send the secret itself, or use `webhookbridge apply FILE`, which expands ${VAR} and file:PATH on your side; for a literal ${ write $${."));
            return null;
        }

        return new(text.Replace("$${", "${", StringComparison.Ordinal));
    }

    /// <summary>Replaces the references in all secrets of a document.</summary>
    /// <param name="environment">A variable's value, or null when it is not set.</param>
    /// <param name="readFile">A file's text, or null when it cannot be read.</param>
    /// <param name="forRequest">True when the result goes over the API: what looks like a reference then is written so that it is not taken for one.</param>
    public static byte[] Expand(ReadOnlyMemory<byte> utf8, Func<string, string?> environment, Func<string, string?> readFile, bool forRequest, List<ConfigurationProblem> problems)
    {
        using JsonDocument? document = ConfigurationDocument.Parse(utf8, problems);
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return utf8.ToArray();
        }

        // The tree is only walked where secrets stand; everything else keeps its bytes, so that the reader's messages fit the file.
        JsonObject root = JsonObject.Create(document.RootElement)!;
        foreach (string section in (string[])["sources", "destinations"])
        {
            if (!TryMember(root, section, out JsonNode? items) || items is not JsonArray array)
            {
                continue;
            }

            for (int i = 0; i < array.Count; i++)
            {
                if (array[i] is JsonObject item && TryMember(item, "secrets", out JsonNode? secrets))
                {
                    ExpandSecrets(secrets, $"$.{section}[{i}].secrets");
                }
            }
        }

        return problems.Count > 0 ? utf8.ToArray() : Encoding.UTF8.GetBytes(root.ToJsonString());

        void ExpandSecrets(JsonNode? secrets, string path)
        {
            if (secrets is JsonArray list)
            {
                for (int i = 0; i < list.Count; i++)
                {
                    if (list[i] is JsonValue value && value.TryGetValue(out string? text))
                    {
                        list[i] = One(text, $"{path}[{i}]");
                    }
                }
            }
            else if (secrets is JsonObject map)
            {
                foreach (string key in map.Select(member => member.Key).ToArray())
                {
                    if (map[key] is JsonValue value && value.TryGetValue(out string? text))
                    {
                        map[key] = One(text, $"{path}.{key}");
                    }
                }
            }
        }

        string One(string text, string path)
        {
            string expanded = ExpandOne(text, path, environment, readFile, problems);
            return forRequest ? expanded.Replace("${", "$${", StringComparison.Ordinal) : expanded;
        }
    }

    private static string ExpandOne(string text, string path, Func<string, string?> environment, Func<string, string?> readFile, List<ConfigurationProblem> problems)
    {
        if (text.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            string file = text[FilePrefix.Length..];
            string? content = readFile(file)?.TrimEnd('\r', '\n');
            if (string.IsNullOrEmpty(content))
            {
                problems.Add(new(path, content is null ? $"The file {file} cannot be read." : $"The file {file} is empty.", "Write the path of a readable file that holds the secret alone."));
                return text;
            }

            return content;
        }

        StringBuilder result = new();
        int at = 0;
        while (at < text.Length)
        {
            if (Starts(text, at, "$${"))
            {
                result.Append("${");
                at += 3;
            }
            else if (Starts(text, at, "${") && text.IndexOf('}', at) is var end && end > at)
            {
                string name = text[(at + 2)..end];
                if (environment(name) is { Length: > 0 } value)
                {
                    result.Append(value);
                }
                else
                {
                    problems.Add(new(path, $"The environment variable {name} is not set.", $"Set {name} before you start the program; for a literal ${{ write $${{."));
                }

                at = end + 1;
            }
            else
            {
                result.Append(text[at]);
                at++;
            }
        }

        return result.ToString();
    }

    private static bool ContainsReference(string text)
    {
        for (int at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            if (at == 0 || text[at - 1] != '$')
            {
                return true;
            }
        }

        return false;
    }

    private static bool Starts(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static bool TryMember(JsonObject parent, string name, out JsonNode? value)
    {
        try
        {
            return parent.TryGetPropertyValue(name, out value);
        }
        catch (ArgumentException)
        {
            // A key that stands twice: the reader reports it.
            value = null;
            return false;
        }
    }
}
