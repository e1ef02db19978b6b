'use strict';

const { api } = require('../lib/api');
const { flatten } = require('../lib/flat');

module.exports = {
  key: 'find_event',
  noun: 'Event',
  display: { label: 'Find Event', description: 'Finds the newest event by whatever is in hand: an id, a checkout or order, an e-mail address, an amount.' },
  operation: {
    inputFields: [
      { key: 'q', label: 'Search For', type: 'string', required: true, helpText: 'An id of the event, payment, checkout or order, the beginning of an e-mail address, or an amount such as 150.00.' },
      { key: 'source', label: 'Source', type: 'string', required: false, dynamic: 'sources.name.name' },
      { key: 'kind', label: 'Kind', type: 'string', required: false, helpText: 'Such as payment.succeeded.' },
    ],
    perform: async (z, bundle) => {
      const { q, source, kind } = bundle.inputData;
      const { items } = (await z.request(api(bundle, '/events', { params: { q, ...(source && { source }), ...(kind && { kind }), limit: 1 } }))).data;
      return items.map(flatten);
    },
    sample: { id: 'evt-100', kind: 'payment.succeeded', type: 'payment.succeeded', source: 'yoco', payment_id: 'p_123' },
  },
};
