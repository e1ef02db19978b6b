namespace WebhookBridge.Server.Api;

/// <summary>One operation of the API: where it is, who may call it, what it takes and gives. The OpenAPI document is written from this table and from nothing else.</summary>
/// <param name="Pattern">Below <c>/api/v1</c>, such as <c>/events/{id}/body</c>.</param>
/// <param name="Scope">The scope that a key needs.</param>
/// <param name="Query">The names that the query may hold; any other is answered with 400.</param>
internal sealed record Operation(string Method, string Pattern, string Scope, IReadOnlyList<string> Query, Func<ApiRequest, Task<ApiAnswer>> Handle, OperationText Text)
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

/// <summary>What the OpenAPI document says of an operation.</summary>
/// <param name="Id">The name that generated clients call it by.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Gives">Name of the answer's schema; null = no content, answered with 204.</param>
internal sealed record OperationText(string Id, string Summary, string? Gives)
{
    /// <summary>An answer of bytes that have no schema.</summary>
    public const string Bytes = "bytes";

    /// <summary>The status of a success.</summary>
    public int Status { get; init; } = Gives is null ? 204 : 200;

    /// <summary>Other successes, with their schemas.</summary>
    public IReadOnlyList<(int Status, string Gives)> Also { get; init; } = [];

    /// <summary>Name of the schema of the body that is sent; null = none.</summary>
    public string? Takes { get; init; }

    /// <summary>Media types of the body that is sent.</summary>
    public IReadOnlyList<string> TakesTypes { get; init; } = ["application/json"];

    /// <summary>The body may be left out.</summary>
    public bool TakesOptional { get; init; }

    /// <summary>The operation reads or writes a tag: <c>ETag</c>, <c>If-Match</c>, <c>If-None-Match</c>.</summary>
    public bool Tagged { get; init; }

    /// <summary>Further headers that it needs, with what each is.</summary>
    public IReadOnlyList<(string Name, string Text)> Headers { get; init; } = [];

    /// <summary>How it may be refused, beside what every operation may answer.</summary>
    public IReadOnlyList<Problem> Refuses { get; init; } = [];
}
