// Signs and verifies with the senders' own libraries. One JSON object per line in, one out:
//   { "library", "do": "sign" | "verify", "secret", "body", "id", "seconds", "headers" } -> { "headers" } | { "genuine" } | { "error" }
'use strict';
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const readline = require('node:readline');

const load = createRequire(process.cwd() + '/package.json');

// An ES module: import() resolves from this file's folder, so it is given the address that a module of the installed folder would see.
async function octokit() {
  const path = require('node:path');
  const folder = path.join(process.cwd(), 'node_modules', '@octokit', 'webhooks-methods');
  const description = load(path.join(folder, 'package.json'));
  const entry = (node) => (typeof node === 'string' ? node : entry(node.node ?? node.import ?? node.default ?? node['.']));
  return import(pathToFileURL(path.join(folder, description.exports ? entry(description.exports) : description.main)).href);
}

function stripe() {
  const module = load('stripe');
  const Stripe = module.Stripe ?? module.default ?? module;
  return new Stripe('sk_test_not_used').webhooks;
}

const webhook = { svix: 'svix', 'standard-webhooks': 'standardwebhooks' };

async function answer(ask) {
  const { library, secret, body } = ask;
  if (ask.do === 'verify') {
    const { Webhook } = load(webhook[library]);
    try {
      new Webhook(secret).verify(body, ask.headers);
      return { genuine: true };
    } catch (error) {
      return { genuine: false, why: error.message };
    }
  }

  switch (library) {
    case 'stripe':
      return { headers: { 'Stripe-Signature': stripe().generateTestHeaderString({ payload: body, secret, timestamp: ask.seconds }) } };
    case 'github':
      return { headers: { 'X-Hub-Signature-256': await (await octokit()).sign(secret, body), 'X-GitHub-Delivery': ask.id, 'X-GitHub-Event': 'push' } };
    default: {
      const { Webhook } = load(webhook[library]);
      const prefix = library === 'svix' ? 'svix-' : 'webhook-';
      const signature = new Webhook(secret).sign(ask.id, new Date(ask.seconds * 1000), body);
      return { headers: { [prefix + 'id']: ask.id, [prefix + 'timestamp']: String(ask.seconds), [prefix + 'signature']: signature } };
    }
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let said;
    try {
      said = await answer(JSON.parse(line));
    } catch (error) {
      said = { error: String(error.stack ?? error) };
    }

    process.stdout.write(JSON.stringify(said) + '\n');
  }
})();
