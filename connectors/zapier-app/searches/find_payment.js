'use strict';

const { api } = require('../lib/api');
const { flatten } = require('../lib/flat');

module.exports = {
  key: 'find_payment',
  noun: 'Payment',
  display: { label: 'Find Payment', description: 'Finds a payment by its id, as the newest event about it tells.' },
  operation: {
    inputFields: [{ key: 'payment', label: 'Payment ID', type: 'string', required: true, helpText: 'As the payment platform shows it.' }],
    perform: async (z, bundle) => {
      const { items } = (await z.request(api(bundle, '/events', { params: { payment: bundle.inputData.payment, limit: 1 } }))).data;
      return items.map(flatten);
    },
    sample: { id: 'evt-100', kind: 'payment.succeeded', payment_id: 'p_123', payment_status: 'succeeded', payment_amount: 1090.5, payment_currency: 'ZAR' },
  },
};
