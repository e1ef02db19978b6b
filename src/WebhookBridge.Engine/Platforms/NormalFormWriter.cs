using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>What stands under <c>meta</c>, ready for writing.</summary>
internal readonly record struct NormalMeta(string Id, EventLine? Line, string Type, string Kind, DateTimeOffset? Time, string? Mode, bool Test, string Source, string Platform, DateTimeOffset ReceivedAt);

/// <summary>Writes the normal form of one event and gathers the columns on the way. Values that are JSON texts already are copied byte by byte.</summary>
internal ref struct NormalFormWriter(EventReading reading)
{
    /// <summary>Most events fit; a larger one grows.</summary>
    private const int UsualSize = 1024;

    private ByteBuffer _to;
    private string? _paymentId;
    private string? _paymentStatus;
    private string? _checkoutId;
    private string? _orderId;
    private string? _subscriptionId;
    private string? _customerName;
    private string? _customerEmail;
    private string? _currency;
    private long? _amountMinor;
    private long? _amountScaled;

    /// <summary>The normal form in rented memory, which the caller gives back.</summary>
    public ByteBuffer Write(in NormalMeta meta, EventView view, in EventScope scope, out SearchColumns columns)
    {
        _to.Reserve(UsualSize);
        WriteMeta(meta);
        foreach (ViewGroup group in view.Groups)
        {
            WriteGroup(group, meta.Kind, scope);
        }

        _to.AppendByte((byte)'}');
        columns = new SearchColumns
        {
            PaymentId = _paymentId,
            PaymentStatus = _paymentStatus,
            CheckoutId = _checkoutId,
            OrderId = _orderId,
            SubscriptionId = _subscriptionId,
            CustomerName = _customerName,
            CustomerEmail = _customerEmail,
            Currency = _currency,
            AmountMinor = _amountMinor,
            AmountScaled = _amountScaled,
        };
        return _to;
    }

    private void WriteMeta(in NormalMeta meta)
    {
        _to.Append("{\"meta\":{\"id\":"u8);
        Quote(meta.Id);
        _to.Append(",\"type\":"u8);
        if (meta.Line is EventLine line && ReferenceEquals(line.Type, meta.Type))
        {
            _to.Append(line.TypeJson);
        }
        else
        {
            Quote(meta.Type);
        }

        _to.Append(",\"kind\":"u8);
        Quote(meta.Kind);
        _to.Append(",\"time\":"u8);
        Time(meta.Time);
        _to.Append(",\"mode\":"u8);
        Quote(meta.Mode);
        _to.Append(meta.Test ? ",\"test\":true,\"source\":"u8 : ",\"test\":false,\"source\":"u8);
        Quote(meta.Source);
        _to.Append(",\"platform\":"u8);
        Quote(meta.Platform);
        _to.Append(",\"received_at\":"u8);
        Time(meta.ReceivedAt);
        _to.AppendByte((byte)'}');
    }

    /// <summary>A group is there when any of its members is; a status that follows from the kind alone does not make one.</summary>
    private void WriteGroup(ViewGroup view, string kind, in EventScope scope)
    {
        int start = _to.Length;
        bool any = false;
        _to.AppendByte((byte)',');
        _to.Append(view.Group.Open);
        string? currency = null;
        Money? amount = null;
        bool amountRead = false;
        foreach (ViewMember member in view.Members)
        {
            _to.Append(member.Member.Before);
            int valueStart = _to.Length;
            switch (member.Member.Kind)
            {
                case MemberKind.Amount:
                case MemberKind.AmountMinor:
                    if (!amountRead)
                    {
                        currency = view.Currency?.Text(scope)?.ToUpperInvariant();
                        amount = ReadAmount(member, currency, scope, out BigInteger? rawMinor);
                        amountRead = true;
                        any |= amount is not null || rawMinor is not null;
                        WriteAmounts(amount, rawMinor, currency, view.Group.Name);
                    }

                    break;
                case MemberKind.Time:
                    any |= WriteTime(member, scope);
                    break;
                case MemberKind.Items:
                    any |= WriteItems(member, scope);
                    break;
                default:
                    any |= WriteText(view.Group.Name, member, kind, currency, scope);
                    break;
            }

            if (_to.Length == valueStart && member.Member.Kind != MemberKind.AmountMinor)
            {
                _to.Append("null"u8);
            }
            else if (member.Member.Kind == MemberKind.AmountMinor && _to.Length == valueStart)
            {
                WriteMinor(amount, currency);
            }

            _to.Append(member.Member.After);
        }

        if (any)
        {
            _to.AppendByte((byte)'}');
        }
        else
        {
            _to.Truncate(start);
        }
    }

    private BigInteger? _rawMinor;

    private readonly Money? ReadAmount(ViewMember member, string? currency, in EventScope scope, out BigInteger? rawMinor)
    {
        rawMinor = null;
        Money? read = null;
        if (member.Value is EventValue value && value.TryElement(scope, out JsonElement element) && element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long whole))
        {
            read = new Money(whole, 0);
        }
        else if (member.Value?.Text(scope) is string text)
        {
            read = Money.Parse(text);
        }

        if (read is not Money money)
        {
            return null;
        }

        if (!member.Minor)
        {
            return money;
        }

        if (currency is null || Decimals(currency) is not int decimals)
        {
            rawMinor = money.In(0); // the unit is not known, so only the integer itself can be told
            return null;
        }

        int sendersDecimals = reading.MinorDecimals.TryGetValue(currency, out int odd) ? odd : decimals;
        return new Money(money.Digits, money.Scale + sendersDecimals);
    }

    private void WriteAmounts(Money? amount, BigInteger? rawMinor, string? currency, string group)
    {
        _rawMinor = rawMinor;
        int? decimals = currency is null ? null : Decimals(currency);
        if (amount is Money money)
        {
            AppendMoney(money, decimals ?? money.Scale);
            if (_amountScaled is null && group is "payment" or "refund" or "dispute" or "payout")
            {
                _amountScaled = Fit(money.In(6));
                _amountMinor = decimals is int d ? Fit(money.In(d)) : null;
                _currency = currency;
            }
        }
        else if (rawMinor is not null && _amountMinor is null)
        {
            _amountMinor = Fit(rawMinor);
        }

    }

    private void WriteMinor(Money? amount, string? currency)
    {
        BigInteger? minor = amount is Money money ? (currency is not null && Decimals(currency) is int decimals ? money.In(decimals) : null) : _rawMinor;
        _rawMinor = null;
        if (minor is BigInteger value)
        {
            AppendMoney(new Money(value, 0), 0);
        }
        else
        {
            _to.Append("null"u8);
        }
    }

    /// <summary>As <see cref="Money.Text"/>; amounts of a usual size without making a text.</summary>
    private void AppendMoney(Money money, int decimals)
    {
        if (money.In(decimals) is not BigInteger exact || exact < 0 || exact > long.MaxValue / 10 || decimals > 4)
        {
            _to.AppendText(money.Text(decimals));
            return;
        }

        long divisor = decimals switch { 0 => 1, 1 => 10, 2 => 100, 3 => 1_000, _ => 10_000 };
        (long whole, long rest) = Math.DivRem((long)exact, divisor);
        Span<byte> room = _to.Reserve(32);
        whole.TryFormat(room, out int written, default, CultureInfo.InvariantCulture);
        if (decimals > 0)
        {
            room[written++] = (byte)'.';
            for (int i = decimals - 1; i >= 0; i--)
            {
                room[written + i] = (byte)('0' + (rest % 10));
                rest /= 10;
            }

            written += decimals;
        }

        _to.Advance(written);
    }

    private static int? Decimals(string currency) => Currencies.DecimalsOf(currency);

    private static long? Fit(BigInteger? value) => value is BigInteger v && v >= long.MinValue && v <= long.MaxValue ? (long)v : null;

    private bool WriteTime(ViewMember member, in EventScope scope)
    {
        if (member.Value is null)
        {
            return false;
        }

        if (EventTimes.Read(member.Value, scope, reading.Zone, out string? text) is DateTimeOffset time)
        {
            Time(time);
            return true;
        }

        if (text is not null)
        {
            Quote(text); // no zone, or no form we know: as the sender wrote it
        }

        return text is not null;
    }

    private bool WriteItems(ViewMember member, in EventScope scope)
    {
        if (member.Value is EventValue value && value.TryElement(scope, out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            _to.Append(JsonMarshal.GetRawUtf8Value(list));
            return true;
        }

        return false;
    }

    private bool WriteText(string group, ViewMember member, string kind, string? currency, in EventScope scope)
    {
        string name = member.Member.Name;
        if (name == "currency")
        {
            string? code = currency ?? member.Value?.Text(scope)?.ToUpperInvariant();
            if (code is not null)
            {
                Quote(code);
            }

            return false; // a currency alone is no group
        }

        if (member.Value is not null && !IsColumn(group, name) && member.Value.TryElement(scope, out JsonElement element) && element.ValueKind == JsonValueKind.String)
        {
            _to.Append(JsonMarshal.GetRawUtf8Value(element));
            return true;
        }

        string? text = member.Value?.Text(scope);
        bool said = text is not null;
        if (!said && name == "status" && kind.Length > group.Length && kind[group.Length] == '.' && kind.StartsWith(group, StringComparison.Ordinal))
        {
            text = EventKinds.StatusOf(kind); // the kind says it: payment.succeeded is a payment that succeeded
        }

        if (text is not null)
        {
            Quote(text);
            Column(group, name, text);
        }

        return said;
    }

    private static bool IsColumn(string group, string name) => (group, name) is
        ("payment", "id" or "status" or "checkout_id" or "order_id") or (_, "payment_id") or ("order", "id") or ("subscription", "id") or ("customer", "name" or "email");

    private void Column(string group, string name, string text)
    {
        switch (group, name)
        {
            case ("payment", "id"):
                _paymentId = text;
                break;
            case (_, "payment_id"):
                _paymentId ??= text;
                break;
            case ("payment", "status"):
                _paymentStatus = text;
                break;
            case ("payment", "checkout_id"):
                _checkoutId = text;
                break;
            case ("payment", "order_id") or ("order", "id"):
                _orderId ??= text;
                break;
            case ("subscription", "id"):
                _subscriptionId = text;
                break;
            case ("customer", "name"):
                _customerName = text;
                break;
            case ("customer", "email"):
                _customerEmail = text.ToLowerInvariant();
                break;
            default:
                break;
        }
    }

    private void Time(DateTimeOffset? time)
    {
        if (time is not DateTimeOffset value)
        {
            _to.Append("null"u8);
            return;
        }

        // The round-trip form is much faster than one of our own and has four more decimals: they are cut.
        Span<byte> room = _to.Reserve(32);
        room[0] = (byte)'"';
        value.UtcDateTime.TryFormat(room[1..], out _, "O", CultureInfo.InvariantCulture);
        "Z\""u8.CopyTo(room["\"yyyy-MM-ddTHH:mm:ss.fff".Length..]);
        _to.Advance("\"yyyy-MM-ddTHH:mm:ss.fffZ\"".Length);
    }

    private void Quote(string? text)
    {
        if (text is null)
        {
            _to.Append("null"u8);
            return;
        }

        _to.AppendByte((byte)'"');
        bool plain = true;
        foreach (char c in text)
        {
            plain &= c is >= ' ' and < (char)127 and not '"' and not '\\';
        }

        if (plain)
        {
            _to.AppendText(text);
        }
        else
        {
            _to.Append(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        }

        _to.AppendByte((byte)'"');
    }
}
