using Microsoft.OData.UriParser;

namespace WebhookBridge.Server.Feed;

/// <summary>A request as it came: path and query in their own spelling, taken apart once.</summary>
internal sealed class FeedRequest
{
    private readonly List<(string Name, string Value, string Raw)> _options = [];
    private readonly string _path;

    /// <param name="root">Address of the service, with a slash at its end.</param>
    /// <param name="path">Below the root, escaped as it came.</param>
    /// <param name="query">Without the question mark, escaped as it came.</param>
    /// <param name="accept">The <c>Accept</c> header.</param>
    /// <param name="maxPageSize">The client's preference.</param>
    public FeedRequest(Uri root, string path, string query, string? accept, int? maxPageSize, bool seesPersonal, FeedLimits limits)
    {
        Root = root;
        Limits = limits;
        SeesPersonal = seesPersonal;
        MaxPageSize = maxPageSize;
        _path = path;
        foreach (string raw in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = raw.IndexOf('=', StringComparison.Ordinal);
            string name = Decode(equals < 0 ? raw : raw[..equals]).Trim();
            // OData 4.01 lets the dollar be left out, and does not care for case (Protocol 4.01, 11.2.1).
            string known = FeedNames.Options.Concat(FeedNames.OtherOptions).FirstOrDefault(option => option.Equals(name, StringComparison.OrdinalIgnoreCase) || option.AsSpan(1).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;
            if (known[0] is '$' or '@' && _options.Exists(option => option.Name == known))
            {
                throw FeedException.BadRequest($"{known} stands twice in the address.", known);
            }

            if (equals == raw.Length - 1 && known is "$filter" or "$orderby" or "$apply" or "$expand" or "$search")
            {
                throw FeedException.BadRequest($"{known} says nothing: give it a value or leave it out.", known);
            }

            _options.Add((known, equals < 0 ? "" : Decode(raw[(equals + 1)..]), raw));
        }

        foreach ((string name, string value, _) in _options.Where(static option => option.Name is "$filter" or "$orderby" or "$apply" or "$expand"))
        {
            FeedNames.Require(name, value);
        }

        Address = new Uri(root, path.Length == 0 ? "" : path);
        string understood = string.Join('&', _options.Where(static option => option.Name[0] is '$' or '@').Where(static option => option.Name is not ("$format" or "$skiptoken") && FeedNames.Options.Contains(option.Name) | option.Name[0] == '@')
            .Select(static option => option.Name + "=" + Uri.EscapeDataString(option.Name switch
            {
                "$filter" or "$apply" or "$expand" => InLists.Expand(option.Value),
                "$search" => SearchBinder.Quoted(option.Value),
                _ => option.Value,
            })));
        Parser = new ODataUriParser(FeedModel.Value, root, new Uri(root, path + (understood.Length > 0 ? "?" + understood : "")))
        {
            Resolver = new UnqualifiedODataUriResolver(),
            Settings = { MaximumExpansionDepth = 8, MaximumExpansionCount = 20 },
        };
        Writer = new FeedWriter(root, Option("$format") is { } format ? FeedWriter.Format(format) : accept, limits, seesPersonal);
    }

    public Uri Root { get; }

    public Uri Address { get; }

    public FeedLimits Limits { get; }

    public bool SeesPersonal { get; }

    /// <summary>The preference <c>odata.maxpagesize</c>.</summary>
    public int? MaxPageSize { get; }

    public ODataUriParser Parser { get; }

    public FeedWriter Writer { get; }

    public IEnumerable<string> OptionNames => _options.Select(static option => option.Name);

    /// <summary>All that decides which rows come in which order.</summary>
    public string Query => _path + "?" + string.Join('&', _options.Where(static option => option.Name is "$filter" or "$search" or "$orderby" or "$apply" || option.Name[0] == '@').OrderBy(static option => option.Name, StringComparer.Ordinal).Select(static option => $"{option.Name}={option.Value}"));

    public bool Has(string option) => _options.Exists(known => known.Name == option);

    public string? Option(string name) => _options.Find(option => option.Name == name) is { Name: not null } found ? found.Value : null;

    /// <summary>This address with another place in it: everything else stays as the client wrote it.</summary>
    public Uri NextPage(long? top, string token)
    {
        IEnumerable<string> kept = _options.Where(static option => option.Name is not ("$skip" or "$skiptoken" or "$top")).Select(static option => option.Raw);
        string?[] added = [top is null ? null : "$top=" + top, "$skiptoken=" + token];
        return new Uri(Root, _path + "?" + string.Join('&', kept.Concat(added.OfType<string>())));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
