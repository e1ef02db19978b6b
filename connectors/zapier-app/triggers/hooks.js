'use strict';

const { api } = require('../lib/api');
const { fieldsOf } = require('../lib/flat');

const sourceField = {
  key: 'source',
  label: 'Source',
  type: 'string',
  required: false,
  dynamic: 'sources.name.name',
  helpText: 'Only events of this source; empty = of all sources.',
};

const kindsField = {
  key: 'kinds',
  label: 'Kinds',
  type: 'string',
  list: true,
  required: false,
  choices: [
    'payment.created', 'payment.pending', 'payment.succeeded', 'payment.failed', 'payment.canceled', 'payment.expired',
    'refund.created', 'refund.succeeded', 'refund.failed', 'dispute.opened', 'dispute.won', 'dispute.lost',
    'payout.created', 'payout.succeeded', 'payout.failed',
    'subscription.created', 'subscription.trial', 'subscription.renewed', 'subscription.updated', 'subscription.canceled',
    'order.created', 'order.updated', 'customer.created', 'customer.updated', 'cart.abandoned', 'checkout.created', 'other',
  ],
  helpText: 'Only these kinds; empty = every kind.',
};

const sample = {
  id: 'evt-100',
  kind: 'payment.succeeded',
  type: 'payment.succeeded',
  time: '2026-01-31T13:00:00.000Z',
  mode: 'live',
  source: 'yoco',
  platform: 'yoco',
  payment_id: 'p_123',
  payment_status: 'succeeded',
  payment_amount: 1090.5,
  payment_amount_minor: 109050,
  payment_currency: 'ZAR',
  customer_name: 'Thandi Nkosi',
  customer_email: 'thandi@example.com',
};

const failedSample = {
  id: 'dlv_01KB0000000000000000000000',
  kind: 'delivery.failed',
  type: 'delivery.failed',
  time: '2026-01-31T13:00:05.000Z',
  route: 'paid-to-crm',
  destination: 'crm',
  state: 'refused',
  reason: 'permanent_answer',
  error: 'The destination answered 422.',
  attempt_count: 1,
  event_id: 'evt-100',
  event_kind: 'payment.succeeded',
  payment_id: 'p_123',
};

/** A trigger on a REST hook of the gateway. */
const hook = ({ key, noun, label, description, kinds, inputFields = [sourceField], example = sample }) => {
  const kindsOf = (bundle) => kinds || bundle.inputData.kinds || [];
  const performList = async (z, bundle) => {
    const params = { ...(kindsOf(bundle).length > 0 && { kind: kindsOf(bundle).join(',') }), ...(bundle.inputData.source && { source: bundle.inputData.source }) };
    return (await z.request(api(bundle, '/hooks/sample', { params }))).data;
  };

  return {
    key,
    noun,
    display: { label, description },
    operation: {
      type: 'hook',
      inputFields,
      performSubscribe: async (z, bundle) => (await z.request(api(bundle, '/hooks', {
        method: 'POST',
        body: { targetUrl: bundle.targetUrl, kinds: kindsOf(bundle), ...(bundle.inputData.source && { source: bundle.inputData.source }) },
      }))).data,
      performUnsubscribe: async (z, bundle) => {
        await z.request(api(bundle, `/hooks/${encodeURIComponent(bundle.subscribeData.id)}`, { method: 'DELETE' }));
        return {};
      },
      perform: (z, bundle) => [bundle.cleanedRequest],
      performList,
      sample: example,
      // The fields that the gateway really sends, so that everything can be mapped.
      outputFields: [async (z, bundle) => fieldsOf((await performList(z, bundle))[0])],
    },
  };
};

module.exports = [
  hook({ key: 'payment_succeeded', noun: 'Payment', label: 'Payment Succeeded', description: 'Triggers when a payment went through.', kinds: ['payment.succeeded'] }),
  hook({ key: 'payment_failed', noun: 'Payment', label: 'Payment Failed', description: 'Triggers when a payment failed.', kinds: ['payment.failed'] }),
  hook({ key: 'payment_refunded', noun: 'Refund', label: 'Payment Refunded', description: 'Triggers when a payment was refunded, whole or in part.', kinds: ['refund.succeeded'] }),
  hook({
    key: 'subscription_changed',
    noun: 'Subscription',
    label: 'Subscription Changed',
    description: 'Triggers when a subscription begins, is renewed, changes its plan or state, or ends.',
    kinds: ['subscription.created', 'subscription.trial', 'subscription.renewed', 'subscription.updated', 'subscription.canceled'],
  }),
  hook({ key: 'any_event', noun: 'Event', label: 'Any Event', description: 'Triggers when an event of the kinds that you choose comes in.', inputFields: [kindsField, sourceField] }),
  hook({
    key: 'delivery_failed',
    noun: 'Delivery',
    label: 'Delivery Failed',
    description: 'Triggers when the gateway gives up a delivery: it was refused, or every retry is used up.',
    kinds: ['delivery.failed'],
    example: failedSample,
  }),
];
