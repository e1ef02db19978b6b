using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using Microsoft.OData;
using Microsoft.OData.Edm;
using Microsoft.OData.Edm.Csdl;
using Microsoft.OData.UriParser;
using WebhookBridge.Server.Access;

namespace WebhookBridge.Server.Feed;

/// <summary>Answers as OData wants them: names, context addresses, metadata by the client's wish. ODataLib does the writing.</summary>
/// <param name="accept">The client's <c>Accept</c>, or what <c>$format</c> stands for.</param>
internal sealed partial class FeedWriter(Uri root, string? accept, FeedLimits limits, bool seesPersonal)
{
    private const string Json = "application/json";

    /// <summary>The media type of <c>$format</c> (OData Protocol 4.01, 11.2.12).</summary>
    public static string Format(string format) => format switch
    {
        "json" => Json,
        "xml" => "application/xml",
        "atom" => "application/atom+xml",
        _ => format,
    };

    public FeedAnswer ServiceDocument()
    {
        FeedAnswer answer = new(200, limits.MaxAnswerBytes);
        using ODataMessageWriter writer = Open(answer, new ODataUri { ServiceRoot = root });
        writer.WriteServiceDocument(new ODataServiceDocument { EntitySets = FeedSets.All.Select(static set => new ODataEntitySetInfo { Name = set.Name, Title = set.Name, Url = new Uri(set.Name, UriKind.Relative) }) });
        return answer;
    }

    /// <summary><c>$metadata</c>: XML, or JSON where the client prefers that.</summary>
    public FeedAnswer Metadata()
    {
        FeedAnswer answer = new(200, limits.MaxAnswerBytes);
        IEnumerable<Microsoft.OData.Edm.Validation.EdmError> errors;
        if (PrefersJson())
        {
            answer.SetHeader("Content-Type", Json);
            using Utf8JsonWriter json = new(answer.GetStream());
            CsdlWriter.TryWriteCsdl(FeedModel.Value, json, out errors);
            json.Flush();
        }
        else
        {
            answer.SetHeader("Content-Type", "application/xml;charset=utf-8");
            using XmlWriter xml = XmlWriter.Create(answer.GetStream(), new XmlWriterSettings { Encoding = new System.Text.UTF8Encoding(false) });
            CsdlWriter.TryWriteCsdl(FeedModel.Value, xml, CsdlTarget.OData, out errors);
        }

        return errors.Any() ? throw new InvalidOperationException(string.Join(", ", errors)) : answer;
    }

    public FeedAnswer Entities(FeedSet set, IReadOnlyList<FeedEntity> entities, ODataUri uri, long? count, Uri? next)
    {
        FeedAnswer answer = new(200, limits.MaxAnswerBytes);
        using ODataMessageWriter messages = Open(answer, uri);
        ODataWriter writer = messages.CreateODataResourceSetWriter(EdmSet(set), EdmSet(set).EntityType());
        writer.WriteStart(new ODataResourceSet { Count = count, NextPageLink = next });
        foreach (FeedEntity entity in entities)
        {
            Write(writer, entity);
        }

        writer.WriteEnd();
        writer.Flush();
        return answer;
    }

    public FeedAnswer Entity(FeedEntity entity, ODataUri uri)
    {
        FeedAnswer answer = new(200, limits.MaxAnswerBytes);
        using ODataMessageWriter messages = Open(answer, uri);
        ODataWriter writer = messages.CreateODataResourceWriter(EdmSet(entity.Plan.Set), EdmSet(entity.Plan.Set).EntityType());
        Write(writer, entity);
        writer.Flush();
        return answer;
    }

    public FeedAnswer Property(FeedProperty property, object? value, ODataUri uri)
    {
        FeedAnswer answer = new(200, limits.MaxAnswerBytes);
        using ODataMessageWriter messages = Open(answer, uri);
        messages.WriteProperty(new ODataProperty { Name = property.Name, Value = ToClient(property, value) });
        return answer;
    }

    public FeedAnswer Groups(FeedSet set, IReadOnlyList<ResultColumn> columns, int keys, IReadOnlyList<object?[]> rows, ODataUri uri, long? count, Uri? next)
    {
        FeedAnswer answer = new(200, limits.MaxAnswerBytes);
        bool typed = accept?.Contains("metadata=none", StringComparison.OrdinalIgnoreCase) != true;
        // A group is no entity and has no addresses: of full metadata there is nothing more to say than of minimal.
        using ODataMessageWriter messages = Open(answer, uri, accept?.Replace("metadata=full", "metadata=minimal", StringComparison.OrdinalIgnoreCase));
        ODataWriter writer = messages.CreateODataResourceSetWriter(EdmSet(set), EdmSet(set).EntityType());
        writer.WriteStart(new ODataResourceSet { Count = count, NextPageLink = next });
        foreach (object?[] row in rows)
        {
            WriteGroup(writer, [.. columns.Select((column, i) => (column.Path, typed && i >= keys ? Typed(column.Column.Type, Hidden(column.Column.FreeText, row[i])) : FeedValues.ToClient(column.Column.Type, Hidden(column.Column.FreeText, row[i]))))]);
        }

        writer.WriteEnd();
        writer.Flush();
        return answer;
    }

    /// <summary>The value of a property as it goes out: personal data struck out for keys that may not see it.</summary>
    public object? ToClient(FeedProperty property, object? stored) =>
        property.Personal && !seesPersonal && stored is string text ? Mask(text) : FeedValues.ToClient(property.Type, Hidden(property.FreeText, stored));

