using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Crm;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Crm;

/// <summary>Dialogues with each API, request and answer to the letter; what the answers mean. The faults that are the same everywhere are in the conformance suite.</summary>
public sealed class CrmDialogueTests : IAsyncLifetime
{
    private readonly FakeCrm _crm = new();
    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    // ---- HubSpot --------------------------------------------------------------------------------------------------

    [Fact]
    public async Task HubSpot_ContactAndDeal_AsItsSpecificationWantsThem()
    {
        _stub.DefaultFor(_crm.HubSpot);
        (await SendAsync(new HubSpotConnector(), CrmCases.HubSpot)).ShouldBe(new SendResult.Delivered("2", "Contact 1, deal 2."));
        Dialogue().ShouldBe([
            """POST /crm/v3/objects/contacts/batch/upsert {"inputs":[{"idProperty":"email","id":"ana@example.com","objectWriteTraceId":"evt_01JH0000000000000000000000","properties":{"firstname":"Ana","email":"ana@example.com"}}]}""",
            """POST /crm/v3/objects/deals/batch/upsert {"inputs":[{"idProperty":"gateway_payment_id","id":"pay_1","objectWriteTraceId":"evt_01JH0000000000000000000000","properties":{"dealname":"Ana – order 7","amount":"10.990","pipeline":"default","dealstage":"closedwon","gateway_payment_id":"pay_1"}}]}""",
            "PUT /crm/v4/objects/deals/2/associations/default/contacts/1",
        ]);
        _stub.Requests[0].Header("Authorization").ShouldBe("Bearer pat-na1-0123456789");
    }

    [Theory]
    [InlineData(207, """{"numErrors":1,"errors":[{"category":"VALIDATION_ERROR","message":"Property \"citi\" does not exist"}],"results":[]}""", "Refused", "Property \"citi\" does not exist")]
    [InlineData(207, """{"numErrors":1,"errors":[{"category":"RATE_LIMITS","message":"slow"}]}""", "RetryLater", "After = 00:00:10, Cause = Throttled")]
    [InlineData(207, """{"numErrors":1,"errors":[{"category":"CONFLICT","message":"busy"}]}""", "RetryLater", "Cause = Failure")]
    [InlineData(429, """{"status":"error","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING","message":"You have reached your ten_secondly_rolling limit."}""", "RetryLater", "After = 00:00:10, Cause = Throttled")]
    [InlineData(429, """{"category":"RATE_LIMITS","policyName":"daily"}""", "RetryLater", "After = 01:00:00, Cause = Throttled")]
    [InlineData(429, """{"policyName":"SECONDLY"}""", "RetryLater", "After = 00:00:01, Cause = Throttled")]
    [InlineData(423, """{"message":"locked"}""", "RetryLater", "After = 00:00:02")]
    [InlineData(403, """{"category":"MISSING_SCOPES","message":"This app hasn't been granted all required scopes"}""", "RetryLater", "required scopes, After = , Cause = Credentials")]
    [InlineData(400, """{"category":"VALIDATION_ERROR","message":"Property values were not valid"}""", "Refused", "Property values were not valid")]
    [InlineData(200, """{"status":"COMPLETE","results":[]}""", "UnknownOutcome", "without the id")]
    public async Task HubSpot_Answer_MeansWhatItMeans(int status, string body, string kind, string text) =>
        Meaning(await AnswerAsync(new HubSpotConnector(), CrmCases.HubSpot, status, body), kind, text);

    [Fact]
    public async Task HubSpot_NoPayment_NoDeal()
    {
        _stub.DefaultFor(_crm.HubSpot);
        (await SendAsync(new HubSpotConnector(), CrmCases.HubSpot, ("paymentId", ""))).ShouldBe(new SendResult.Delivered("1", "Contact 1."));
        _crm.Count("deals").ShouldBe(0);
    }

