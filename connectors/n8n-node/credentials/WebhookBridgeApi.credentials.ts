import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Address and API key of a gateway. */
export class WebhookBridgeApi implements ICredentialType {
	name = 'webhookBridgeApi';

	displayName = 'WebhookBridge API';

	properties: INodeProperties[] = [
		{
			displayName: 'Gateway Address',
			name: 'gateway',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'https://hooks.example.com',
			description: 'Where your WebhookBridge serves its API, without a slash at the end',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Made with "webhookbridge key create n8n --scopes hooks,read,replay"; add send:NAME to send events into the source NAME',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.gateway}}', url: '/api/v1/me' },
	};
}
