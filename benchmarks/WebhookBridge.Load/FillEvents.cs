using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Storage.Config;

namespace Bench;

/// <summary>An event as the door would hand it to the journal, and how its deliveries ended.</summary>
public sealed record Made(NewEvent New, IReadOnlyList<DeliveryCompletion> Ends);

/// <summary>Events as four shops would get them over half a year: payments that are created, then succeed or fail, some refunds, disputes and subscriptions; more by day than by night.</summary>
public sealed class FillEvents(int seed, int events, DateTimeOffset until, TimeSpan span)
{
    sealed record Shop(string Source, string Platform, string Currency, string Mail, double Share);

    sealed record RoutePlan(string Name, string Destination, Func<string, long, bool> Takes);

    static readonly Shop[] Shops =
    [
        new("yoco", "yoco", "ZAR", "co.za", 0.45),
        new("stripe", "stripe", "USD", "com", 0.25),
        new("mercadopago", "mercadopago", "BRL", "com.br", 0.20),
        new("paystack", "paystack", "NGN", "ng", 0.10),
    ];

    static readonly RoutePlan[] Routes =
    [
        new("all-to-archive", "archive", static (_, _) => true),
        new("paid-to-crm", "crm", static (kind, _) => kind == "payment.succeeded"),
        new("failed-to-team", "team", static (kind, amount) => kind == "payment.failed" && amount > 50_000),
        new("refunds-to-books", "books", static (kind, _) => kind.StartsWith("refund.", StringComparison.Ordinal)),
    ];

    static readonly (string Kind, double Share)[] Kinds =
    [
        ("payment.created", 0.30), ("payment.succeeded", 0.70), ("payment.failed", 0.80), ("payment.pending", 0.84), ("payment.expired", 0.86),
        ("refund.created", 0.885), ("refund.succeeded", 0.91), ("refund.failed", 0.915), ("dispute.opened", 0.92),
        ("subscription.renewed", 0.96), ("subscription.canceled", 0.965), ("checkout.created", 0.99), ("other", 1),
    ];

    static readonly string[] FirstNames = ["Thandi", "Sipho", "Anna", "João", "María", "Pieter", "Chidi", "Ngozi", "Beatriz", "Liam", "Zanele", "Östen"];
    static readonly string[] LastNames = ["Mokoena", "Silva", "O'Brien", "van der Merwe", "Okafor", "Souza", "Smith", "Dlamini", "Müller", "Costa"];
    static readonly string[] Errors = ["The answer was 503 Service Unavailable.", "No answer within 10 s.", "The connection was refused."];
    static readonly IReadOnlyList<KeyValuePair<string, string>> Headers = [new("Content-Type", "application/json"), new("User-Agent", "shop/1.0"), new("webhook-id", "msg_1")];
    static readonly byte[] Request = Encoding.UTF8.GetBytes("""{"method":"POST","host":"example.com","headers":{"content-type":"application/json","user-agent":"WebhookBridge/0.1"},"bodySize":212}""");
    static readonly byte[] GoodAnswer = Encoding.UTF8.GetBytes("""{"status":200,"headers":{"content-type":"application/json"},"body":"{\"ok\":true}","truncated":false}""");
    static readonly byte[] BadAnswer = Encoding.UTF8.GetBytes("""{"status":503,"headers":{"content-type":"text/plain"},"body":"busy","truncated":false}""");

    readonly Random _random = new(seed);
    readonly double _step = span.TotalMilliseconds / Math.Max(1, events);
    double _at = (until - span).ToUnixTimeMilliseconds();
    long _number;

    /// <summary>Sources, destinations and routes that the events belong to; the destinations are the built-in inbox, so that nothing leaves the machine.</summary>
    public static IEnumerable<ConfigChange> Configuration()
    {
        var none = new Dictionary<string, WebhookBridge.Engine.Model.SecretText?>();
        foreach (var shop in Shops)
        {
            yield return new ConfigChange.Put("source", shop.Source, $$"""{"name":"{{shop.Source}}","platform":"{{shop.Platform}}","enabled":true}""", none);
        }

        foreach (string destination in Routes.Select(static r => r.Destination))
        {
            yield return new ConfigChange.Put("destination", destination, $$"""{"name":"{{destination}}","connector":"inbox"}""", none);
        }

        foreach (var route in Routes)
        {
            yield return new ConfigChange.Put("route", route.Name, $$$"""{"definition":{"name":"{{{route.Name}}}","source":"*","destination":"{{{route.Destination}}}","enabled":true,"retry":[]}}""", none);
        }
    }