    [Fact]
    public async Task HubSpot_OtherPropertyToRecogniseBy_NeedsItsValue()
    {
        _stub.DefaultFor(_crm.HubSpot);
        ConformanceCase byShopId = CrmCases.HubSpot with { Settings = """{"idProperty":"shop_id"}""" };
        (await SendAsync(new HubSpotConnector(), byShopId, ("paymentId", ""), ("contactId", "c-7"))).ShouldBeOfType<SendResult.Delivered>();
        _stub.Requests[0].BodyText.ShouldContain("\"idProperty\":\"shop_id\",\"id\":\"c-7\"");
        (await SendAsync(new HubSpotConnector(), byShopId)).ShouldBeOfType<SendResult.Refused>().Reason.ShouldContain("'contactId'");
    }

    [Fact]
    public async Task HubSpot_LiveLists_FromTheAccount()
    {
        _stub.DefaultFor(_crm.HubSpot);
        (await ListAsync(new HubSpotConnector(), CrmCases.HubSpot, "idProperty")).ShouldBe(["email", "shop_id"]);
        (await ListAsync(new HubSpotConnector(), CrmCases.HubSpot, "pipeline")).ShouldBe(["default", "p2"]);
        (await ListAsync(new HubSpotConnector(), CrmCases.HubSpot, "stage")).ShouldBe(["closedwon"], "of the chosen pipeline");
        (await ListAsync(new HubSpotConnector(), CrmCases.HubSpot with { Settings = "{}" }, "stage")).ShouldBe(["closedwon", "s9"]);
    }

    // ---- Brevo ----------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Brevo_ContactAndOrder_AsItsLibraryWantsThem()
    {
        _stub.DefaultFor(_crm.Brevo);
        (await SendAsync(new BrevoConnector(), CrmCases.Brevo)).ShouldBe(new SendResult.Delivered("pay_1", "Contact and order pay_1."));
        Dialogue().ShouldBe([
            """POST /v3/contacts {"email":"ana@example.com","attributes":{"FNAME":"Ana"},"updateEnabled":true,"listIds":[3,17]}""",
            """POST /v3/orders/status {"id":"pay_1","createdAt":"2026-03-01T12:00:00.000Z","updatedAt":"2026-03-01T12:00:00.000Z","status":"completed","products":[],"identifiers":{"email_id":"ana@example.com"},"amount":10.990}""",
        ]);
        _stub.Requests[0].Header("api-key").ShouldBe("xkeysib-0123456789");
        (await SendAsync(new BrevoConnector(), CrmCases.Brevo, ("orderId", ""))).ShouldBe(new SendResult.Delivered(null, "The contact was there and has been updated."));
    }

    [Theory]
    [InlineData(400, """{"code":"duplicate_parameter","message":"Unable to update contact, SMS is already associated"}""", "Refused", "telephone number already")]
    [InlineData(400, """{"code":"invalid_parameter","message":"Invalid email"}""", "Refused", "Invalid email")]
    [InlineData(402, """{"code":"not_enough_credits","message":"No credits"}""", "RetryLater", "Cause = Credentials")]
    public async Task Brevo_Answer_MeansWhatItMeans(int status, string body, string kind, string text) =>
        Meaning(await AnswerAsync(new BrevoConnector(), CrmCases.Brevo, status, body), kind, text);

