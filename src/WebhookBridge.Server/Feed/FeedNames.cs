using System.Text.RegularExpressions;

namespace WebhookBridge.Server.Feed;

/// <summary>What the feed knows of OData's names and what it does not. docs/odata.md has both lists; a test compares.</summary>
internal static partial class FeedNames
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
    public static readonly IReadOnlyList<string> OtherOperators = ["add", "sub", "mul", "div", "divby", "mod", "has", "-"];

    public static readonly IReadOnlyList<string> Options = ["$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count", "$skiptoken", "$apply", "$format", "$search"];

    /// <summary>System query options that are answered with 501 (5.1.2 to 5.1.8).</summary>
    public static readonly IReadOnlyList<string> OtherOptions = ["$compute", "$deltatoken", "$index", "$schemaversion", "$id"];

    /// <summary>Transformations of <c>$apply</c> that are answered with 501 (Data Aggregation 4.0, 3).</summary>
    public static readonly IReadOnlyList<string> OtherTransformations =
        ["compute", "expand", "concat", "topcount", "topsum", "toppercent", "bottomcount", "bottomsum", "bottompercent", "search", "rollup"];

    /// <summary>Refuses by name what is not known here, whether ODataLib could read it or not.</summary>
    /// <exception cref="FeedException">501.</exception>
    public static void Require(string option, string expression)
    {
        string outside = Texts().Replace(expression, "''");
        IEnumerable<string> functions = option == "$apply" ? OtherFunctions.Concat(OtherTransformations) : OtherFunctions;
        foreach (Match call in Call().Matches(outside))
        {
            if (functions.Contains(call.Groups["name"].Value))
            {
                throw FeedException.NotImplemented(call.Groups["name"].Value);
            }
        }

        foreach (Match word in Word().Matches(outside))
        {
            if (OtherOperators.Contains(word.Groups["name"].Value))
            {
                throw FeedException.NotImplemented(word.Groups["name"].Value);
            }
        }
    }

    [GeneratedRegex("'(?:[^']|'')*'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Texts();

    [GeneratedRegex(@"(?<![\w./$@])(?<name>[A-Za-z][\w.]*)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();

    /// <summary>A word between two values.</summary>
    [GeneratedRegex(@"(?<=[\w)'\]]\s+)(?<name>[a-z]+)(?=\s+[\w('@-])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
