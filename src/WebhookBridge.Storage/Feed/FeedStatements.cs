namespace WebhookBridge.Storage.Feed;

/// <summary>What is set up, as rows: the feed's entity sets that have no table of their own. Definitions are JSON (see the server's StoredItems), never with a secret in it.</summary>
internal static class FeedStatements
{
    public const string Sources = """
        SELECT name, json_extract(json, '$.platform') AS platform, json_extract(json, '$.enabled') AS enabled, revision, changed_at
        FROM config_items WHERE kind = 'source'
        """;

    public const string Destinations = """
        SELECT name, json_extract(json, '$.connector') AS connector,
          EXISTS (SELECT 1 FROM destination_holds h WHERE h.destination = config_items.name) AS held, revision, changed_at
        FROM config_items WHERE kind = 'destination'
        """;

    /// <summary>The source of a route is a name, <c>*</c>, or a list of names, which comes out with commas.</summary>
    public const string Routes = """
        SELECT name,
          CASE json_type(json, '$.definition.source') WHEN 'array' THEN (SELECT group_concat(value, ', ') FROM json_each(config_items.json, '$.definition.source'))
            ELSE json_extract(json, '$.definition.source') END AS source,
          json_extract(json, '$.definition.destination') AS destination, json_extract(json, '$.definition.enabled') AS enabled, revision, changed_at
        FROM config_items WHERE kind = 'route'
        """;
}
