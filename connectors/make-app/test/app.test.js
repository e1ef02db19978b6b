'use strict';

const assert = require('node:assert/strict');
const { existsSync, readdirSync, readFileSync, statSync } = require('node:fs');
const { join, relative } = require('node:path');
const { after, before, test } = require('node:test');
const gateway = require('../../../tests/WebhookBridge.Apps.Tests/gateway');
const { evaluate, fill, run } = require('./make');

const root = join(__dirname, '..');
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const app = read('makecomapp.json');
const base = read(app.generalCodeFiles.base);
const { webhook: webhooks, module: modules, rpc: rpcs, connection: connections } = app.components;
const code = (component, type) => read(component.codeFiles[type]);
const connection = { gateway: gateway.url, apiKey: gateway.key };
let target;

before(async () => { target = await gateway.receiver(); });
after(() => target.close());

/** Attaches the webhook of a trigger at an address of ours, as Make does when a scenario is switched on. */
const attach = async (name, path, parameters = {}) => {
  const webhook = { url: `${target.url}/${path}` };
  const { data } = await run(base, code(webhooks[name], 'attach'), { connection, parameters, webhook });
  return { ...webhook, ...data };
};

const detach = (name, webhook) => run(base, code(webhooks[name], 'detach'), { connection, webhook, parameters: {} });

const module_ = (name, parameters) => run(base, code(modules[name], 'communication'), { connection, parameters });

const delivered = (path) => gateway.until(async () => target.received.filter((request) => request.path === `/${path}`), (requests) => requests.length > 0);

/** What the module puts out for a request that came to its webhook. */
const output = (name, request) => fill(code(webhooks[name], 'communication').output, { body: request.body });

test('every file is named in the manifest, and every named file is there', () => {
  const named = new Set(Object.values(app.generalCodeFiles));
  for (const component of Object.values(app.components).flatMap(Object.values)) {
    Object.values(component.codeFiles).forEach((path) => named.add(path));
  }
  for (const path of named) {
    assert.ok(existsSync(join(root, path)), path);
    if (path.endsWith('.json')) read(path);
  }
  const walk = (folder) => readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? walk(join(folder, name)) : [relative(root, join(folder, name))]));
  for (const folder of ['general', 'connections', 'webhooks', 'modules', 'rpcs']) {
    for (const path of walk(join(root, folder))) assert.ok(named.has(path), `${path} is in no component`);
  }
});

test('components refer to components that are there', () => {
  for (const [name, module] of Object.entries(modules)) {
    assert.ok(['instant_trigger', 'action', 'search'].includes(module.moduleType), name);
    if (module.moduleType === 'instant_trigger') assert.ok(webhooks[module.webhook], name);
    else assert.ok(connections[module.connection], name);
  }
  const groups = read(app.generalCodeFiles.groups).flatMap((group) => group.modules);
  assert.deepEqual([...groups].sort(), Object.keys(modules).sort());
  const options = JSON.stringify(Object.values(modules).concat(Object.values(webhooks)).flatMap((component) => Object.values(component.codeFiles).map(read)));
  for (const [, rpc] of options.matchAll(/rpc:\/\/(\w+)/g)) assert.ok(rpcs[rpc], rpc);
});

test('the key is sent as a header and kept out of Make\'s log', () => {
  assert.equal(base.headers.authorization, 'Bearer {{connection.apiKey}}');
  for (const communication of [base, code(connections.webhookbridge, 'communication')]) assert.deepEqual(communication.log.sanitize, ['request.headers.authorization']);
  assert.equal(code(connections.webhookbridge, 'params').find((field) => field.name === 'apiKey').type, 'password');
});

test('an expression that is not known is an error of this test', () => {
  assert.throws(() => evaluate('parameters.a + 1', { parameters: {} }), /unknown expression/);
  assert.throws(() => evaluate('toString(parameters.a)', { parameters: {} }), /unknown function/);
  assert.throws(() => evaluate('nothing.a', { parameters: {} }), /there is no nothing/);
});

test('the connection is tested and labelled', async () => {
  const { metadata } = await run(null, code(connections.webhookbridge, 'communication'), { parameters: connection });
  assert.deepEqual(metadata, { type: 'text', value: 'apps' });
  await assert.rejects(run(null, code(connections.webhookbridge, 'communication'), { parameters: { ...connection, apiKey: 'nonsense' } }), /does not know this API key/);
});

