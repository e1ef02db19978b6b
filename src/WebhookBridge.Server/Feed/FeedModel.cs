using Microsoft.OData.Edm;

namespace WebhookBridge.Server.Feed;

/// <summary>The model that clients read at <c>$metadata</c>, made from <see cref="FeedSets"/>.</summary>
internal static class FeedModel
{
    public const string Namespace = "WebhookBridge";

    public static readonly EdmModel Value = Make();

    private static EdmModel Make()
    {
        EdmModel model = new();
        EdmEntityContainer container = new(Namespace, "Log");
        Dictionary<string, EdmEntityType> types = [];
        Dictionary<string, EdmEntitySet> sets = [];
        foreach (FeedSet set in FeedSets.All)
        {
            EdmEntityType type = new(Namespace, set.TypeName);
            foreach (FeedProperty property in set.Properties)
            {
                EdmStructuralProperty added = type.AddStructuralProperty(property.Name, TypeOf(property));
                if (property == set.Key)
                {
                    type.AddKeys(added);
                }
            }

            model.AddElement(type);
            types[set.Name] = type;
            sets[set.Name] = container.AddEntitySet(set.Name, type);
        }

        foreach (FeedSet set in FeedSets.All)
        {
            foreach (FeedNavigation way in set.Navigations)
            {
                EdmNavigationProperty navigation = types[set.Name].AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
                {
                    Name = way.Name,
                    Target = types[way.Target],
                    TargetMultiplicity = way.Many ? EdmMultiplicity.Many : EdmMultiplicity.One,
                });
                sets[set.Name].AddNavigationTarget(navigation, sets[way.Target]);
            }
        }

        model.AddElement(container);
        return model;
    }

    private static IEdmTypeReference TypeOf(FeedProperty property)
    {
        EdmCoreModel core = EdmCoreModel.Instance;
        return property.Type switch
        {
            FeedType.Int => core.GetInt32(property.Nullable),
            FeedType.Long => core.GetInt64(property.Nullable),
            FeedType.Flag => core.GetBoolean(property.Nullable),
            FeedType.Instant => core.GetTemporal(EdmPrimitiveTypeKind.DateTimeOffset, 3, property.Nullable),
            FeedType.Day => core.GetDate(property.Nullable),
            FeedType.Money => core.GetDecimal(19, 6, property.Nullable),
            FeedType.Real => core.GetDouble(property.Nullable),
            _ => core.GetString(property.Nullable),
        };
    }
}
