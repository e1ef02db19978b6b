namespace WebhookBridge.Server.Feed;

/// <summary>What the feed knows of OData's names and what it does not. docs/odata.md has both lists; a test compares.</summary>
internal static class FeedNames
{
    /// <summary>Functions that give a value of a column.</summary>
    public static readonly IReadOnlyList<string> Functions = ["tolower", "toupper", "length", "year", "month", "day", "hour", "minute", "second", "date"];

    /// <summary>Functions that are answered with 501 (OData URL Conventions 4.01, 5.1.1.5 to 5.1.1.12).</summary>
    public static readonly IReadOnlyList<string> OtherFunctions =
    [
        "concat", "indexof", "substring", "trim", "matchesPattern", "hassubset", "hassubsequence", "substringof",
        "fractionalseconds", "maxdatetime", "mindatetime", "now", "time", "totaloffsetminutes", "totalseconds",
        "ceiling", "floor", "round", "cast", "isof", "case", "geo.distance", "geo.intersects", "geo.length",
    ];

    /// <summary>Operators that are answered with 501 (5.1.1.1.9 and 5.1.1.2).</summary>
    public static readonly IReadOnlyList<string> OtherOperators = ["add", "sub", "mul", "div", "mod", "-"];

    public static readonly IReadOnlyList<string> Options = ["$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count", "$skiptoken", "$apply", "$format", "$search"];

    /// <summary>System query options that are answered with 501 (5.1.2 to 5.1.8).</summary>
    public static readonly IReadOnlyList<string> OtherOptions = ["$compute", "$deltatoken", "$index", "$schemaversion", "$id"];

    /// <summary>Transformations of <c>$apply</c> that are answered with 501 (Data Aggregation 4.0, 3).</summary>
    public static readonly IReadOnlyList<string> OtherTransformations = ["compute", "expand", "concat", "topcount", "topsum", "toppercent", "bottomcount", "bottomsum", "bottompercent", "identity", "search", "rollup"];
}
