'use strict';

const assert = require('node:assert/strict');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const gateway = require('../../../tests/WebhookBridge.Apps.Tests/gateway');
const { n8n } = require('../package.json');
const { WebhookBridgeApi } = require('../dist/credentials/WebhookBridgeApi.credentials.js');
const { WebhookBridge } = require('../dist/nodes/WebhookBridge/WebhookBridge.node.js');
const { WebhookBridgeTrigger } = require('../dist/nodes/WebhookBridge/WebhookBridgeTrigger.node.js');

const trigger = new WebhookBridgeTrigger();
const node = new WebhookBridge();
const credential = new WebhookBridgeApi();
let target;

before(async () => { target = await gateway.receiver(); });
after(() => target.close());

/** What n8n hands to a node: parameters, credentials, static data, and requests that carry the credential as it says. */
const context = (parameters, { path = 'hook', kept = {}, items = 1, apiKey = gateway.key, continueOnFail = false, body } = {}) => ({
  getNode: () => ({ id: '1', name: 'WebhookBridge', type: 'webhookBridge', typeVersion: 1, position: [0, 0], parameters }),
  getNodeParameter: (name, index, otherwise) => parameters[name] ?? (typeof index === 'number' ? otherwise : index),
  getCredentials: async (name) => {
    assert.equal(name, credential.name);
    return { gateway: `${gateway.url}/`, apiKey };
  },
  getWorkflowStaticData: () => kept,
  getNodeWebhookUrl: () => `${target.url}/${path}`,
  getInputData: () => Array.from({ length: items }, () => ({ json: {} })),
  getBodyData: () => body,
  continueOnFail: () => continueOnFail,
  helpers: {
    returnJsonArray: (data) => [].concat(data).map((json) => ({ json })),
    async httpRequestWithAuthentication(name, { method, url, qs = {}, body: sent, returnFullResponse, ignoreHttpStatusErrors }) {
      const { apiKey: secret } = await this.getCredentials(name);
      const headers = Object.fromEntries(Object.entries(credential.authenticate.properties.headers).map(([header, value]) => [header, value.replace(/^=/, '').replace('{{$credentials.apiKey}}', secret)]));
      const address = new URL(url);
      Object.entries(qs).forEach(([key, value]) => address.searchParams.set(key, value));
      const answer = await fetch(address, { method, headers: { ...headers, ...(sent && { 'content-type': 'application/json' }) }, body: sent && JSON.stringify(sent) });
      const text = await answer.text();
      assert.ok(returnFullResponse && ignoreHttpStatusErrors);
      return { statusCode: answer.status, body: text ? JSON.parse(text) : undefined };
    },
  },
});

const methods = trigger.webhookMethods.default;
const delivered = (path) => gateway.until(async () => target.received.filter((request) => request.path === `/${path}`), (requests) => requests.length > 0);
const execute = async (parameters, options) => (await node.execute.call(context(parameters, options)))[0].map((result) => result.json);

test('the package names files that are there, and nodes that fit their credential', () => {
  for (const path of [...n8n.credentials, ...n8n.nodes]) assert.ok(existsSync(join(__dirname, '..', path)), path);
  for (const { description } of [trigger, node]) {
    assert.deepEqual(description.credentials, [{ name: credential.name, required: true }]);
    assert.ok(existsSync(join(__dirname, '..', 'dist/nodes/WebhookBridge', description.icon.replace('file:', ''))));
    const names = description.properties.map((property) => property.name);
    for (const property of description.properties) {
      for (const condition of Object.keys(property.displayOptions?.show ?? {})) assert.ok(names.includes(condition), condition);
      if (property.typeOptions?.loadOptionsMethod) assert.equal(property.typeOptions.loadOptionsMethod, 'getSources');
    }
  }
});

