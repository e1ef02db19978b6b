'use strict';

const { api } = require('../lib/api');

/** Drops what was not filled in; null when nothing is left. */
const filled = (fields) => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
};

module.exports = {
  key: 'send_event',
  noun: 'Event',
  display: {
    label: 'Send Event Into a Source',
    description: 'Sends an event into a source of your gateway, from where your routes take it on. The source must be of a generic platform, and the API key must have the scope send:NAME of it.',
  },
  operation: {
    inputFields: [
      { key: 'source', label: 'Source', type: 'string', required: true, dynamic: 'sources.name.name' },
      { key: 'type', label: 'Type', type: 'string', required: true, helpText: 'What happened, such as payment.succeeded or order.created.' },
      { key: 'id', label: 'Event ID', type: 'string', required: false, helpText: 'The same id is taken once only. Empty = every run is a new event.' },
      { key: 'payment_id', label: 'Payment ID', type: 'string', required: false },
      { key: 'payment_amount', label: 'Amount', type: 'string', required: false, helpText: 'In major units, such as 150.00.' },
      { key: 'payment_currency', label: 'Currency', type: 'string', required: false, helpText: 'Such as ZAR or BRL.' },
      { key: 'customer_name', label: 'Customer Name', type: 'string', required: false },
      { key: 'customer_email', label: 'Customer E-mail', type: 'string', required: false },
      { key: 'data', label: 'More Values', dict: true, required: false, helpText: 'Found as event.data in rules and templates.' },
    ],
    perform: async (z, bundle) => {
      const input = bundle.inputData;
      const response = await z.request(api(bundle, `/sources/${encodeURIComponent(input.source)}/events`, {
        method: 'POST',
        body: filled({
          id: input.id,
          type: input.type,
          payment: filled({ id: input.payment_id, amount: input.payment_amount, currency: input.payment_currency }),
          customer: filled({ name: input.customer_name, email: input.customer_email }),
          data: filled(input.data || {}),
        }),
      }));
      return response.data;
    },
    sample: { id: 'evt_01KB0000000000000000000000', status: 'accepted' },
    outputFields: [{ key: 'id', label: 'Event ID' }, { key: 'status', label: 'Status' }],
  },
};
