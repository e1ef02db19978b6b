using System.Text.Json;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>The kinds of place that a locator names.</summary>
internal enum LocatorKind
{
    Header,
    Query,
    Form,
    Json,
    Item,
    Key,
    Body,
    Method,
    Url,
    UrlWithPort,
    UrlWithoutPort,
    Path,
    PathSecret,
    Timestamp,
    Id,
    FormSorted,
    FormBefore,
    FormPhp,
    Text,
}

/// <summary>A place in a request, written as <c>header:NAME</c>, <c>query:NAME</c>, <c>form:NAME</c>, <c>json:PATH</c>, <c>item:PATH</c>, or one of the words of docs/platforms.md (<c>body</c>, <c>url</c>, <c>form.sorted</c> …).</summary>
internal sealed class Locator
{
    private Locator(string text, LocatorKind kind, string name, BodyPath? path)
    {
        Text = text;
        Kind = kind;
        Name = name;
        JsonPath = path;
    }

    public string Text { get; }

    public LocatorKind Kind { get; }

    /// <summary>What stands behind the colon.</summary>
    public string Name { get; }

    public BodyPath? JsonPath { get; }

    /// <summary>Whether a valid proof over this place covers the body.</summary>
    public bool CoversBody => Kind is LocatorKind.Body or LocatorKind.FormSorted or LocatorKind.FormBefore or LocatorKind.FormPhp;

    public static bool TryParse(string text, out Locator locator, out string problem)
    {
        problem = string.Empty;
        locator = null!;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string word = colon < 0 ? text : text[..colon];
        string name = colon < 0 ? string.Empty : text[(colon + 1)..];
        LocatorKind? kind = word switch
        {
            "header" => LocatorKind.Header,
            "query" => LocatorKind.Query,
            "form" => LocatorKind.Form,
            "json" => LocatorKind.Json,
            "item" => LocatorKind.Item,
            "key" => LocatorKind.Key,
            "body" => LocatorKind.Body,
            "method" => LocatorKind.Method,
            "url" => LocatorKind.Url,
            "url.with-port" => LocatorKind.UrlWithPort,
            "url.without-port" => LocatorKind.UrlWithoutPort,
            "path" => LocatorKind.Path,
            "path-secret" => LocatorKind.PathSecret,
            "timestamp" => LocatorKind.Timestamp,
            "id" => LocatorKind.Id,
            "form.sorted" => LocatorKind.FormSorted,
            "form.before" => LocatorKind.FormBefore,
            "form.php" => LocatorKind.FormPhp,
            "text" => LocatorKind.Text,
            _ => null,
        };
        if (kind is not LocatorKind known)
        {
            problem = $"'{word}' names no place in a request";
            return false;
        }

        bool needsName = known is LocatorKind.Header or LocatorKind.Query or LocatorKind.Form or LocatorKind.Json or LocatorKind.Item or LocatorKind.FormBefore or LocatorKind.Text;
        if (needsName == (name.Length == 0))
        {
            problem = needsName ? $"'{word}:' needs a name behind it" : $"'{word}' takes no name";
            return false;
        }

        BodyPath? path = null;
        if (known is LocatorKind.Json or LocatorKind.Item && !BodyPath.TryParse(name, out path, out problem))
        {
            return false;
        }

        locator = new Locator(text, known, name, path);
        return true;
    }

    /// <summary>The text there; null when it is absent (a JSON null is absent, a JSON number or boolean is its own text).</summary>
    public string? Read(ref RequestScope scope)
    {
        switch (Kind)
        {
            case LocatorKind.Header:
                return scope.Request.Header(Name);
            case LocatorKind.Query:
                return FormFields.FromQuery(scope.Request.Query, Name);
            case LocatorKind.Form:
                return scope.IsForm ? scope.Form.First(Name) : null;
            case LocatorKind.Json:
                return scope.TryJson(out JsonElement root) && JsonPath!.TryGet(root, isForm: false, out JsonElement value) ? AsText(value) : null;
            case LocatorKind.Item:
                return scope.Item is JsonElement item && JsonPath!.TryGet(item, isForm: false, out JsonElement part) ? AsText(part) : null;
            case LocatorKind.PathSecret:
                return scope.Request.PathSecret;
            case LocatorKind.Timestamp:
                return scope.Timestamp.IsEmpty ? null : scope.Timestamp.ToString();
            case LocatorKind.Id:
                return scope.Id;
            case LocatorKind.Method:
                return scope.Request.Method;
            case LocatorKind.Path:
                return scope.Request.Path;
            default:
                var buffer = default(ByteBuffer);
                bool found = Write(ref scope, ref buffer);
                string? text = found ? System.Text.Encoding.UTF8.GetString(buffer.Written) : null;
                buffer.Dispose();
                return text;
        }
    }

    /// <summary>Appends what stands there; false when it is absent.</summary>
    public bool Write(ref RequestScope scope, ref ByteBuffer to)
    {
        switch (Kind)
        {
            case LocatorKind.Body:
                to.Append(scope.Request.Body.Span);
                return true;
            case LocatorKind.Key:
                to.Append(scope.Secret);
                return scope.Secret is { Length: > 0 };
            case LocatorKind.Text:
                to.AppendText(Name);
                return true;
            case LocatorKind.Timestamp:
                to.AppendText(scope.Timestamp);
                return !scope.Timestamp.IsEmpty;
            case LocatorKind.Url:
            case LocatorKind.UrlWithPort:
            case LocatorKind.UrlWithoutPort:
                to.AppendText(PublicUrl.Origin(scope.Request.PublicOrigin, Kind));
                to.AppendText(scope.Request.Path);
                to.AppendText(scope.Request.Query);
                return true;
            case LocatorKind.FormSorted or LocatorKind.FormBefore or LocatorKind.FormPhp when !scope.IsForm:
                return false;
            case LocatorKind.FormSorted:
                FormTexts.Sorted(scope.Form, scope.SignatureField, ref to);
                return true;
            case LocatorKind.FormBefore:
                return FormTexts.Before(scope.Form, scope.Request.Body.Span, Name, ref to);
            case LocatorKind.FormPhp:
                FormTexts.PhpSerialized(scope.Form, scope.SignatureField, ref to);
                return true;
            default:
                if (Read(ref scope) is not string text)
                {
                    return false;
                }

                to.AppendText(text);
                return true;
        }
    }

    internal static string? AsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => CommonWords.Find(value) ?? value.GetString(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };

    /// <summary>Forms of the address that senders sign (Twilio tries the default port both ways).</summary>
    private static class PublicUrl
    {
        public static string Origin(string origin, LocatorKind kind)
        {
            if (kind == LocatorKind.Url)
            {
                return origin;
            }

            int host = origin.IndexOf("://", StringComparison.Ordinal) + 3;
            int bracket = origin.LastIndexOf(']');
            int colon = origin.LastIndexOf(':');
            bool hasPort = colon > bracket && colon >= host;
            if (kind == LocatorKind.UrlWithoutPort)
            {
                return hasPort ? origin[..colon] : origin;
            }

            return hasPort ? origin : origin + (origin.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80");
        }
    }
}
