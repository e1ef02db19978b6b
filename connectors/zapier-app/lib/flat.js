'use strict';

const groups = ['payment', 'refund', 'dispute', 'payout', 'customer', 'order', 'subscription', 'cart'];

/** An event of the API in the names of the triggers: payment.amount is payment_amount. Lists and nested objects are left out. */
const flatten = (event) => {
  const flat = {
    id: event.externalId || event.id,
    kind: event.kind,
    type: event.type,
    time: event.time,
    mode: event.mode,
    test: event.test,
    source: event.source,
    platform: event.platform,
    received_at: event.receivedAt,
    gateway_event_id: event.id,
  };
  for (const group of groups) {
    for (const [member, value] of Object.entries(event[group] || {})) {
      if (value === null || typeof value !== 'object') {
        flat[`${group}_${member}`] = value;
      }
    }
  }
  return flat;
};

/** Fields for the editor, as a sample has them. */
const fieldsOf = (sample) => Object.entries(sample).map(([key, value]) => ({
  key,
  label: key.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase()),
  ...(typeof value === 'number' ? { type: 'number' } : typeof value === 'boolean' ? { type: 'boolean' } : /_at$|^time$/.test(key) ? { type: 'datetime' } : {}),
}));

module.exports = { flatten, fieldsOf };