    [Fact]
    public async Task Brevo_ThrottledWithItsOwnHeader_WaitsAsLong()
    {
        _stub.DefaultFor(static _ => StubReply.Status(429, "{}", ("x-sib-ratelimit-reset", "42")));
        (await SendAsync(new BrevoConnector(), CrmCases.Brevo)).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(42));
    }

    // ---- ActiveCampaign -------------------------------------------------------------------------------------------

    [Fact]
    public async Task ActiveCampaign_ContactTagAndList_AsItsSpecificationWantsThem()
    {
        _stub.DefaultFor(_crm.ActiveCampaign);
        (await SendAsync(new ActiveCampaignConnector(), CrmCases.ActiveCampaign)).ShouldBe(new SendResult.Delivered("1", "Contact 1, on list 7."));
        Dialogue().ShouldBe([
            "GET /api/3/tags?search=bought&limit=100",
            """POST /api/3/contact/sync {"contact":{"email":"ana@example.com","firstName":"Ana","fieldValues":[{"field":"3","value":"10.99"}]}}""",
            """POST /api/3/contactTags {"contactTag":{"contact":"1","tag":"5"}}""",
            """POST /api/3/contactLists {"contactList":{"list":"7","contact":"1","status":1}}""",
        ]);
        _stub.Requests[0].Header("Api-Token").ShouldBe("0123456789abcdef");
    }

    [Theory]
    [InlineData("")]
    [InlineData("false")]
    public async Task ActiveCampaign_WithoutConsent_NobodyIsPutOnAList(string consent)
    {
        _stub.DefaultFor(_crm.ActiveCampaign);
        (await SendAsync(new ActiveCampaignConnector(), CrmCases.ActiveCampaign, ("consent", consent))).ShouldBeOfType<SendResult.Delivered>().Note!.ShouldContain("not put on list 7");
        _stub.Requests.ShouldNotContain(static r => r.Path == "/api/3/contactLists");
    }

    [Fact]
    public async Task ActiveCampaign_UnknownTag_RefusedBeforeAnythingIsWritten()
    {
        _stub.DefaultFor(_crm.ActiveCampaign);
        (await SendAsync(new ActiveCampaignConnector(), CrmCases.ActiveCampaign, ("tags", "bought, nope"))).ShouldBeOfType<SendResult.Refused>().Reason.ShouldContain("\"nope\"");
        _stub.Requests.ShouldAllBe(static r => r.Method == "GET");
    }

    [Theory]
    [InlineData(422, """{"errors":[{"title":"Contact Email Address is not valid.","detail":"","code":"email_invalid"}]}""", "Refused", "Email Address is not valid")]
    [InlineData(402, "{}", "RetryLater", "not paid for")]
    [InlineData(403, """{"message":"You do not have permission"}""", "RetryLater", "Cause = Credentials")]
    public async Task ActiveCampaign_Answer_MeansWhatItMeans(int status, string body, string kind, string text) =>
        Meaning(await AnswerAsync(new ActiveCampaignConnector(), CrmCases.ActiveCampaign, status, body), kind, text);

    // ---- Klaviyo --------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Klaviyo_Event_AsItsSpecificationWantsIt()
    {
        _stub.DefaultFor(_crm.Klaviyo);
        (await SendAsync(new KlaviyoConnector(), CrmCases.Klaviyo)).ShouldBeOfType<SendResult.Delivered>().RemoteId.ShouldBe("pay_1");
        Dialogue().ShouldBe([
            """POST /api/events {"data":{"type":"event","attributes":{"metric":{"data":{"type":"metric","attributes":{"name":"Placed Order"}}},"profile":{"data":{"type":"profile","attributes":{"properties":{},"email":"ana@example.com"}}},"properties":{"order":"7"},"time":"2026-03-01T12:00:00Z","unique_id":"pay_1","value":10.990,"value_currency":"BRL","backfill":true}}}""",
        ]);
        (await SendAsync(new KlaviyoConnector(), CrmCases.Klaviyo with { Settings = """{"oldEvents":"never"}""" })).ShouldBeOfType<SendResult.Delivered>();
        _stub.Requests[1].BodyText.ShouldNotContain("backfill");
        _stub.Requests[0].Header("Authorization").ShouldBe("Klaviyo-API-Key pk_0123456789abcdef");
        _stub.Requests[0].Header("revision").ShouldBe("2026-07-15");
    }

    [Fact]
    public async Task Klaviyo_NobodyNamed_RefusedBeforeSending()
    {
        (await SendAsync(new KlaviyoConnector(), CrmCases.Klaviyo, ("email", ""))).ShouldBeOfType<SendResult.Refused>().Reason.ShouldContain("'phone'");
        _stub.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(400, """{"errors":[{"id":"1","status":400,"code":"invalid","title":"Invalid input.","detail":"Invalid phone number","source":{"pointer":"/data"}}]}""", "Refused", "Invalid phone number")]
    [InlineData(403, """{"errors":[{"title":"No access","detail":"missing scope events:write"}]}""", "RetryLater", "events:write")]
    public async Task Klaviyo_Answer_MeansWhatItMeans(int status, string body, string kind, string text) =>
        Meaning(await AnswerAsync(new KlaviyoConnector(), CrmCases.Klaviyo, status, body), kind, text);

    // ---- RD Station -----------------------------------------------------------------------------------------------

    [Fact]
    public async Task RdStation_Conversion_AsItsDocumentationWantsIt()
    {
        _stub.DefaultFor(_crm.RdStation);
        (await SendAsync(new RdStationConnector(), CrmCases.RdStationByKey)).ShouldBe(new SendResult.Delivered("1"));
        Dialogue().ShouldBe([
            """POST /platform/conversions?api_key=0123456789abcdef {"event_type":"CONVERSION","event_family":"CDP","payload":{"conversion_identifier":"Pagamento aprovado","name":"Ana","email":"ana@example.com","legal_bases":[{"category":"communications","type":"pre_existent_contract","status":"granted"}],"tags":["loja","vip"]}}""",
        ]);
    }

    [Fact]
    public async Task RdStation_OrderBySignIn_AsItsDocumentationWantsIt()
    {
        _stub.DefaultFor(_crm.RdStation);
        (await SendAsync(new RdStationConnector(), CrmCases.RdStationByOAuth)).ShouldBe(new SendResult.Delivered("1"));
        Dialogue().ShouldBe([
            "POST /auth/token grant_type=refresh_token&client_id=client-0123&client_secret=client-secret-0123&refresh_token=refresh-token-0123",
            """POST /platform/events?event_type=order_placed {"event_type":"ORDER_PLACED","event_family":"CDP","payload":{"cf_order_id":"7","cf_order_payment_method":"Others","cf_order_payment_amount":10.990,"email":"ana@example.com","legal_bases":[{"category":"communications","type":"pre_existent_contract","status":"granted"}]}}""",
        ]);
        _stub.Requests[1].Header("Authorization").ShouldBe("Bearer rd-access-token");
    }

    [Theory]
    [InlineData("pix", "Others")]
    [InlineData("boleto", "Invoice")]
    [InlineData("credit_card", "Credit Card")]
    [InlineData("card", "Credit Card")]
    [InlineData("debit_card", "Debit Card")]
    [InlineData("", "Others")]
    public async Task RdStation_PaymentMethod_InItsOwnWords(string method, string expected)
    {
        _stub.DefaultFor(_crm.RdStation);
        await SendAsync(new RdStationConnector(), CrmCases.RdStationByOAuth, ("method", method));
        _stub.Requests[1].BodyText.ShouldContain($"\"cf_order_payment_method\":\"{expected}\"");
    }

    [Fact]
    public async Task RdStation_SaleByApiKey_RefusedWithTheReason()
    {
        (await SendAsync(new RdStationConnector(), CrmCases.RdStationByKey, ("kind", "sale"))).ShouldBeOfType<SendResult.Refused>().Reason.ShouldContain("sign-in");
        _stub.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(429, """{"error":"limit of 120 events for this lead","max":120,"usage":120,"remaining_time":5400000}""", "RetryLater", "After = 01:30:00, Cause = Throttled")]
    [InlineData(400, """{"errors":[{"error_type":"INVALID_OPTION","error_message":"Must be one of the valid options.","path":"$.body.event_type"}]}""", "Refused", "valid options")]
    [InlineData(401, """{"errors":{"error_type":"UNAUTHORIZED","error_message":"Invalid token."}}""", "RetryLater", "Invalid token., After = , Cause = Credentials")]
    public async Task RdStation_Answer_MeansWhatItMeans(int status, string body, string kind, string text) =>
        Meaning(await AnswerAsync(new RdStationConnector(), CrmCases.RdStationByKey, status, body), kind, text);

    // ---- Pipedrive ------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Pipedrive_PersonAndDeal_SearchedThenCreated()
    {
        _stub.DefaultFor(_crm.Pipedrive);
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive)).ShouldBe(new SendResult.Delivered("deals/2", "Person 1, deal 2."));
        Dialogue().ShouldBe([
            "GET /api/v2/persons/search?term=Ana%40example.com&fields=email&exact_match=true",
            """POST /api/v2/persons {"name":"Ana","emails":[{"value":"Ana@example.com","primary":true}],"phones":[{"value":"+5511999998888","primary":true}]}""",
            "GET /api/v2/deals/search?term=pay_1&fields=custom_fields&exact_match=true",
            $$$"""POST /api/v2/deals {"title":"pay_1","person_id":1,"status":"won","custom_fields":{"{{{FakeCrm.PaymentField}}}":"pay_1"},"value":10.990,"currency":"BRL","pipeline_id":1,"stage_id":2}""",
        ]);
        _stub.Requests[0].Header("x-api-token").ShouldBe("abcdefghij0123456789abcdefghij0123456789");
    }

    [Fact]
    public async Task Pipedrive_Repeat_UpdatesWhatIsThereAndKeepsAddressesOfPeople()
    {
        _stub.DefaultFor(_crm.Pipedrive);
        await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive);
        int before = _stub.RequestCount;
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive)).ShouldBe(new SendResult.Delivered("deals/2", "Person 1, deal 2."));
        Dialogue().Skip(before).Where(static l => !l.StartsWith("GET", StringComparison.Ordinal)).ShouldBe([
            """PATCH /api/v2/persons/1 {"name":"Ana"}""",
            $$$"""PATCH /api/v2/deals/2 {"title":"pay_1","person_id":1,"status":"won","custom_fields":{"{{{FakeCrm.PaymentField}}}":"pay_1"},"value":10.990,"currency":"BRL","pipeline_id":1,"stage_id":2}""",
        ]);
    }

    [Fact]
    public async Task Pipedrive_RememberedDealThatIsGone_IsMadeAnew()
    {
        _stub.DefaultFor(_crm.Pipedrive);
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive, known: "deals/999")).ShouldBe(new SendResult.Delivered("deals/2", "Person 1, deal 2."));
        _stub.Requests.ShouldContain(static r => r.Method == "PATCH" && r.Path == "/api/v2/deals/999");
    }

    [Fact]
    public async Task Pipedrive_RememberedPerson_IsNoDeal()
    {
        _stub.DefaultFor(_crm.Pipedrive);
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive, ("paymentId", ""))).ShouldBe(new SendResult.Delivered("persons/1", "Person 1."));
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive, known: "persons/1")).ShouldBe(new SendResult.Delivered("deals/2", "Person 1, deal 2."));
        _stub.Requests.ShouldNotContain(static r => r.Path == "/api/v2/deals/1");
    }

    [Fact]
    public async Task Pipedrive_TwoDestinationsOfOneAccountAtOnce_ExcludeEachOther()
    {
        _stub.DefaultFor(_crm.Pipedrive);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => SendAsync(new PipedriveConnector(), CrmCases.Pipedrive))));
        (_crm.Count("persons"), _crm.Count("deals")).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Pipedrive_DealWithoutTheFieldForItsId_RefusedBeforeSending()
    {
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive with { Settings = "{}" })).ShouldBeOfType<SendResult.Refused>().Reason.ShouldContain("'paymentField'");
        _stub.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(200, """{"success":false,"error":"Scope and URL mismatch"}""", "Refused", "Scope and URL mismatch")]
    [InlineData(402, """{"success":false,"error":"Payment required"}""", "RetryLater", "plan does not cover")]
    [InlineData(400, """{"success":false,"error":"title is required","error_info":"see docs"}""", "Refused", "title is required")]
    public async Task Pipedrive_Answer_MeansWhatItMeans(int status, string body, string kind, string text) =>
        Meaning(await AnswerAsync(new PipedriveConnector(), CrmCases.Pipedrive, status, body), kind, text);

    [Fact]
    public async Task Pipedrive_ThrottledWithItsOwnHeader_WaitsAsLong()
    {
        _stub.DefaultFor(static _ => StubReply.Status(429, "{}", ("x-ratelimit-reset", "2")));
        (await SendAsync(new PipedriveConnector(), CrmCases.Pipedrive)).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(2));
    }

    // ---- all ------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("1,99")]
    [InlineData("R$ 10.99")]
    [InlineData("1e3")]
    public async Task Amount_ThatIsNoNumber_RefusedBeforeAnythingIsAskedOfKlaviyo(string amount)
    {
        (await SendAsync(new KlaviyoConnector(), CrmCases.Klaviyo, ("amount", amount))).ShouldBeOfType<SendResult.Refused>().Reason.ShouldContain("'amount'");
        _stub.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData("hubspot", "token", "pat-na1-0123456789", "sk-0123456789")]
    [InlineData("brevo", "apiKey", "xkeysib-0123456789", "0123456789")]
    [InlineData("klaviyo", "apiKey", "pk_0123456789", "0123456789")]
    [InlineData("pipedrive", "apiToken", "abcdefghij0123456789abcdefghij0123456789", "abc")]
    public void Check_Credentials_ByTheirShape(string connector, string field, string good, string bad)
    {
        IConnector of = connector switch { "hubspot" => new HubSpotConnector(), "brevo" => new BrevoConnector(), "klaviyo" => new KlaviyoConnector(), _ => new PipedriveConnector() };
        foreach ((string value, int problems) in new[] { (good, 0), (bad, 1) })
        {
            Engine.Connectors.SettingsCheck.Check(of, new Dictionary<string, System.Text.Json.JsonElement>(), new Dictionary<string, Engine.Model.SecretText> { [field] = new(value) })
                .Problems.Count.ShouldBe(problems);
        }
    }

    private List<string> Dialogue() => [.. _stub.Requests.Select(static r => $"{r.Method} {r.Path}{r.Query}{(r.Body.Length > 0 ? " " + r.BodyText : "")}")];

    private static void Meaning(SendResult result, string kind, string text)
    {
        result.GetType().Name.ShouldBe(kind, result.ToString());
        result.ToString().ShouldContain(text);
    }

    private Task<SendResult> AnswerAsync(IConnector connector, ConformanceCase of, int status, string body)
    {
        _stub.DefaultFor(_ => StubReply.Status(status, body, ("Content-Type", "application/json")));
        return SendAsync(connector, of);
    }

    private Task<SendResult> SendAsync(IConnector connector, ConformanceCase of, params (string Field, string Value)[] fields) => SendAsync(connector, of, null, fields);

    private async Task<SendResult> SendAsync(IConnector connector, ConformanceCase of, string? known, params (string Field, string Value)[] fields)
    {
        Dictionary<string, string> all = new(of.Fields);
        Array.ForEach(fields, f => all[f.Field] = f.Value);
        using ConformanceHost host = new(_stub);
        await using IConnectorSession session = connector.Open(of.Open(connector.Describe()), host);
        return await session.SendAsync(of.Request() with { Fields = all, KnownRemoteId = known }, CancellationToken.None);
    }

    private async Task<List<string>> ListAsync(IConnector connector, ConformanceCase of, string field)
    {
        using ConformanceHost host = new(_stub);
        await using IConnectorSession session = connector.Open(of.Open(connector.Describe()), host);
        return [.. (await session.ListChoicesAsync(field, CancellationToken.None)).ShouldBeOfType<ChoicesResult.Listed>().Choices.Select(static c => c.Value)];
    }
}
