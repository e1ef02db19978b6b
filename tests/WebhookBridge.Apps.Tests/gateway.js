'use strict';

const http = require('node:http');

const url = process.env.WEBHOOKBRIDGE_URL;
const key = process.env.WEBHOOKBRIDGE_KEY;
const adminKey = process.env.WEBHOOKBRIDGE_ADMIN_KEY;
if (!url || !key || !adminKey) {
  throw new Error('These tests need a running gateway: set WEBHOOKBRIDGE_URL, WEBHOOKBRIDGE_KEY (scopes hooks, read, replay, send:shop) and WEBHOOKBRIDGE_ADMIN_KEY. `dotnet test tests/WebhookBridge.Apps.Tests` starts one.');
}

/** A call with the administrator's key. */
const admin = async (method, path, body) => {
  const response = await fetch(`${url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
};

/** An event as a platform would send it. */
const simulate = async (source, event, seed) => {
  const { status, body } = await admin('POST', '/simulate', { source, event, seed });
  if (status !== 200 || body.accepted !== 1) {
    throw new Error(`simulate: ${status} ${JSON.stringify(body)}`);
  }
  return body.results[0].answer.id;
};

/** Waits until a look gives what is wanted. */
const until = async (look, wanted) => {
  for (const end = Date.now() + 30_000; ;) {
    const seen = await look();
    if (wanted(seen)) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`not within 30 s; last seen: ${JSON.stringify(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Takes what the gateway sends, as the automation platform would. */
const receiver = async () => {
  const received = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => { text += chunk; });
    request.on('end', () => {
      received.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
      response.end('ok');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { received, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

module.exports = { url, key, adminKey, admin, simulate, until, receiver };
