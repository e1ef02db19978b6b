import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { call, credentials, flatten, sources } from './gateway';

const on = (...operation: string[]) => ({ show: { operation } });

const source = (operation: string, required: boolean, description: string): INodeProperties => ({
	displayName: 'Source Name or ID',
	name: 'source',
	type: 'options',
	default: '',
	required,
	typeOptions: { loadOptionsMethod: 'getSources' },
	displayOptions: on(operation),
	description: `${description}. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
});

/** Finds, sends and replays at the gateway. */
export class WebhookBridge implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WebhookBridge',
		name: 'webhookBridge',
		icon: 'file:webhookbridge.svg',
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"]}}',
		description: 'Find payments and events, send events into a source, replay deliveries of your gateway',
		defaults: { name: 'WebhookBridge' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: credentials, required: true }],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'findPayment',
				options: [
					{ name: 'Find Event', value: 'findEvent', action: 'Find an event', description: 'Find the newest events by whatever is in hand' },
					{ name: 'Find Payment', value: 'findPayment', action: 'Find a payment', description: 'Find a payment by its ID' },
					{ name: 'Replay Delivery', value: 'replayDelivery', action: 'Replay a delivery', description: 'Send the event of a delivery once more' },
					{ name: 'Send Event', value: 'sendEvent', action: 'Send an event into a source', description: 'Send an event into a source of a generic platform' },
				],
			},
			{ displayName: 'Payment ID', name: 'payment', type: 'string', default: '', required: true, displayOptions: on('findPayment'), description: 'As the payment platform shows it' },
			{ displayName: 'Search For', name: 'q', type: 'string', default: '', required: true, displayOptions: on('findEvent'), description: 'An ID of the event, payment, checkout or order, the beginning of an e-mail address, or an amount such as 150.00' },
			source('findEvent', false, 'Only events of this source'),
			{ displayName: 'Limit', name: 'limit', type: 'number', typeOptions: { minValue: 1, maxValue: 200 }, default: 50, displayOptions: on('findEvent'), description: 'Max number of results to return' },
			source('sendEvent', true, 'A source of a generic platform; the API key needs the scope send:NAME of it'),
			{ displayName: 'Type', name: 'type', type: 'string', default: '', required: true, displayOptions: on('sendEvent'), description: 'What happened, such as payment.succeeded or order.created' },
			{ displayName: 'Event ID', name: 'eventId', type: 'string', default: '', displayOptions: on('sendEvent'), description: 'The same ID is taken once only. Empty = every run is a new event.' },
			{ displayName: 'Values (JSON)', name: 'values', type: 'json', default: '{}', displayOptions: on('sendEvent'), description: 'The rest of the event, such as { "payment": { "id": "p_1", "amount": "150.00", "currency": "ZAR" } }' },
			{ displayName: 'Delivery ID', name: 'delivery', type: 'string', default: '', required: true, displayOptions: on('replayDelivery'), description: 'Begins with dlv_; the trigger Delivery Failed gives it as ID' },
			{
				displayName: 'With the Route',
				name: 'as',
				type: 'options',
				default: 'today',
				options: [{ name: 'As It Is Today', value: 'today' }, { name: 'As It Was Then', value: 'then' }],
				displayOptions: on('replayDelivery'),
			},
		],
	};

	methods = { loadOptions: { getSources: sources } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const results: INodeExecutionData[] = [];
		for (let item = 0; item < this.getInputData().length; item++) {
			try {
				for (const json of await run(this, item)) {
					results.push({ json, pairedItem: { item } });
				}
			} catch (error) {
				if (!this.continueOnFail()) {
					throw error;
				}
				results.push({ json: { error: (error as Error).message }, pairedItem: { item } });
			}
		}
		return [results];
	}
}

async function run(context: IExecuteFunctions, item: number): Promise<IDataObject[]> {
	const parameter = (name: string, otherwise?: unknown) => context.getNodeParameter(name, item, otherwise) as string;
	switch (parameter('operation')) {
		case 'findPayment':
			return events(await call(context, 'GET', '/events', { qs: { payment: parameter('payment'), limit: 1 } }));
		case 'findEvent': {
			const from = parameter('source', '');
			return events(await call(context, 'GET', '/events', { qs: { q: parameter('q'), limit: parameter('limit', 50), ...(from && { source: from }) } }));
		}
		case 'sendEvent': {
			const id = parameter('eventId', '');
			return [
				await call(context, 'POST', `/sources/${encodeURIComponent(parameter('source'))}/events`, {
					body: { ...values(context, item, parameter('values', '{}')), type: parameter('type'), ...(id && { id }) },
				}),
			];
		}
		case 'replayDelivery':
			return [await call(context, 'POST', '/replays', { body: { ids: [parameter('delivery')], includeDelivered: true, as: parameter('as', 'today') } })];
		default:
			throw new NodeOperationError(context.getNode(), `There is no operation "${parameter('operation')}".`, { itemIndex: item });
	}
}

const events = (page: IDataObject) => (page.items as IDataObject[]).map(flatten);

/** What the user wrote as JSON: a text, or an object already. */
function values(context: IExecuteFunctions, item: number, written: unknown): IDataObject {
	try {
		const read: unknown = typeof written === 'string' ? JSON.parse(written || '{}') : written;
		if (read !== null && typeof read === 'object' && !Array.isArray(read)) {
			return read as IDataObject;
		}
	} catch {
		// said below
	}
	throw new NodeOperationError(context.getNode(), 'Values is not a JSON object.', { itemIndex: item, description: 'Write { … } with names in double quotes.' });
}
