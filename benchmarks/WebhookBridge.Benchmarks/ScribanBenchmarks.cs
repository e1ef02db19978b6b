using System.Buffers;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using WebhookBridge.Scriban;

namespace WebhookBridge.Benchmarks;

/// <summary>A JSON template with twelve fields over an event of 600 bytes, against parsing the same bytes.</summary>
[MemoryDiagnoser]
public class ScribanBenchmarks
{
    private readonly ScribanSubject _subject = new();

    [Benchmark(Baseline = true)]
    public void Parse() => ScribanSubject.ParseEvent();

    [Benchmark]
    public void Render() => _subject.Render();
}

/// <summary>What both the benchmark and the ratio measure.</summary>
public sealed class ScribanSubject
{
    public const string Event = """
        {"id":"evt_01HZY3Q9T5V6W7X8Y9Z0A1B2C3","type":"payment.succeeded","createdDate":"2026-11-22T10:30:15.123Z","mode":"live","payload":{"id":"p_WZ1A2B3C4D5E6F7G8H9J","status":"succeeded","amount":10990,"currency":"ZAR","amountMajor":109.90,"createdDate":"2026-11-22T10:30:14.001Z","metadata":{"checkoutId":"ch_9aXbYcZdEfGhIjKlMnOp","orderId":"100045","productType":"checkout"},"paymentMethodDetails":{"type":"card","card":{"expiryMonth":9,"expiryYear":29,"maskedCard":"************1111","scheme":"visa"}},"customer":{"name":"Thandi \"T\" Nkosi","email":"thandi@example.com","phone":"+27821234567"}}}
        """;

    private const string TemplateText = """
        {
          "event_id": "{{ event.id }}",
          "event_type": "{{ event.type }}",
          "live": {{ event.mode == "live" }},
          "payment_id": "{{ event.payload.id }}",
          "status": "{{ event.payload.status }}",
          "amount": {{ event.payload.amountMajor }},
          "currency": "{{ event.payload.currency }}",
          "order": "Order {{ event.payload.metadata.orderId }}",
          "checkout": "{{ event.payload.metadata.checkoutId }}",
          "card": {{ event.payload.paymentMethodDetails.card }},
          "customer_name": "{{ event.payload.customer.name }}",
          "customer_email": {{ event.payload.customer.email }}
        }
        """;

    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Event);
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 30, 16, TimeSpan.Zero);

    private readonly ScribanTemplate _template;
    private readonly TemplateRoot[] _roots;
    private readonly ArrayBufferWriter<byte> _output = new(4096);

    public ScribanSubject()
    {
        ParseResult parsed = ScribanTemplate.Parse(TemplateText, new TemplateOptions { Mode = TemplateMode.Json });
        _template = ((ParseResult.Ok)parsed).Template;
        _roots = [new TemplateRoot("event", JsonDocument.Parse(Bytes).RootElement)];
    }

    public static int EventLength => Bytes.Length;

    public string Output => Encoding.UTF8.GetString(_output.WrittenSpan);

    public static void ParseEvent()
    {
        using JsonDocument document = JsonDocument.Parse(Bytes);
    }

    public void Render()
    {
        _output.ResetWrittenCount();
        if (_template.Render(_roots, _output, null, Now) is RenderResult.Failed failed)
        {
            throw new InvalidOperationException(failed.Error.ToString());
        }
    }
}