for (const [name, source, event, kind, parameters] of [
  ['paymentSucceeded', 'yoco', 'payment.succeeded', 'payment.succeeded', { source: 'yoco' }],
  ['paymentRefunded', 'yoco', 'refund.succeeded', 'refund.succeeded', {}],
  ['paymentFailed', 'altafinex', 'payment.failed', 'payment.failed', {}],
  ['anyEvent', 'yoco', 'payment.succeeded', 'payment.succeeded', { kinds: ['payment.succeeded', 'payment.failed'], source: 'yoco' }],
]) {
  test(`${name}: attached, triggered, detached`, async () => {
    const webhook = await attach(name, name, parameters);
    assert.match(webhook.externalHookId, /^hook-/);
    await gateway.simulate(source, event, 1000 + name.length);
    const [request] = await delivered(name);
    const bundle = output(name, request);
    assert.equal(bundle.kind, kind);
    const trigger = Object.values(modules).find((module) => module.webhook === name);
    assert.deepEqual(code(trigger, 'interface').map((field) => field.name), Object.keys(bundle), 'the fields of the mapping panel are those that come');
    for (const field of Object.keys(code(trigger, 'samples'))) assert.ok(field in bundle, field);

    await detach(name, webhook);
    await detach(name, webhook);
    assert.equal((await gateway.admin('GET', `/routes/${webhook.externalHookId}`)).status, 404);
  });
}

test('subscriptionChanged and sendEvent: an event sent into a source triggers it', async () => {
  const webhook = await attach('subscriptionChanged', 'subscription');
  const { output: sent } = await module_('sendEvent', { source: 'shop', type: 'subscription.updated', id: 'make-sub-1', paymentId: 'p_7', amount: '12.34', currency: 'BRL', customerEmail: 'ana@example.com', data: { plan: 'gold' } });
  assert.equal(sent.status, 'accepted');
  const [request] = await delivered('subscription');
  assert.equal(request.body.payment_amount_minor, 1234);
  assert.equal(request.body.customer_email, 'ana@example.com');
  assert.equal((await module_('sendEvent', { source: 'shop', type: 'subscription.updated', id: 'make-sub-1', paymentId: 'p_7', amount: '12.34', currency: 'BRL', customerEmail: 'ana@example.com', data: { plan: 'gold' } })).output.status, 'duplicate');
  await assert.rejects(module_('sendEvent', { source: 'yoco', type: 'order.created' }), /send:yoco/);
  await detach('subscriptionChanged', webhook);
});

test('deliveryFailed and replayDelivery: told of a failure, it is replayed', async () => {
  const webhook = await attach('deliveryFailed', 'failed');
  await gateway.simulate('failing', 'payment.succeeded', 1300);
  const [request] = await delivered('failed');
  const failed = output('deliveryFailed', request);
  assert.equal(failed.route, 'to-nowhere');
  assert.deepEqual(code(modules.watchDeliveryFailed, 'interface').map((field) => field.name), Object.keys(failed));
  const { output: replay } = await module_('replayDelivery', { delivery: failed.id });
  const done = await gateway.until(async () => (await gateway.admin('GET', `/replays/${replay.id}`)).body, (job) => job.state === 'done');
  assert.equal(done.created, 1);
  await detach('deliveryFailed', webhook);
});

test('findPayment and findEvent: what was received is found', async () => {
  const id = await gateway.simulate('yoco', 'payment.succeeded', 1400);
  const event = (await gateway.admin('GET', `/events/${id}`)).body;
  const { output: [payment] } = await module_('findPayment', { payment: event.payment.id });
  assert.equal(payment.gateway_event_id, id);
  assert.equal(payment.payment_amount, event.payment.amount);
  const { output: found } = await module_('findEvent', { q: id, source: 'yoco' });
  assert.deepEqual(found, [payment]);
  assert.deepEqual((await module_('findPayment', { payment: 'p_none' })).output, []);
  const fields = code(modules.findPayment, 'interface').map((field) => field.name);
  for (const field of Object.keys(payment)) assert.ok(fields.includes(field), field);
});

test('sources: the choice of the triggers', async () => {
  const { output: sources } = await run(base, code(rpcs.sources, 'communication'), { connection, parameters: {} });
  assert.ok(sources.some((source) => source.value === 'yoco'));
});
