using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>A sender, described by data: how it signs, what it sends and how that is read. Immutable and thread-safe.</summary>
public sealed class Platform
{
    /// <summary>Settings that every source may have, whatever its platform: which scheme is in force, and the tolerance of signed timestamps.</summary>
    public static readonly IReadOnlyList<string> CommonSettings = ["scheme", "toleranceSeconds"];

    private readonly IReadOnlyList<JsonElement> _schemes;
    private readonly IReadOnlyList<JsonElement> _handshakes;

    internal Platform(IReadOnlyList<JsonElement> schemes, IReadOnlyList<JsonElement> handshakes)
    {
        _schemes = schemes;
        _handshakes = handshakes;
    }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string Category { get; init; }

    /// <summary>ISO 3166 codes where the sender is used most; empty = everywhere.</summary>
    public required IReadOnlyList<string> Countries { get; init; }

    /// <summary>True where events are read into the normal form; false where only the scheme is known.</summary>
    public required bool Complete { get; init; }

    /// <summary>The sender publishes no bodies or no scheme: what we ship for it is made up and never offered as fact.</summary>
    public required bool SamplesMadeUp { get; init; }

    public required LocalText? Notes { get; init; }

    /// <summary>What the sender calls the secret.</summary>
    public required LocalText? SecretLabel { get; init; }

    /// <summary>By language (<c>en</c>, <c>pt-BR</c>): where an operator finds the secret and enters the address.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> SecretSteps { get; init; }

    /// <summary>Prefixes of secrets with a purpose of their own, such as <c>verify-token:</c>; <c>path:</c> is known to every platform.</summary>
    public required IReadOnlyList<string> SecretTags { get; init; }

    public required IReadOnlyList<PlatformSetting> Settings { get; init; }

    public required IReadOnlyList<string> SchemeIds { get; init; }

    /// <summary>Schemes in force where the source does not name one; empty = all.</summary>
    public required IReadOnlyList<string> DefaultSchemes { get; init; }

    public required PlatformAnswers Answers { get; init; }

    public required PlatformDelivery? Delivery { get; init; }

    public required IReadOnlyList<PlatformFact> Facts { get; init; }

    public required IReadOnlyList<PlatformEvent> Events { get; init; }

    public required IReadOnlyList<PlatformSample> Samples { get; init; }

    internal EventReading Reading { get; init; } = null!;

    internal SampleVariation Vary { get; init; } = SampleVariation.None;

    /// <summary>Makes the judge for one source. It always comes into being: with <see cref="SourceVerifier.Problems"/> it refuses every request with the reason <c>secret_missing</c> (fail closed).</summary>
    public SourceVerifier CreateVerifier(SourceDefinition definition)
    {
        var problems = new List<LocalText>();
        List<Scheme> schemes = ReadSchemes(definition, problems);
        var path = new List<byte[]>();
        var tagged = new List<(string Tag, string Text)>();
        var plain = new List<(int Index, string Text)>();
        for (int i = 0; i < definition.Secrets.Count; i++)
        {
            string text = definition.Secrets[i].Reveal();
            string? tag = SecretTags.Append(SourceVerifier.PathTag).FirstOrDefault(t => text.StartsWith(t, StringComparison.Ordinal));
            if (tag is null)
            {
                plain.Add((i, text));
            }
            else
            {
                tagged.Add((tag, text[tag.Length..]));
            }
        }

        path.AddRange(tagged.Where(t => t.Tag == SourceVerifier.PathTag && t.Text.Length > 0).Select(t => Encoding.UTF8.GetBytes(t.Text)));
        if (schemes.Exists(s => s.Kind == SchemeKind.PathSecret))
        {
            if (schemes.Count > 1)
            {
                problems.Add(new(
                    "The scheme 'path-secret' stands alone: name one scheme in the setting 'scheme'; a secret 'path:…' adds a secret in the path to any other.",
                    "O esquema 'path-secret' fica sozinho: indique um esquema na configuração 'scheme'; um segredo 'path:…' acrescenta um segredo no caminho a qualquer outro."));
            }

            path.AddRange(plain.Where(p => p.Text.Length > 0).Select(p => Encoding.UTF8.GetBytes(p.Text)));
        }

        SchemeCheck[] checks = [.. KeyRing.Assign(schemes, plain, path, problems)];
        Handshake[] handshakes = ReadHandshakes(definition, problems);
        var verifier = new SourceVerifier(
            checks,
            [.. path],
            [.. handshakes.Select(h => (h, HandshakeSecrets(h, tagged, plain)))],
            plain.Count > 0 || tagged.Exists(static t => t.Tag != SourceVerifier.PathTag),
            problems);
        return verifier;
    }

