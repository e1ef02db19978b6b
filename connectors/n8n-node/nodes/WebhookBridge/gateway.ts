import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

export type Context = IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions;

export const credentials = 'webhookBridgeApi';

/** A call of the gateway's API. A problem becomes an error in the gateway's own words. */
export async function call(context: Context, method: IHttpRequestMethods, path: string, options: { body?: IDataObject; qs?: IDataObject } = {}): Promise<IDataObject> {
	const { gateway } = await context.getCredentials(credentials);
	const answer = await context.helpers.httpRequestWithAuthentication.call(context, credentials, {
		method,
		url: `${String(gateway).replace(/\/+$/, '')}/api/v1${path}`,
		qs: options.qs,
		body: options.body,
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	});
	if (answer.statusCode >= 400) {
		const problem = (answer.body ?? {}) as IDataObject;
		throw new NodeApiError(context.getNode(), problem as JsonObject, {
			message: String(problem.detail ?? `The gateway answered ${answer.statusCode}.`),
			description: String(problem.code ?? ''),
			httpCode: String(answer.statusCode),
		});
	}
	return (answer.body ?? {}) as IDataObject;
}

/** The sources of the gateway, for a choice. */
export async function sources(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { items } = await call(this, 'GET', '/sources', { qs: { limit: 200 } });
	return (items as IDataObject[]).map((source) => ({ name: `${source.name} (${source.platform})`, value: String(source.name) }));
}

const groups = ['payment', 'refund', 'dispute', 'payout', 'customer', 'order', 'subscription', 'cart'];

/** An event of the API in the names of the trigger: payment.amount is payment_amount. Lists and nested objects are left out. */
export function flatten(event: IDataObject): IDataObject {
	const flat: IDataObject = {
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
		for (const [member, value] of Object.entries((event[group] ?? {}) as IDataObject)) {
			if (value === null || typeof value !== 'object') {
				flat[`${group}_${member}`] = value;
			}
		}
	}
	return flat;
}