test('the credential is tested with an address that answers', async () => {
  const { request } = credential.test;
  const url = request.baseURL.replace('={{$credentials.gateway}}', gateway.url) + request.url;
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${gateway.key}` } });
  assert.equal(answer.status, 200);
  assert.equal((await fetch(url, { headers: { Authorization: 'Bearer nonsense' } })).status, 401);
});

for (const [event, source, sample, kind] of [
  ['payment.succeeded', 'yoco', 'payment.succeeded', 'payment.succeeded'],
  ['refund.succeeded', 'yoco', 'refund.succeeded', 'refund.succeeded'],
  ['payment.failed', 'altafinex', 'payment.failed', 'payment.failed'],
  ['any', 'yoco', 'payment.succeeded', 'payment.succeeded'],
]) {
  test(`trigger ${event}: created, found again, triggered, deleted`, async () => {
    const kept = {};
    const here = context({ event, source, kinds: ['payment.succeeded'] }, { path: event, kept });
    assert.equal(await methods.checkExists.call(here), false);
    assert.equal(await methods.create.call(here), true);
    assert.match(kept.hookId, /^hook-/);
    assert.equal(await methods.checkExists.call(here), true);
    await gateway.simulate(source, sample, 2000 + event.length);
    const [request] = await delivered(event);
    const { workflowData } = await trigger.webhook.call(context({}, { body: request.body }));
    assert.equal(workflowData[0][0].json.kind, kind);
    assert.equal(workflowData[0][0].json.source, source);

    const hookId = kept.hookId;
    assert.equal(await methods.delete.call(here), true);
    assert.equal(kept.hookId, undefined);
    assert.equal((await gateway.admin('GET', `/routes/${hookId}`)).status, 404);
    kept.hookId = hookId; // as after a restore of an old workflow
    assert.equal(await methods.checkExists.call(here), false);
    assert.equal(kept.hookId, undefined);
  });
}

test('a wrong key is an error in words, not "it does not exist"', async () => {
  await assert.rejects(methods.checkExists.call(context({}, { kept: { hookId: 'hook-x' }, apiKey: 'nonsense' })), /key is not known/);
  await assert.rejects(methods.create.call(context({ event: 'payment.failed' }, { apiKey: 'nonsense' })), /key is not known/);
});

test('subscription changed and send event: an event sent into a source triggers', async () => {
  const kept = {};
  const here = context({ event: 'subscription' }, { path: 'subscription', kept });
  await methods.create.call(here);
  const parameters = { operation: 'sendEvent', source: 'shop', type: 'subscription.canceled', eventId: 'n8n-1', values: '{ "payment": { "id": "p_5", "amount": "7.50", "currency": "ZAR" } }' };
  const [sent] = await execute(parameters);
  assert.equal(sent.status, 'accepted');
  assert.equal((await execute(parameters))[0].status, 'duplicate');
  const [request] = await delivered('subscription');
  assert.equal(request.body.payment_amount_minor, 750);
  await assert.rejects(execute({ ...parameters, source: 'yoco' }), /send:yoco/);
  await assert.rejects(execute({ ...parameters, values: '[1]' }), /not a JSON object/);
  assert.match((await execute({ ...parameters, source: 'yoco' }, { continueOnFail: true }))[0].error, /send:yoco/);
  await methods.delete.call(here);
});

test('delivery failed and replay delivery: told of a failure, it is replayed', async () => {
  const kept = {};
  const here = context({ event: 'delivery.failed' }, { path: 'failed', kept });
  await methods.create.call(here);
  await gateway.simulate('failing', 'payment.succeeded', 2300);
  const [request] = await delivered('failed');
  assert.equal(request.body.route, 'to-nowhere');
  const [replay] = await execute({ operation: 'replayDelivery', delivery: request.body.id });
  const done = await gateway.until(async () => (await gateway.admin('GET', `/replays/${replay.id}`)).body, (job) => job.state === 'done');
  assert.equal(done.created, 1);
  await methods.delete.call(here);
});

test('find payment and find event: for each item, what was received', async () => {
  const id = await gateway.simulate('yoco', 'payment.succeeded', 2400);
  const event = (await gateway.admin('GET', `/events/${id}`)).body;
  const payments = await execute({ operation: 'findPayment', payment: event.payment.id }, { items: 2 });
  assert.equal(payments.length, 2);
  assert.equal(payments[0].payment_amount, event.payment.amount);
  assert.equal(payments[0].gateway_event_id, id);
  assert.deepEqual(await execute({ operation: 'findEvent', q: id, source: 'yoco', limit: 5 }), [payments[0]]);
  assert.deepEqual(await execute({ operation: 'findPayment', payment: 'p_none' }), []);
});

test('sources: the list of the choice', async () => {
  const options = await node.methods.loadOptions.getSources.call(context({}));
  assert.ok(options.some((option) => option.value === 'yoco' && option.name === 'yoco (yoco)'));
});
