namespace WebhookBridge.Server.Api;

/// <summary>One operation of the API: where it is, who may call it, what it takes.</summary>
/// <param name="Pattern">Below <c>/api/v1</c>, such as <c>/events/{id}/body</c>.</param>
/// <param name="Scope">The scope that a key needs.</param>
/// <param name="Query">The names that the query may hold; any other is answered with 400.</param>
internal sealed record Operation(string Method, string Pattern, string Scope, IReadOnlyList<string> Query, Func<ApiRequest, Task<ApiAnswer>> Handle)
{
    /// <summary>The pattern's segments.</summary>
    public string[] Segments { get; } = Pattern.Trim('/').Split('/');

    /// <summary>The values of the address when it fits the pattern, or null.</summary>
    public Dictionary<string, string>? Match(string[] path)
    {
        if (path.Length != Segments.Length)
        {
            return null;
        }

        Dictionary<string, string> values = new(StringComparer.Ordinal);
        for (int i = 0; i < path.Length; i++)
        {
            string segment = Segments[i];
            if (segment[0] == '{')
            {
                values[segment[1..^1]] = path[i];
            }
            else if (segment != path[i])
            {
                return null;
            }
        }

        return values;
    }
}
