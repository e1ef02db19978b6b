'use strict';

/** The gateway's address without a slash at its end, and with https:// where the user left it out. */
const address = (bundle) => {
  const text = String(bundle.authData.gateway || '').trim().replace(/\/+$/, '').replace(/\/api\/v1$/, '');
  return /^https?:\/\//i.test(text) ? text : `https://${text}`;
};

/** A request to the gateway's API. */
const api = (bundle, path, options = {}) => ({ url: `${address(bundle)}/api/v1${path}`, ...options });

module.exports = { address, api };