    public List<Made> Next(int count)
    {
        var list = new List<Made>(count);
        for (int i = 0; i < count; i++)
        {
            list.Add(One());
        }

        return list;
    }

    public IEnumerable<Rejection> Rejections(int count)
    {
        for (int i = 0; i < count; i++)
        {
            var at = until - TimeSpan.FromMinutes(count - i); // one a minute, so that all are kept
            yield return new Rejection
            {
                Id = Id("rej_", at.ToUnixTimeMilliseconds()),
                Source = Shops[i % Shops.Length].Source,
                ReceivedAt = at,
                Code = i % 5 == 0 ? "body_unreadable" : "not_genuine",
                Text = "The signature does not fit.",
                Status = i % 5 == 0 ? 400 : 401,
                RemoteIp = $"203.0.113.{i % 250}",
                Method = "POST",
                Target = "/in/" + Shops[i % Shops.Length].Source,
                Headers = Headers,
                Body = "{}"u8.ToArray(),
            };
        }
    }

    Made One()
    {
        // A wave over the day: a step is three times as long at four in the morning as in the afternoon.
        double hour = _at / 3_600_000 % 24;
        _at += _step * (1 + 0.6 * Math.Cos((hour - 4) / 24 * 2 * Math.PI)) * (0.5 + _random.NextDouble());
        long at = Math.Min((long)_at, until.ToUnixTimeMilliseconds());
        long n = ++_number;
        var shop = Pick(Shops, static s => s.Share);
        double draw = _random.NextDouble();
        string kind = Kinds.First(k => draw < k.Share).Kind;
        bool money = !kind.StartsWith("checkout", StringComparison.Ordinal) && kind != "other";
        long minor = money ? (long)Math.Exp(6 + _random.NextDouble() * 6) : 0;
        string type = shop.Platform + "." + kind;
        string external = $"{shop.Source}_{seed}_{n}";
        string payment = $"p_{shop.Source}_{n / 2}"; // events of a payment come in twos
        string? checkout = _random.Next(10) < 7 ? $"ch_{_random.Next(5000):D4}" : null;
        string first = FirstNames[_random.Next(FirstNames.Length)], last = LastNames[_random.Next(LastNames.Length)];
        string? email = _random.Next(100) < 85 ? $"customer{_random.Next(60_000)}@example.{shop.Mail}" : null;
        string? name = email is null ? null : first + " " + last;
        bool test = _random.Next(50) == 0;
        long time = at - _random.Next(20, 4000);
        string amount = (minor / 100m).ToString("0.00", CultureInfo.InvariantCulture);
        string when = DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        byte[] body = Encoding.UTF8.GetBytes($$$$"""{"id":"{{{{external}}}}","type":"{{{{type}}}}","createdDate":"{{{{when}}}}","payload":{"id":"{{{{payment}}}}","amount":{{{{minor}}}},"currency":"{{{{shop.Currency}}}}","status":"{{{{kind}}}}","mode":"{{{{(test ? "test" : "live")}}}}","metadata":{"checkoutId":"{{{{checkout}}}}"},"customer":{"name":"{{{{name}}}}","email":"{{{{email}}}}"}}}""");
        string status = kind[(kind.IndexOf('.', StringComparison.Ordinal) + 1)..];
        byte[] normal = Encoding.UTF8.GetBytes($$$$"""{"meta":{"id":"{{{{external}}}}","type":"{{{{type}}}}","kind":"{{{{kind}}}}","time":"{{{{when}}}}","mode":"{{{{(test ? "test" : "live")}}}}","test":false,"source":"{{{{shop.Source}}}}","platform":"{{{{shop.Platform}}}}"},"payment":{"id":"{{{{payment}}}}","status":"{{{{status}}}}","amount":{{{{amount}}}},"amount_minor":{{{{minor}}}},"currency":"{{{{shop.Currency}}}}"},"customer":{"name":"{{{{name}}}}","email":"{{{{email}}}}"}}""");
        byte[] hash = SHA256.HashData(body);
        var e = new GatewayEvent
        {
            Id = Id("evt_", at),
            Source = shop.Source,
            Platform = shop.Platform,
            ExternalId = external,
            Type = type,
            Kind = kind,
            Mode = test ? "test" : "live",
            Time = DateTimeOffset.FromUnixTimeMilliseconds(time),
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(at),
            Format = BodyFormat.Json,
            Body = body,
            Sha256 = hash,
            Headers = Headers,
            NormalForm = normal,
            Columns = new SearchColumns
            {
                PaymentId = kind == "other" ? null : payment,
                PaymentStatus = kind.StartsWith("payment.", StringComparison.Ordinal) ? status : null,
                CheckoutId = checkout,
                OrderId = _random.Next(4) == 0 ? $"order-{_random.Next(200_000)}" : null,
                SubscriptionId = kind.StartsWith("subscription.", StringComparison.Ordinal) ? $"sub_{_random.Next(5000)}" : null,
                CustomerName = name,
                CustomerEmail = email,
                Currency = money ? shop.Currency : null,
                AmountMinor = money ? minor : null,
                AmountScaled = money ? minor * 10_000 : null,
            },
        };

        byte[] verdicts = new byte[Routes.Length];
        var deliveries = new List<NewDelivery>();
        var ends = new List<DeliveryCompletion>();
        for (int i = 0; i < Routes.Length; i++)
        {
            if (!Routes[i].Takes(kind, minor))
            {
                verdicts[i] = (byte)RouteVerdict.SkippedByKind;
                continue;
            }

            string id = Id("dlv_", at);
            deliveries.Add(new NewDelivery(id, Routes[i].Name, 1, Routes[i].Destination, DeliveryState.Pending, null, e.ReceivedAt, Leased: true));
            ends.AddRange(End(id, at));
        }

        var set = new RouteSet("fill-" + shop.Source, shop.Source, [.. Routes.Select(static r => r.Name)]);
        var dedupe = new DedupeKey(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(external))), null);
        return new Made(new NewEvent { Event = e, Dedupe = dedupe, Routes = set, Verdicts = verdicts, Deliveries = deliveries }, ends);
    }

    /// <summary>Of a hundred deliveries 96 succeed at once, two fail on a route that tries once, one is refused, one is skipped by the rule.</summary>
    IEnumerable<DeliveryCompletion> End(string delivery, long at)
    {
        int luck = _random.Next(100);
        var started = DateTimeOffset.FromUnixTimeMilliseconds(at + 2 + _random.Next(20));
        int took = 5 + _random.Next(400);
        (DeliveryState state, string? reason) = luck switch
        {
            < 96 => (DeliveryState.Delivered, null),
            < 98 => (DeliveryState.Exhausted, DeliveryReasons.RetriesUsedUp),
            98 => (DeliveryState.Refused, DeliveryReasons.PermanentAnswer),
            _ => (DeliveryState.Skipped, (string?)"small"),
        };
        bool good = state == DeliveryState.Delivered;
        AttemptRecord? attempt = state == DeliveryState.Skipped ? null : new AttemptRecord
        {
            Id = Id("att_", started.ToUnixTimeMilliseconds()),
            DeliveryId = delivery,
            Number = 1,
            StartedAt = started,
            DurationMs = took,
            Outcome = good ? AttemptResult.Delivered : AttemptResult.Refused,
            Phase = AttemptPhase.Read,
            Blame = good ? null : AttemptBlame.Destination,
            Status = good ? 200 : 503,
            Error = good ? null : Errors[_random.Next(Errors.Length)],
            Request = Request,
            Response = good ? GoodAnswer : BadAnswer,
        };
        yield return new DeliveryCompletion { DeliveryId = delivery, LeaseSeq = 1, State = state, Reason = reason, Attempt = attempt, At = started.AddMilliseconds(took) };
    }

    /// <summary>Like <see cref="IdSource"/>, but from the seed.</summary>
    string Id(string prefix, long at)
    {
        const string crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        Span<byte> low = stackalloc byte[10];
        _random.NextBytes(low);
        UInt128 value = (UInt128)(ulong)at << 80;
        for (int i = 0; i < low.Length; i++) value |= (UInt128)low[i] << (8 * i);
        Span<char> text = stackalloc char[26];
        for (int i = text.Length - 1; i >= 0; i--, value >>= 5) text[i] = crockford[(int)(uint)(value & 31)];
        return prefix + new string(text);
    }

    T Pick<T>(T[] from, Func<T, double> share)
    {
        double draw = _random.NextDouble();
        foreach (T item in from)
        {
            if ((draw -= share(item)) < 0) return item;
        }

        return from[^1];
    }
}
