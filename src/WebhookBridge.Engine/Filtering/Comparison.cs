using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>One compiled comparison of a field with a value (contract section 3). Numbers compare exactly, texts by code unit; only <c>contains</c> ignores case.</summary>
internal sealed class Comparison
{
    /// <summary>Every operator, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<string> Operators =
        ["=", "!=", ">", ">=", "<", "<=", "in", "not in", "contains", "starts", "ends", "exists", "missing", "in list"];

    private readonly FieldPath _field;
    private readonly string _op;
    private readonly Operand[] _operands;
    private readonly ValueList? _list;

    private Comparison(FieldPath field, string op, Operand[] operands, ValueList? list)
    {
        _field = field;
        _op = op;
        _operands = operands;
        _list = list;
    }

    /// <summary>Compiles; each thing wrong is added to <paramref name="errors"/> and null returned.</summary>
    public static Comparison? Compile(ConditionItem.Comparison item, Func<string, ValueList?> lists, string at, List<ConditionError> errors)
    {
        int before = errors.Count;
        if (!FieldPath.TryParse(item.Field, out FieldPath? field, out string? problem))
        {
            errors.Add(new(at + ".field", problem!));
        }

        Operand[] operands = [];
        ValueList? list = null;
        JsonElement value = item.Value;
        switch (item.Op)
        {
            case "=" or "!=" or ">" or ">=" or "<" or "<=" or "contains" or "starts" or "ends":
                if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                {
                    operands = [new Operand(value)];
                }
                else
                {
                    errors.Add(new(at + ".value", value.ValueKind == JsonValueKind.Null
                        ? "null is no value to compare with: use the op \"missing\" or \"exists\""
                        : $"\"{item.Op}\" needs a text, a number, true or false"));
                }

                break;
            case "in" or "not in":
                if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
                {
                    operands = [.. value.EnumerateArray().Select(static v => new Operand(v))];
                }
                else
                {
                    errors.Add(new(at + ".value", $"\"{item.Op}\" needs a list of texts or numbers, such as [\"BRL\", \"ZAR\"]"));
                }

                break;
            case "in list":
                list = value.ValueKind == JsonValueKind.String ? lists(value.GetString()!) : null;
                if (list is null)
                {
                    errors.Add(new(at + ".value", $"there is no list named {value.GetRawTextOrNone()}: name one of the lists"));
                }

                break;
            case "exists" or "missing":
                break;
            default:
                errors.Add(new(at + ".op", $"\"{item.Op}\" is no comparison: use one of {string.Join(", ", Operators)}"));
                break;
        }

        return errors.Count > before ? null : new Comparison(field!, item.Op, operands, list);
    }

    public bool Holds(EventView view, DateTimeOffset now)
    {
        if (!_field.TryFind(view, out JsonElement value))
        {
            return _op is "missing" or "!=" or "not in";
        }

        return _op switch
        {
            "exists" => true,
            "missing" => false,
            "=" => _operands[0].IsEqual(value),
            "!=" => !_operands[0].IsEqual(value),
            ">" => _operands[0].TryOrder(value, out int order) && order > 0,
            ">=" => _operands[0].TryOrder(value, out int order) && order >= 0,
            "<" => _operands[0].TryOrder(value, out int order) && order < 0,
            "<=" => _operands[0].TryOrder(value, out int order) && order <= 0,
            "in" => IsAnyOf(value),
            "not in" => !IsAnyOf(value),
            "in list" => TextOf(value) is { } text && _list!.Contains(text, now),
            "contains" => Contains(value),
            "starts" => TextOf(value) is { } text && text.StartsWith(_operands[0].Text, StringComparison.Ordinal),
            "ends" => TextOf(value) is { } text && text.EndsWith(_operands[0].Text, StringComparison.Ordinal),
            _ => throw new InvalidOperationException(_op),
        };
    }

    private bool IsAnyOf(JsonElement value)
    {
        foreach (Operand operand in _operands)
        {
            if (operand.IsEqual(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A text that holds the value, whatever the case; or a list one of whose entries equals it.</summary>
    private bool Contains(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return TextOf(value) is { } text && text.Contains(_operands[0].Text, StringComparison.OrdinalIgnoreCase);
        }

        foreach (JsonElement entry in value.EnumerateArray())
        {
            if (_operands[0].IsEqual(entry) || (TextOf(entry) is { } text && text.Equals(_operands[0].Text, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>The right side, taken apart once.</summary>
    private sealed class Operand
    {
        private readonly JsonValueKind _kind;
        private readonly byte[] _utf8;
        private readonly bool _isNumber;

        public Operand(JsonElement value)
        {
            _kind = value.ValueKind;
            Text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            _utf8 = Encoding.UTF8.GetBytes(Text);
            _isNumber = ExactNumber.IsNumber(_utf8);
        }

        public string Text { get; }

        public bool IsEqual(JsonElement field) => (field.ValueKind, _kind) switch
        {
            (JsonValueKind.String, JsonValueKind.String) => field.ValueEquals(_utf8),
            (JsonValueKind.True or JsonValueKind.False, JsonValueKind.True or JsonValueKind.False) => field.ValueKind == _kind,
            _ => TryOrder(field, out int order) && order == 0,
        };

        /// <summary>How the field stands to the operand: as numbers when one is a number and both read as one, as texts when both are texts; else not at all.</summary>
        public bool TryOrder(JsonElement field, out int order)
        {
            order = 0;
            switch (field.ValueKind)
            {
                case JsonValueKind.Number:
                    return _isNumber && _kind is JsonValueKind.Number or JsonValueKind.String
                        && ExactNumber.TryCompare(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(field), _utf8, out order);
                case JsonValueKind.String when _kind == JsonValueKind.Number:
                    return ExactNumber.TryCompare(Encoding.UTF8.GetBytes(field.GetString()!), _utf8, out order);
                case JsonValueKind.String when _kind == JsonValueKind.String:
                    order = string.CompareOrdinal(field.GetString(), Text);
                    return true;
                default:
                    return false;
            }
        }
    }
}

/// <summary>Small additions to <see cref="JsonElement"/> for messages.</summary>
internal static class JsonElementText
{
    public static string GetRawTextOrNone(this JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "(nothing)" : value.GetRawText();
}
