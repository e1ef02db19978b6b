using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Changes ids, times and amounts of a sample so that no two simulated events are alike. A value that stands in several places changes the same way in all of them.</summary>
internal static class SampleVariations
{
    private const string InHeader = "header:";

    public static byte[] Apply(SampleVariation vary, byte[] body, List<KeyValuePair<string, string>> headers, bool isForm, DateTimeOffset now, Random random)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        TimeSpan? shift = null;
        byte[] varied = isForm ? ApplyToForm() : ApplyToJson();
        for (int i = 0; i < headers.Count; i++)
        {
            if (vary.Ids.Contains(InHeader + headers[i].Key, StringComparer.OrdinalIgnoreCase))
            {
                headers[i] = new(headers[i].Key, Remember(headers[i].Value, NewId));
            }
        }

        return varied;

        byte[] ApplyToJson()
        {
            JsonNode root = JsonNode.Parse(body)!;
            foreach ((string path, Func<string, string> change) in Changes())
            {
                SetExisting(root, path, change);
            }

            return Encoding.UTF8.GetBytes(root.ToJsonString(Relaxed));
        }

        byte[] ApplyToForm()
        {
            var changes = Changes().ToDictionary(c => c.Path, c => c.Change, StringComparer.Ordinal);
            var text = new StringBuilder();
            foreach (FormField field in FormFields.Parse(body).Fields)
            {
                string value = field.Value.Length > 0 && changes.TryGetValue(field.Name, out Func<string, string>? change) ? change(field.Value) : field.Value;
                text.Append(text.Length > 0 ? "&" : string.Empty).Append(Encode(field.Name)).Append('=').Append(Encode(value));
            }

            return Encoding.UTF8.GetBytes(text.ToString());
        }

        IEnumerable<(string Path, Func<string, string> Change)> Changes() =>
            vary.Ids.Where(p => !p.StartsWith(InHeader, StringComparison.Ordinal)).Select(p => (p, (Func<string, string>)(v => Remember(v, NewId))))
                .Concat(vary.Times.Select(p => (p, (Func<string, string>)NewTime)))
                .Concat(vary.Amounts.Select(p => (p, (Func<string, string>)(v => Remember(v, NewAmount)))));

        string Remember(string value, Func<string, string> make) => known.TryGetValue(value, out string? made) ? made : known[value] = make(value);

        // Letters and digits behind the prefix change, each within its kind, so that the id keeps its form.
        string NewId(string value)
        {
            int prefix = value.IndexOf('_', StringComparison.Ordinal) + 1;
            var id = new StringBuilder(value);
            for (int i = prefix; i < id.Length; i++)
            {
                id[i] = id[i] switch
                {
                    >= '0' and <= '9' => (char)('0' + (i == prefix ? random.Next(1, 10) : random.Next(10))),
                    >= 'a' and <= 'f' => (char)('a' + random.Next(6)),
                    >= 'g' and <= 'z' => (char)('g' + random.Next(20)),
                    >= 'A' and <= 'Z' => (char)('A' + random.Next(26)),
                    char other => other,
                };
            }

            return id.ToString();
        }

        string NewTime(string value)
        {
            if (EventTimes.Read(value, TimeSpan.Zero) is not DateTimeOffset old)
            {
                return value;
            }

            shift ??= now - old;
            DateTimeOffset time = old + shift.Value;
            if (!value.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                long unix = value.Length > 11 ? time.ToUnixTimeMilliseconds() : time.ToUnixTimeSeconds();
                return unix.ToString(CultureInfo.InvariantCulture);
            }

            string format = (value.Contains('T', StringComparison.Ordinal) ? "yyyy-MM-dd'T'HH:mm:ss" : value.Length > 10 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd") + (value.Contains('.', StringComparison.Ordinal) ? ".fff" : string.Empty);
            bool zone = value.EndsWith('Z') || (value.Length > 19 && value.AsSpan(16).ContainsAny('+', '-'));
            return time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture) + (zone ? (value.EndsWith('Z') ? "Z" : "+00:00") : string.Empty);
        }

        string NewAmount(string value)
        {
            int point = value.IndexOf('.', StringComparison.Ordinal);
            int decimals = point < 0 ? 0 : value.Length - point - 1;
            return new Money(random.Next(100, 100_000), decimals).Text(decimals);
        }
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void SetExisting(JsonNode root, string path, Func<string, string> change) =>
        JsonPlaces.SetExisting(root, path, old => old.GetValueKind() switch
        {
            JsonValueKind.String => JsonValue.Create(change(old.GetValue<string>())),
            JsonValueKind.Number => JsonNode.Parse(change(old.ToJsonString())),
            _ => old.DeepClone(),
        });

    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal).Replace("~", "%7E", StringComparison.Ordinal);
}
