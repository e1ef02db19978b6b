'use strict';

const { api } = require('../lib/api');

/** Not shown: fills the list of sources in the other triggers. */
module.exports = {
  key: 'sources',
  noun: 'Source',
  display: { label: 'List of Sources', description: 'Fills the choice of a source.', hidden: true },
  operation: {
    type: 'polling',
    perform: async (z, bundle) => (await z.request(api(bundle, '/sources', { params: { limit: 200 } }))).data.items.map(({ name, platform }) => ({ id: name, name, platform })),
    sample: { id: 'yoco', name: 'yoco', platform: 'yoco' },
  },
};
