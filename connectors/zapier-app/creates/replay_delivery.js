'use strict';

const { api } = require('../lib/api');

module.exports = {
  key: 'replay_delivery',
  noun: 'Delivery',
  display: { label: 'Replay Delivery', description: 'Sends the event of a delivery once more on the same route, as a new delivery.' },
  operation: {
    inputFields: [
      { key: 'delivery', label: 'Delivery ID', type: 'string', required: true, helpText: 'Begins with dlv_; the trigger Delivery Failed gives it as ID.' },
      {
        key: 'as',
        label: 'With the Route',
        type: 'string',
        required: false,
        default: 'today',
        choices: { today: 'As it is today', then: 'As it was then' },
      },
    ],
    perform: async (z, bundle) => (await z.request(api(bundle, '/replays', {
      method: 'POST',
      body: { ids: [bundle.inputData.delivery], includeDelivered: true, as: bundle.inputData.as || 'today' },
    }))).data,
    sample: { id: 'rpl_01KB0000000000000000000000', state: 'running', total: 1, created: 0 },
    outputFields: [{ key: 'id', label: 'Replay ID' }, { key: 'state', label: 'State' }, { key: 'total', label: 'Events', type: 'integer' }, { key: 'created', label: 'Deliveries Made', type: 'integer' }],
  },
};
