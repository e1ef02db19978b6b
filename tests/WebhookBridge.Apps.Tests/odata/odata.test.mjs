import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, test } from 'node:test';

const require = createRequire(import.meta.url);
const { OData } = require('@odata/client');
const { o } = require('odata');
const buildQuery = require('odata-query').default;
const { url, adminKey, simulate, until } = require('../gateway.js');

const root = `${url}/odata/v4/`;
const headers = { Authorization: `Basic ${Buffer.from(`analyst:${adminKey}`).toString('base64')}` };

const read = async (path) => {
  const response = await fetch(root + path, { headers });
  return { status: response.status, body: await response.json() };
};
const rows = async (set, query) => {
  const { status, body } = await read(set + buildQuery(query));
  assert.equal(status, 200, JSON.stringify(body));
  return body.value;
};

let events;
before(async () => {
  for (let seed = 1; seed <= 4; seed++) {
    await simulate('yoco', 'payment.succeeded', 8800 + seed);
  }
  await simulate('failing', 'refund.failed', 8805);
  events = (await until(() => read("Events?$filter=source in ('yoco','failing')&$expand=deliveries"), ({ body }) => body.value.length >= 5 && body.value.some((e) => e.deliveries.length > 0))).body.value;
});

const same = (actual, wanted) => assert.deepEqual(actual.map((e) => e.id), events.filter(wanted).map((e) => e.id));

test('odata-query: comparisons, words, lists and times', async () => {
  same(await rows('Events', { filter: { source: 'yoco', kind: { startswith: 'payment.' }, amount: { gt: 0 } } }), (e) => e.source === 'yoco' && e.kind.startsWith('payment.') && e.amount > 0);
  same(await rows('Events', { filter: { source: { in: ['failing', 'nobody'] } } }), (e) => e.source === 'failing');
  same(await rows('Events', { filter: { source: { in: ['yoco', 'failing'] }, receivedAt: { ge: new Date('2020-01-01'), lt: new Date('2100-01-01') }, not: { 'tolower(kind)': 'refund.failed' } } }), (e) => e.kind !== 'refund.failed');
});

test('odata-query: any and all', async () => {
  same(await rows('Events', { filter: { source: { in: ['yoco', 'failing'] }, deliveries: { any: { route: 'to-nowhere' } } } }), (e) => e.deliveries.some((d) => d.route === 'to-nowhere'));
  same(await rows('Events', { filter: { source: { in: ['yoco', 'failing'] }, deliveries: { all: { state: 'delivered' } } } }), (e) => e.deliveries.every((d) => d.state === 'delivered'));
});

test('odata-query: select, order, count and expand with its own options', async () => {
  const { body } = await read('Events' + buildQuery({ select: ['id', 'amount'], filter: { source: 'yoco' }, orderBy: ['amount desc', 'receivedAt'], top: 2, count: true }));
  const all = events.filter((e) => e.source === 'yoco');
  assert.equal(body['@odata.count'], all.length);
  assert.deepEqual(body.value.map((e) => e.amount), all.map((e) => e.amount).sort((a, b) => b - a).slice(0, 2));
  const [failing] = await rows('Events', { filter: { source: 'failing' }, top: 1, select: 'id', expand: { deliveries: { select: ['id', 'route'], top: 1, count: true, orderBy: 'createdAt desc', expand: 'attempts' } } });
  assert.equal(failing['deliveries@odata.count'], 1);
  assert.equal(failing.deliveries[0].route, 'to-nowhere');
  assert.ok(Array.isArray(failing.deliveries[0].attempts));
});

test('odata-query: sums by group', async () => {
  const [group] = await rows('Events', { transform: [{ filter: { source: 'yoco', amount: { gt: 0 } } }, { groupBy: { properties: ['currency'], transform: [{ aggregate: { amount: { with: 'sum', as: 'total' } } }] } }] });
  assert.equal(group.total.toFixed(2), events.filter((e) => e.source === 'yoco').reduce((sum, e) => sum + e.amount, 0).toFixed(2));
});

test('odata-query: search for an id', async () => {
  same(await rows('Events', { search: events[0].paymentId }), (e) => e.paymentId === events[0].paymentId);
});

test('o.js: a query and an entity by its key', async () => {
  const client = o(root, { headers });
  same(await client.get('Events').query({ $filter: "source eq 'failing'", $select: 'id' }), (e) => e.source === 'failing');
  assert.equal((await o(root, { headers }).get(`Events('${events[0].id}')`).query()).id, events[0].id);
});

const client = () => OData.New4({ metadataUri: `${root}$metadata`, serviceEndpoint: root, credential: { username: 'analyst', password: adminKey }, processCsrfToken: false });

test('@odata/client: reads the metadata, counts, finds and retrieves', async () => {
  const set = client().getEntitySet('Events');
  assert.equal(await set.count(OData.newFilter().field('source').eq('yoco')), events.filter((e) => e.source === 'yoco').length);
  same(await set.find({ source: 'failing' }), (e) => e.source === 'failing');
  assert.equal((await set.retrieve(events[0].id)).kind, events[0].kind);
});

test('@odata/client: expands and orders', async () => {
  const [first] = await client().getEntitySet('Events').query(OData.newParam().filter(OData.newFilter().field('source').eq('failing')).expand('deliveries').orderby('receivedAt', 'desc').top(1));
  assert.equal(first.deliveries[0].route, 'to-nowhere');
});

test('@odata/client: a batch of reads', async () => {
  const service = client();
  const ask = (source) => service.newBatchRequest({ collection: 'Events', method: 'GET', params: OData.newParam().filter(OData.newFilter().field('source').eq(source)) });
  const answers = await service.execBatchRequests([ask('yoco'), ask('failing')]);
  const [yoco, failing] = await Promise.all(answers.map(async (answer) => (await answer.json()).value));
  same(yoco, (e) => e.source === 'yoco');
  same(failing, (e) => e.source === 'failing');
});
