'use strict';

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const zapier = require('zapier-platform-core');
const App = require('../index');
const gateway = require('../../../tests/WebhookBridge.Apps.Tests/gateway');

const appTester = zapier.createAppTester(App);
const authData = { gateway: `${gateway.url}/`, apiKey: gateway.key };
let target;

before(async () => { target = await gateway.receiver(); });
after(() => target.close());

const subscribe = async (trigger, path, inputData = {}) =>
  appTester(App.triggers[trigger].operation.performSubscribe, { authData, inputData, targetUrl: `${target.url}/${path}` });

const unsubscribe = (trigger, subscribeData) => appTester(App.triggers[trigger].operation.performUnsubscribe, { authData, inputData: {}, subscribeData });

const delivered = (path) => gateway.until(async () => target.received.filter((request) => request.path === `/${path}`), (requests) => requests.length > 0);

test('the definition is valid by Zapier\'s own schema, offline', async () => {
  const handler = zapier.createAppHandler(App);
  const { results } = await handler({ command: 'validate' });
  assert.deepEqual(results, []);
});

test('a broken definition is found by the same check', async () => {
  const { results } = await zapier.createAppHandler({ ...App, triggers: { wrong: { ...App.triggers.any_event, key: 'other', noun: undefined } } })({ command: 'validate' });
  assert.ok(results.length > 0);
});

test('a right key connects, and the connection is labelled', async () => {
  const me = await appTester(App.authentication.test, { authData });
  assert.equal(me.name, 'apps');
  assert.match(App.authentication.connectionLabel, /\{\{name\}\}/);
});

test('a wrong key is refused in words', async () => {
  await assert.rejects(appTester(App.authentication.test, { authData: { ...authData, apiKey: 'nonsense' } }), /does not know this API key/);
});

for (const [trigger, source, event, kind] of [
  ['payment_succeeded', 'yoco', 'payment.succeeded', 'payment.succeeded'],
  ['payment_refunded', 'yoco', 'refund.succeeded', 'refund.succeeded'],
  ['payment_failed', 'altafinex', 'payment.failed', 'payment.failed'],
  ['any_event', 'yoco', 'payment.succeeded', 'payment.succeeded'],
]) {
  test(`${trigger}: subscribed, triggered with what the sample shows, unsubscribed`, async () => {
    const inputData = trigger === 'any_event' ? { kinds: ['payment.succeeded'], source } : { source };
    const hook = await subscribe(trigger, trigger, inputData);
    assert.match(hook.id, /^hook-/);
    await gateway.simulate(source, event, 100 + trigger.length);
    const [request] = await delivered(trigger);
    const [result] = await appTester(App.triggers[trigger].operation.perform, { authData, inputData, cleanedRequest: request.body });
    assert.equal(result.kind, kind);
    assert.equal(result.source, source);
    const samples = await appTester(App.triggers[trigger].operation.performList, { authData, inputData });
    assert.deepEqual(samples[0], result);
    const fields = await appTester(App.triggers[trigger].operation.outputFields[0], { authData, inputData });
    assert.deepEqual(fields.map((field) => field.key), Object.keys(result));

    await unsubscribe(trigger, hook);
    await unsubscribe(trigger, hook); // Zapier does so twice at times
    assert.equal((await gateway.admin('GET', `/routes/${hook.id}`)).status, 404);
  });
}

test('subscription_changed: an event sent into a source of our own triggers it', async () => {
  const hook = await subscribe('subscription_changed', 'subscription');
  const sent = await appTester(App.creates.send_event.operation.perform, {
    authData,
    inputData: { source: 'shop', type: 'subscription.renewed', id: 'sub-1', customer_email: 'thandi@example.com', payment_id: 'p_9', payment_amount: '10.50', payment_currency: 'ZAR', data: { plan: 'gold' } },
  });
  assert.equal(sent.status, 'accepted');
  const [request] = await delivered('subscription');
  assert.equal(request.body.id, 'sub-1');
  assert.equal(request.body.payment_amount, 10.5);
  assert.equal(request.body.payment_amount_minor, 1050);
  assert.equal(request.body.customer_email, 'thandi@example.com');
  await unsubscribe('subscription_changed', hook);
});

test('send_event: an id is taken once, and only the source that the key is bound to', async () => {
  const inputData = { source: 'shop', type: 'order.created', id: 'order-7' };
  assert.equal((await appTester(App.creates.send_event.operation.perform, { authData, inputData })).status, 'accepted');
  assert.equal((await appTester(App.creates.send_event.operation.perform, { authData, inputData })).status, 'duplicate');
  await assert.rejects(appTester(App.creates.send_event.operation.perform, { authData, inputData: { ...inputData, source: 'yoco' } }), /send:yoco/);
});

test('delivery_failed and replay_delivery: told of a failure, it is replayed', async () => {
  const hook = await subscribe('delivery_failed', 'failed');
  await gateway.simulate('failing', 'payment.succeeded', 300);
  const [request] = await delivered('failed');
  const [failed] = await appTester(App.triggers.delivery_failed.operation.perform, { authData, inputData: {}, cleanedRequest: request.body });
  assert.equal(failed.kind, 'delivery.failed');
  assert.equal(failed.route, 'to-nowhere');
  assert.match(failed.id, /^dlv_/);

  const replay = await appTester(App.creates.replay_delivery.operation.perform, { authData, inputData: { delivery: failed.id } });
  assert.match(replay.id, /^rpl_/);
  const done = await gateway.until(async () => (await gateway.admin('GET', `/replays/${replay.id}`)).body, (job) => job.state === 'done');
  assert.equal(done.created, 1);
  await unsubscribe('delivery_failed', hook);
});

test('find_payment and find_event: what was received is found by what one has in hand', async () => {
  const id = await gateway.simulate('yoco', 'payment.succeeded', 400);
  const event = (await gateway.admin('GET', `/events/${id}`)).body;
  const [payment] = await appTester(App.searches.find_payment.operation.perform, { authData, inputData: { payment: event.payment.id } });
  assert.equal(payment.payment_id, event.payment.id);
  assert.equal(payment.payment_amount, event.payment.amount);
  assert.equal(payment.gateway_event_id, id);
  const [found] = await appTester(App.searches.find_event.operation.perform, { authData, inputData: { q: id, source: 'yoco' } });
  assert.deepEqual(found, payment);
  assert.deepEqual(await appTester(App.searches.find_payment.operation.perform, { authData, inputData: { payment: 'p_none' } }), []);

  // What a search gives has the names of the triggers.
  const [sample] = await appTester(App.triggers.any_event.operation.performList, { authData, inputData: {} });
  assert.deepEqual(Object.keys(payment).filter((name) => !(name in sample)), ['gateway_event_id']);
});

test('sources: the list for the editor', async () => {
  const sources = await appTester(App.triggers.sources.operation.perform, { authData, inputData: {} });
  assert.ok(sources.some((source) => source.name === 'yoco' && source.id === 'yoco'));
});

test('the key goes to the gateway only', async () => {
  const seen = await gateway.receiver();
  await appTester((z) => z.request({ url: `${seen.url}/elsewhere`, method: 'POST', body: {} }).then(() => ({})), { authData });
  assert.equal(seen.received[0].headers.authorization, undefined);
  seen.close();
});
