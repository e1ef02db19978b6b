import type { IDataObject, IHookFunctions, INodeType, INodeTypeDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { NodeApiError, NodeConnectionTypes } from 'n8n-workflow';
import { call, credentials, sources } from './gateway';

const subscriptionKinds = ['subscription.created', 'subscription.trial', 'subscription.renewed', 'subscription.updated', 'subscription.canceled'];

const kinds = [
	'payment.created', 'payment.pending', 'payment.succeeded', 'payment.failed', 'payment.canceled', 'payment.expired',
	'refund.created', 'refund.succeeded', 'refund.failed', 'dispute.opened', 'dispute.won', 'dispute.lost',
	'payout.created', 'payout.succeeded', 'payout.failed', ...subscriptionKinds,
	'order.created', 'order.updated', 'customer.created', 'customer.updated', 'cart.abandoned', 'checkout.created', 'other',
];

/** Subscribes at the gateway while the workflow is active (REST hooks). */
export class WebhookBridgeTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WebhookBridge Trigger',
		name: 'webhookBridgeTrigger',
		icon: 'file:webhookbridge.svg',
		group: ['trigger'],
		version: 1,
		subtitle: '={{$parameter["event"]}}',
		description: 'Starts the workflow when your gateway receives an event, or gives up a delivery',
		defaults: { name: 'WebhookBridge Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: credentials, required: true }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName: 'Event',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				default: 'payment.succeeded',
				options: [
					{ name: 'Any Event', value: 'any', description: 'An event of the kinds that you choose comes in' },
					{ name: 'Delivery Failed', value: 'delivery.failed', description: 'The gateway gives up a delivery' },
					{ name: 'Payment Failed', value: 'payment.failed' },
					{ name: 'Payment Refunded', value: 'refund.succeeded' },
					{ name: 'Payment Succeeded', value: 'payment.succeeded' },
					{ name: 'Subscription Changed', value: 'subscription', description: 'A subscription begins, is renewed, changes or ends' },
				],
			},
			{
				displayName: 'Kinds',
				name: 'kinds',
				type: 'multiOptions',
				default: [],
				displayOptions: { show: { event: ['any'] } },
				options: kinds.map((kind) => ({ name: kind, value: kind })),
				description: 'Only these kinds; none chosen = every kind',
			},
			{
				displayName: 'Source Name or ID',
				name: 'source',
				type: 'options',
				default: '',
				typeOptions: { loadOptionsMethod: 'getSources' },
				description: 'Only events of this source; empty = of all sources. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
		],
	};

	methods = { loadOptions: { getSources: sources } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node');
				if (!kept.hookId) {
					return false;
				}
				try {
					await call(this, 'GET', `/hooks/${encodeURIComponent(String(kept.hookId))}`);
					return true;
				} catch (error) {
					if (error instanceof NodeApiError && error.httpCode === '404') {
						delete kept.hookId;
						return false;
					}
					throw error;
				}
			},

			async create(this: IHookFunctions): Promise<boolean> {
				const event = this.getNodeParameter('event') as string;
				const source = this.getNodeParameter('source', '') as string;
				const hook = await call(this, 'POST', '/hooks', {
					body: {
						targetUrl: this.getNodeWebhookUrl('default'),
						kinds: event === 'any' ? (this.getNodeParameter('kinds', []) as string[]) : event === 'subscription' ? subscriptionKinds : [event],
						...(source && { source }),
					},
				});
				this.getWorkflowStaticData('node').hookId = hook.id as string;
				return true;
			},

			async delete(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node');
				if (kept.hookId) {
					await call(this, 'DELETE', `/hooks/${encodeURIComponent(String(kept.hookId))}`);
					delete kept.hookId;
				}
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return { workflowData: [this.helpers.returnJsonArray(this.getBodyData() as IDataObject)] };
	}
}
