'use strict';

const { api } = require('./lib/api');

module.exports = {
  type: 'custom',
  fields: [
    {
      key: 'gateway',
      label: 'Gateway address',
      type: 'string',
      required: true,
      helpText: 'Where your WebhookBridge serves its API, such as `https://hooks.example.com`. Zapier must be able to reach it.',
    },
    {
      key: 'apiKey',
      label: 'API key',
      type: 'password',
      required: true,
      helpText: 'Made with `webhookbridge key create zapier --scopes hooks,read,replay`. To send events into a source add `send:NAME-OF-THE-SOURCE`.',
    },
  ],
  test: (z, bundle) => z.request(api(bundle, '/me')).then((response) => response.data),
  connectionLabel: '{{name}} at {{gateway}}',
};