    /// <summary>Reads the events of a genuine request into the normal form. Never throws: what cannot be read comes back as one event with a reason.</summary>
    /// <param name="request">As received; its headers and query may name id and type.</param>
    /// <param name="openedBody">The body after gzip was opened.</param>
    /// <param name="nextId">Makes our ids, one for each event.</param>
    /// <param name="simulated">True when the gateway's own simulator sent it: mode <c>test</c>, marked.</param>
    public ReadResult Read(InboundRequest request, ReadOnlyMemory<byte> openedBody, VerifyResult.Genuine genuine, SourceDefinition source, Func<string> nextId, bool simulated) =>
        EventReader.Read(this, request, openedBody, genuine, source, nextId, simulated);

    private static byte[][] HandshakeSecrets(Handshake handshake, List<(string Tag, string Text)> tagged, List<(int Index, string Text)> plain)
    {
        IEnumerable<string> texts = handshake.SecretTag is string tag && tagged.Exists(t => t.Tag == tag)
            ? tagged.Where(t => t.Tag == tag).Select(t => t.Text)
            : plain.Select(p => p.Text);
        return [.. texts.Where(t => t.Length > 0).Select(Encoding.UTF8.GetBytes)];
    }

    private List<Scheme> ReadSchemes(SourceDefinition definition, List<LocalText> problems)
    {
        foreach (string name in definition.Settings.Keys.Where(n => !CommonSettings.Contains(n) && !Settings.Any(s => s.Name == n)))
        {
            string known = string.Join(", ", CommonSettings.Concat(Settings.Select(s => s.Name)));
            problems.Add(new($"The platform '{Name}' has no setting '{name}'; it has: {known}.", $"A plataforma '{Name}' não tem a configuração '{name}'; ela tem: {known}."));
        }

        string[] wanted = Setting(definition, "scheme") is { Length: > 0 } named
            ? named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. DefaultSchemes.Count > 0 ? DefaultSchemes : SchemeIds];
        foreach (string id in wanted.Where(id => !SchemeIds.Contains(id)))
        {
            problems.Add(new($"The platform '{Name}' has no scheme '{id}'; it has: {string.Join(", ", SchemeIds)}.", $"A plataforma '{Name}' não tem o esquema '{id}'; ela tem: {string.Join(", ", SchemeIds)}."));
        }

        var context = new DescriptionReader.Context(Name, name => Setting(definition, name));
        int? tolerance = null;
        if (Setting(definition, "toleranceSeconds") is { Length: > 0 } seconds)
        {
            if (int.TryParse(seconds, System.Globalization.NumberStyles.None, null, out int number) && number is > 0 and <= 7 * 24 * 3600)
            {
                tolerance = number;
            }
            else
            {
                problems.Add(new("The setting 'toleranceSeconds' must be a whole number from 1 to 604800.", "A configuração 'toleranceSeconds' deve ser um número inteiro de 1 a 604800."));
            }
        }

        var schemes = new List<Scheme>();
        for (int i = 0; i < _schemes.Count; i++)
        {
            if (wanted.Contains(SchemeIds[i]) && SchemeReader.Read(new DescriptionReader(_schemes[i], $"$.schemes[{i}]", context)) is Scheme scheme)
            {
                schemes.Add(tolerance is int past && scheme.Timestamp is TimestampRule rule
                    ? scheme with { Timestamp = rule with { PastSeconds = past, FutureSeconds = past } }
                    : scheme);
            }
        }

        problems.AddRange(context.Errors.Select(static e => new LocalText($"Setting of the source: {e.JsonPath} {e.Text}.", $"Configuração da origem: {e.JsonPath} {e.Text}.")));
        return schemes;
    }

    private Handshake[] ReadHandshakes(SourceDefinition definition, List<LocalText> problems)
    {
        var context = new DescriptionReader.Context(Name, name => Setting(definition, name));
        var handshakes = new List<Handshake>();
        for (int i = 0; i < _handshakes.Count; i++)
        {
            if (Handshake.Read(new DescriptionReader(_handshakes[i], $"$.handshakes[{i}]", context)) is Handshake handshake)
            {
                handshakes.Add(handshake);
            }
        }

        problems.AddRange(context.Errors.Select(static e => new LocalText($"Setting of the source: {e.JsonPath} {e.Text}.", $"Configuração da origem: {e.JsonPath} {e.Text}.")));
        return [.. handshakes];
    }

    private string? Setting(SourceDefinition definition, string name)
    {
        if (!definition.Settings.TryGetValue(name, out JsonElement value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return Settings.FirstOrDefault(s => s.Name == name)?.Default ?? (CommonSettings.Contains(name) ? string.Empty : null);
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(v => v.ToString())),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.GetRawText(),
        };
    }
}