    private object? Hidden(bool freeText, object? stored) => freeText && !seesPersonal && stored is string text ? Masks.Text(text) : stored;

    /// <summary>A value as plain text (Protocol 4.01, 11.2.4.1).</summary>
    public string ToText(FeedProperty property, object stored) => ToClient(property, stored) switch
    {
        DateTimeOffset time => PayloadServices.TimeText(time),
        bool flag => flag ? "true" : "false",
        { } value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
        null => "",
    };

    /// <summary>The first character and, of an e-mail address, the domain: enough to see that there is one.</summary>
    public static string Mask(string text)
    {
        int at = text.LastIndexOf('@');
        string first = text.Length == 0 ? "" : char.ConvertFromUtf32(char.ConvertToUtf32(text, 0));
        return at > 0 ? $"{first}***{text[at..]}" : $"{first}***";
    }

    private static void WriteGroup(ODataWriter writer, List<(string Path, object? Value)> values)
    {
        writer.WriteStart(new ODataResource
        {
            Properties = values.Where(static value => !value.Path.Contains('/', StringComparison.Ordinal)).Select(static value => new ODataProperty { Name = value.Path, Value = value.Value }).ToList(),
        });
        foreach (var nested in values.Where(static value => value.Path.Contains('/', StringComparison.Ordinal)).GroupBy(static value => value.Path[..value.Path.IndexOf('/', StringComparison.Ordinal)]))
        {
            writer.WriteStart(new ODataNestedResourceInfo { Name = nested.Key, IsCollection = false });
            WriteGroup(writer, [.. nested.Select(value => (value.Path[(nested.Key.Length + 1)..], value.Value))]);
            writer.WriteEnd();
        }

        writer.WriteEnd();
    }

    /// <summary>With the name of its type, which no model tells (JSON Format 4.01, 4.6.3).</summary>
    private static object? Typed(FeedType type, object? stored)
    {
        string? name = type switch
        {
            FeedType.Long => "Edm.Int64",
            FeedType.Money => "Edm.Decimal",
            FeedType.Instant => "Edm.DateTimeOffset",
            FeedType.Day => "Edm.Date",
            _ => null,
        };
        object? value = FeedValues.ToClient(type, stored);
        return value is null || name is null ? value : new ODataPrimitiveValue(value) { TypeAnnotation = new ODataTypeAnnotation(name) };
    }

    private static EdmEntitySet EdmSet(FeedSet set) => (EdmEntitySet)FeedModel.Value.EntityContainer.FindEntitySet(set.Name);

    private void Write(ODataWriter writer, FeedEntity entity)
    {
        SelectPlan plan = entity.Plan;
        ODataResource resource = new()
        {
            TypeName = $"{FeedModel.Namespace}.{plan.Set.TypeName}",
            Properties = plan.Properties.Select((property, i) => new ODataProperty { Name = property.Name, Value = ToClient(property, entity.Values[i]) }).ToList(),
        };
        if (accept?.Contains("metadata=full", StringComparison.OrdinalIgnoreCase) == true)
        {
            // Made from the key, which need not be among what was selected.
            resource.Id = resource.ReadLink = resource.EditLink = new Uri(root, $"{plan.Set.Name}('{Uri.EscapeDataString(entity.Key.ToString()!.Replace("'", "''", StringComparison.Ordinal))}')");
        }

        writer.WriteStart(resource);
        for (int i = 0; i < plan.Expansions.Count; i++)
        {
            FeedNavigation way = plan.Expansions[i].Way;
            writer.WriteStart(new ODataNestedResourceInfo { Name = way.Name, IsCollection = way.Many });
            if (way.Many)
            {
                writer.WriteStart(new ODataResourceSet { Count = entity.Counts[i] });
                foreach (FeedEntity other in entity.Expanded[i])
                {
                    Write(writer, other);
                }

                writer.WriteEnd();
            }
            else if (entity.Expanded[i] is [FeedEntity one, ..])
            {
                Write(writer, one);
            }
            else
            {
                writer.WriteStart((ODataResource?)null);
                writer.WriteEnd();
            }

            writer.WriteEnd();
        }

        writer.WriteEnd();
    }

    private ODataMessageWriter Open(FeedAnswer answer, ODataUri uri) => Open(answer, uri, accept);

    private ODataMessageWriter Open(FeedAnswer answer, ODataUri uri, string? wanted)
    {
        ODataMessageWriterSettings settings = new()
        {
            BaseUri = root,
            Version = ODataVersion.V4,
            ODataUri = uri,
            EnableMessageStreamDisposal = false,
            EnableCharactersCheck = false,
            // What is written is made from the model; the names of an aggregation are the client's own.
            Validations = ValidationKinds.All & ~ValidationKinds.ThrowOnUndeclaredPropertyForNonOpenType,
        };
        settings.SetContentType(string.IsNullOrWhiteSpace(wanted) ? Json : Prefix().Replace(wanted, "odata.$0"), "utf-8");
        return new ODataMessageWriter(answer, settings, FeedModel.Value);
    }

    private bool PrefersJson()
    {
        int json = accept?.IndexOf(Json, StringComparison.OrdinalIgnoreCase) ?? -1;
        int xml = accept?.IndexOf("application/xml", StringComparison.OrdinalIgnoreCase) ?? -1;
        return json >= 0 && xml < 0 && !accept!.Contains("*/*", StringComparison.Ordinal);
    }

    /// <summary>OData 4.01 writes the parameters of the media type without their prefix.</summary>
    [GeneratedRegex(@"(?<![\w.])(?<name>metadata|streaming)(?==)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prefix();
}
