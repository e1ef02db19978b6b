using System.Text.Json;
using WebhookBridge.Scriban.Functions;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Members and items of values: reading and writing.</summary>
internal static class Access
{
    /// <summary>The member of a value that is not null; null when there is none.</summary>
    public static Value Member(RenderContext context, Value target, string name)
    {
        switch (target.AsHeap)
        {
            case ScribanObject members:
                if (members.TryGet(name, out Value value))
                {
                    return value;
                }

                return name switch
                {
                    "empty?" => Value.From(members.Count == 0),
                    _ => Value.Null,
                };
            case ScribanArray list:
                if (list.Properties is not null && list.Properties.TryGet(name, out Value property))
                {
                    return property;
                }

                return name switch
                {
                    "size" => Value.From(list.Count),
                    "empty?" => Value.From(list.Count == 0),
                    _ => Value.Null,
                };
            case RangeValue range:
                return name switch
                {
                    "size" => Value.From(range.Count),
                    "empty?" => Value.From(range.Count == 0),
                    _ => Value.Null,
                };
            case BuiltinNamespace space:
                return context.NamespaceMember(space, name);
            case LoopState loop:
                return loop.TryGet(name, out Value state) ? state : Value.Null;
            case DateValue date:
                return DateFunctions.Member(date.Moment, name);
        }

        if (target.TextOrNull is { } text)
        {
            return name switch
            {
                "size" => Value.From(text.Length),
                "empty?" => Value.From(text.Length == 0),
                _ => Value.Null,
            };
        }

        return target.Kind == ValueKind.TimeSpan ? TimeSpanFunctions.Member(target.AsTimeSpan, name) : Value.Null;
    }

    /// <summary>The same for a piece of JSON; anything but scalars must be read through <see cref="Member"/>.</summary>
    public static bool TryMember(JsonElement target, string name, ReadOnlySpan<byte> utf8, out JsonElement member)
    {
        if (target.ValueKind == JsonValueKind.Object)
        {
            if (!target.TryGetProperty(utf8, out member))
            {
                member = default;
                return !name.StartsWith("empty?", StringComparison.Ordinal);
            }

            return true;
        }

        member = default;
        return false;
    }

    /// <summary>The item of a value that is not null at an index that is not null; null when there is none.</summary>
    public static Value Item(RenderContext context, Value target, Value index, int indexPosition, int targetPosition)
    {
        switch (target.AsHeap)
        {
            case ScribanArray list:
                if (index.TextOrNull is { } property)
                {
                    return Member(context, target, property);
                }

                int at = context.ToInt(index, indexPosition);
                at = at < 0 ? at + list.Count : at;
                return at >= 0 && at < list.Count ? list[at] : Value.Null;
            case RangeValue range:
                long place = context.ToInt(index, indexPosition);
                place = place < 0 ? place + range.Count : place;
                return place >= 0 && place < range.Count ? Value.From(range[place]) : Value.Null;
            case ScribanObject or BuiltinNamespace or LoopState or DateValue:
                return Member(context, target, context.ToText(index));
        }

        if (target.TextOrNull is { } text)
        {
            if (index.TextOrNull is { } name)
            {
                return Member(context, target, name);
            }

            int at = context.ToInt(index, indexPosition);
            at = at < 0 ? at + text.Length : at;
            return at >= 0 && at < text.Length ? Value.From(text[at].ToString()) : Value.Null;
        }

        throw context.Fault(targetPosition, $"Expecting a list or an object for the indexer instead of {context.Describe(target)}");
    }

    public static void SetMember(RenderContext context, Value target, string name, Value value, int position, string shown)
    {
        switch (target.AsHeap)
        {
            case ScribanObject members:
                context.SetMember(members, name, value, position, $"Cannot set a value for the readonly member: {shown}");
                break;
            case ScribanArray list:
                context.SetMember(list.Properties ??= new ScribanObject(), name, value, position, $"Cannot set a value for the readonly member: {shown}");
                break;
            case BuiltinNamespace { Name: "date" } when name == "default_format":
                throw context.Fault(position, $"Cannot set a value for the readonly member: {shown}");
            case BuiltinNamespace space:
                context.SetMember(context.ChangedNamespace(space), name, value, position, $"Cannot set a value for the readonly member: {shown}");
                break;
            default:
                throw context.Fault(position, $"Cannot set a member of {context.Describe(target)}: {shown}");
        }
    }

    public static void SetItem(RenderContext context, Value target, Value index, Value value, int position, string shown)
    {
        if (target.AsHeap is ScribanArray list && index.TextOrNull is null)
        {
            int at = context.ToInt(index, position);
            at = at < 0 ? at + list.Count : at;
            if (at < 0)
            {
                throw context.Fault(position, $"The index {at} is below zero: {shown}");
            }

            if (at >= list.Count)
            {
                context.GrowItems(list.Count, at + 1L);
            }

            list.Set(at, value);
            return;
        }

        if (target.Kind is ValueKind.Object or ValueKind.Array)
        {
            string name = context.ToText(index);
            if (target.AsHeap is ScribanObject members && members.IsReadOnly(name))
            {
                throw context.Fault(position, $"Cannot set a value for the readonly member `{name}` in the indexer: {shown}");
            }

            SetMember(context, target, name, value, position, shown);
            return;
        }

        throw context.Fault(position, $"Expecting a list or an object for the indexer instead of {context.Describe(target)}: {shown}");
    }
}
