using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Http;

/// <summary>The automation platforms that an event can start something on by posting to an address. Limits are defaults from the platforms' help pages; docs/connectors/http.md says which.</summary>
public static class HookPresets
{
    private static readonly HookPreset[] All =
    [
        new()
        {
            Id = "zapier",
            Name = "Zapier",
            Summary = new("Starts a Zap. Create one with the trigger \"Webhooks by Zapier\" and paste its address here.",
                "Inicia um Zap. Crie um com o gatilho \"Webhooks by Zapier\" e cole o endereço aqui."),
            AddressHelp = new("In Zapier: trigger Webhooks by Zapier, Catch Hook, then copy the address. Treat it like a password.",
                "No Zapier: gatilho Webhooks by Zapier, Catch Hook, depois copie o endereço. Trate-o como uma senha."),
            AddressPattern = @"https://hooks\.zapier\.com/hooks/(catch|standard)/[A-Za-z0-9/_-]+/?",
            AddressProblem = new("A Zapier address looks like https://hooks.zapier.com/hooks/catch/123456/abcdef/.",
                "Um endereço do Zapier é assim: https://hooks.zapier.com/hooks/catch/123456/abcdef/."),
            // About 30 a second for each hook and 10,000 in 5 minutes for each user; no Retry-After is documented with the 429.
            Pacing = new() { PerSecond = 20, Window = new(9000, TimeSpan.FromMinutes(5)), Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(10) },
            MaxBytes = 10 * 1024 * 1024,
            Answers = [Gone(404, "There is no Zap behind this address any more. Copy the address of the new one."), Gone(410, "There is no Zap behind this address any more. Copy the address of the new one.")],
            // The body is not looked at: it is empty when "Silent Mode" is on.
            Taken = "Zapier has taken it. Whether a Zap ran shows only in the Zap's history: Zapier answers the same when the Zap is off.",
            Reached = new("Zapier can be reached. It answers \"success\" even when no Zap is behind the address: send a test event and look into the Zap's history.",
                "O Zapier está acessível. Ele responde \"sucesso\" mesmo sem um Zap no endereço: envie um evento de teste e veja o histórico do Zap."),
        },
        new()
        {
            Id = "make",
            Name = "Make",
            Summary = new("Starts a scenario. Create one that begins with a custom webhook and paste its address here.",
                "Inicia um cenário. Crie um que comece com um webhook personalizado e cole o endereço aqui."),
            AddressHelp = new("In Make: Webhooks, Custom webhook, Copy address to clipboard. Treat it like a password.",
                "No Make: Webhooks, Custom webhook, Copy address to clipboard. Trate-o como uma senha."),
            AddressPattern = @"https://([a-z0-9.-]+\.make\.com|[a-z0-9.-]+\.make\.celonis\.com|[a-z0-9.-]+\.integromat\.com)/[A-Za-z0-9_-]+/?",
            AddressProblem = new("A Make address looks like https://hook.eu1.make.com/abcdef….", "Um endereço do Make é assim: https://hook.eu1.make.com/abcdef…."),
            // 300 in 10 seconds; each webhook has a queue, and when it is full new data is refused with 400 and a text that says so.
            Pacing = new() { PerSecond = 25, Window = new(300, TimeSpan.FromSeconds(10)), Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(30) },
            MaxBytes = 5 * 1024 * 1024,
            KeyHeader = "x-make-apikey",
            Answers =
            [
                new(AnswerMeaning.Throttled) { Status = 400, Contains = "queue", Wait = TimeSpan.FromSeconds(30), Reason = "The queue of the webhook in Make is full." },
                Gone(410, "Make has switched this webhook off: no scenario has used it for five days. Connect it to a scenario."),
            ],
            Reached = new("Make can be reached. Send a test event while the scenario waits for data: Make learns the fields from it.",
                "O Make está acessível. Envie um evento de teste enquanto o cenário espera dados: o Make aprende os campos com ele."),
        },
        new()
        {
            Id = "n8n",
            Name = "n8n",
            Summary = new("Starts a workflow. Create one that begins with a Webhook node and paste its production address here.",
                "Inicia um fluxo. Crie um que comece com um nó Webhook e cole o endereço de produção aqui."),
            AddressHelp = new("In n8n: Webhook node, Production URL. The workflow has to be active, and the method POST.", "No n8n: nó Webhook, Production URL. O fluxo precisa estar ativo, com o método POST."),
            AddressPattern = @"https?://[^\s/]+/([^\s?#]+/)?webhook(-test)?/[^\s]+",
            AddressProblem = new("An n8n address has /webhook/ in it, like https://n8n.example.com/webhook/abc.", "Um endereço do n8n contém /webhook/, como https://n8n.example.com/webhook/abc."),
            WrongAddresses = [("/webhook-test/", new("This is the test address: it works only while n8n listens. Copy the Production URL.", "Este é o endereço de teste: só funciona enquanto o n8n escuta. Copie a Production URL."))],
            Pacing = new() { PerSecond = 10, Timeout = TimeSpan.FromSeconds(30), ThrottledWait = TimeSpan.FromSeconds(10) },
            MaxBytes = 16 * 1024 * 1024,
            KeyHeader = "Authorization",
            Answers = [Gone(404, "The workflow is not active, or waits for another method than POST.")],
            Taken = "n8n has taken it. Whether the workflow came through shows in its executions.",
            Reached = new("n8n can be reached. Send a test event and look into the workflow's executions.", "O n8n está acessível. Envie um evento de teste e veja as execuções do fluxo."),
        },
        new()
        {
            Id = "activepieces",
            Name = "Activepieces",
            Summary = new("Starts a flow. Create one with the trigger Catch Webhook and paste its live address here.", "Inicia um fluxo. Crie um com o gatilho Catch Webhook e cole o endereço ativo aqui."),
            AddressHelp = new("In Activepieces: trigger Catch Webhook, Live URL.", "No Activepieces: gatilho Catch Webhook, Live URL."),
            AddressPattern = @"https?://[^\s/]+/([^\s?#]+/)?api/v1/webhooks/[^\s]+",
            AddressProblem = new("An Activepieces address has /api/v1/webhooks/ in it.", "Um endereço do Activepieces contém /api/v1/webhooks/."),
            WrongAddresses = [("/test", new("This is the test address: it makes sample data and runs nothing. Copy the Live URL.", "Este é o endereço de teste: cria dados de exemplo e não executa nada. Copie a Live URL."))],
            // With /sync at its end the address waits for the flow, 30 s at most.
            Pacing = new() { PerSecond = 10, Timeout = TimeSpan.FromSeconds(35), ThrottledWait = TimeSpan.FromSeconds(10) },
            KeyHeader = "Authorization",
            Answers = [Gone(404, "There is no flow behind this address any more."), Gone(410, "There is no flow behind this address any more.")],
            Taken = "Activepieces has taken it. With a wrong key it answers the same and runs nothing: look into the flow's runs.",
            Reached = new("Activepieces can be reached. It answers \"success\" even when the key is wrong: send a test event and look into the flow's runs.",
                "O Activepieces está acessível. Ele responde \"sucesso\" mesmo com a chave errada: envie um evento de teste e veja as execuções do fluxo."),
        },
        new()
        {
            Id = "power-automate",
            Name = "Power Automate",
            Summary = new("Starts a cloud flow. Create one with the trigger \"When an HTTP request is received\", open to anyone with the address, and paste the address here.",
                "Inicia um fluxo de nuvem. Crie um com o gatilho \"Quando uma solicitação HTTP é recebida\", aberto a qualquer pessoa com o endereço, e cole o endereço aqui."),
            AddressHelp = new("In the trigger: HTTP URL, whole, with everything after \"sig=\". \"Who can trigger the flow\" has to be \"Anyone\".",
                "No gatilho: URL HTTP, inteira, com tudo depois de \"sig=\". \"Quem pode acionar o fluxo\" precisa ser \"Qualquer pessoa\"."),
            AddressPattern = @"https://[a-zA-Z0-9.-]+\.(api\.powerplatform\.com|logic\.azure\.com)(:443)?/[^\s]+[?&]sig=[^\s&]+[^\s]*",
            AddressProblem = new("A Power Automate address is at api.powerplatform.com or logic.azure.com and has \"sig=\" in it. Copy it whole.",
                "Um endereço do Power Automate fica em api.powerplatform.com ou logic.azure.com e contém \"sig=\". Copie-o inteiro."),
            Pacing = new() { PerSecond = 5, Concurrency = 4, Timeout = TimeSpan.FromSeconds(30), ThrottledWait = TimeSpan.FromSeconds(30) },
            Answers =
            [
                new(AnswerMeaning.Credentials) { Status = 401, Reason = "The address was made anew, or the flow is not open to \"Anyone\". Copy the address again." },
                Gone(404, "The flow is off or has been deleted."),
            ],
            Taken = "Power Automate has taken it. Whether the flow came through shows in its run history.",
            Reached = new("Power Automate can be reached. Send a test event and look into the flow's run history.", "O Power Automate está acessível. Envie um evento de teste e veja o histórico de execuções do fluxo."),
        },
        new()
        {
            Id = "pabbly",
            Name = "Pabbly Connect",
            Summary = new("Starts a workflow. Create one with the trigger \"Webhook by Pabbly\" and paste its address here.", "Inicia um fluxo. Crie um com o gatilho \"Webhook by Pabbly\" e cole o endereço aqui."),
            AddressHelp = new("In Pabbly Connect: trigger Webhook by Pabbly, Catch Webhook. Treat it like a password.", "No Pabbly Connect: gatilho Webhook by Pabbly, Catch Webhook. Trate-o como uma senha."),
            AddressPattern = @"https://connect\.pabbly\.com/[^\s]+",
            AddressProblem = new("A Pabbly address begins with https://connect.pabbly.com/.", "Um endereço do Pabbly começa com https://connect.pabbly.com/."),
            Pacing = new() { PerSecond = 5, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(30) },
            Answers = [Gone(404, "There is no workflow behind this address any more.")],
            Taken = "Pabbly has taken it. Whether the workflow came through shows in its history.",
            Reached = new("Pabbly can be reached. Send a test event while the trigger waits for a response: Pabbly learns the fields from it.",
                "O Pabbly está acessível. Envie um evento de teste enquanto o gatilho espera: o Pabbly aprende os campos com ele."),
        },
        new()
        {
            Id = "ifttt",
            Name = "IFTTT",
            Summary = new("Starts an applet with the trigger \"Receive a web request\".", "Inicia um applet com o gatilho \"Receive a web request\"."),
            AddressHelp = new("In IFTTT: Webhooks, Documentation shows your key. An address with /json/ takes the whole event; the other one only value1, value2 and value3, so use a template.",
                "No IFTTT: Webhooks, Documentation mostra sua chave. Um endereço com /json/ recebe o evento inteiro; o outro só value1, value2 e value3, então use um modelo."),
            AddressPattern = @"https://maker\.ifttt\.com/trigger/[A-Za-z0-9_-]+/(json/)?with/key/[A-Za-z0-9_-]+",
            AddressProblem = new("An IFTTT address looks like https://maker.ifttt.com/trigger/paid/json/with/key/….", "Um endereço do IFTTT é assim: https://maker.ifttt.com/trigger/pago/json/with/key/…."),
            Pacing = new() { PerSecond = 1, Concurrency = 1, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromMinutes(1) },
            Taken = "IFTTT has taken it. It answers the same when no applet listens to this name: look into the applet's activity.",
            Reached = new("IFTTT can be reached. Send a test event and look into the applet's activity.", "O IFTTT está acessível. Envie um evento de teste e veja a atividade do applet."),
        },
        new()
        {
            Id = "cloudevents",
            Name = "CloudEvents",
            Summary = new("Sends each event as a CloudEvent 1.0 over HTTP, for event buses and serverless platforms.", "Envia cada evento como CloudEvent 1.0 por HTTP, para barramentos de eventos e plataformas serverless."),
            AddressHelp = new("Where your event bus takes events by HTTP POST.", "Onde seu barramento recebe eventos por HTTP POST."),
            AddressPattern = @"https?://[^\s]+",
            AddressProblem = new("A whole address that begins with https://.", "Um endereço completo que começa com https://."),
            Pacing = new() { Concurrency = 16, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(5) },
            KeyHeader = "Authorization",
            KeyScheme = "Bearer ",
            // CloudEvents HTTP webhook specification, section 2.2: 415 = the format is not understood.
            Answers = [new(AnswerMeaning.Refused) { Status = 415, Reason = "It does not understand this format. Try the other one of the two." }],
            Reached = new("The address can be reached. Whether it takes CloudEvents shows when one is sent: use \"Send test event\".", "O endereço está acessível. Se aceita CloudEvents só aparece ao enviar um: use \"Enviar evento de teste\"."),
            CloudEvents = true,
        },
    ];

    /// <summary>One connector for each platform.</summary>
    public static IReadOnlyList<IConnector> Connectors { get; } = [.. All.Select(static p => new HookConnector(p))];

    /// <summary>The connector of that id.</summary>
    public static IConnector Connector(string id) => Connectors.Single(c => c.Describe().Id == id);

    private static AnswerRule Gone(int status, string reason) => new(AnswerMeaning.Refused) { Status = status, Reason = reason };
}
