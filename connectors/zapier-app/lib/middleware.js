'use strict';

const { address } = require('./api');

/** The key goes to the gateway and to nobody else. */
const addKey = (request, z, bundle) => {
  if (bundle.authData && bundle.authData.apiKey && request.url.startsWith(`${address(bundle)}/api/v1/`)) {
    request.headers = { ...request.headers, Authorization: `Bearer ${bundle.authData.apiKey}` };
  }
  return request;
};

const problemOf = (response) => {
  try {
    return JSON.parse(response.content);
  } catch {
    return {};
  }
};

/** The gateway answers problems in plain words (RFC 9457): the user sees those. */
const explainProblem = (response, z) => {
  if (response.status < 400) {
    return response;
  }

  const problem = problemOf(response);
  const detail = problem.detail || `The gateway answered ${response.status}.`;
  if (response.status === 429) {
    throw new z.errors.ThrottledError(detail, Number(response.getHeader('retry-after')) || 60);
  }

  if (response.status === 401) {
    throw new z.errors.Error(`The gateway does not know this API key: ${detail}`, 'AuthenticationError', 401);
  }

  throw new z.errors.Error(detail, problem.code || 'GatewayError', response.status);
};

module.exports = { addKey, explainProblem };
