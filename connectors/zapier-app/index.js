'use strict';

const { version: platformVersion } = require('zapier-platform-core');
const { version } = require('./package.json');
const authentication = require('./authentication');
const { addKey, explainProblem } = require('./lib/middleware');
const byKey = (items) => Object.fromEntries(items.map((item) => [item.key, item]));

module.exports = {
  version,
  platformVersion,
  authentication,
  beforeRequest: [addKey],
  afterResponse: [explainProblem],
  // What a sender does not say is null and stays so: a field that is there can be mapped.
  flags: { cleanInputData: false },
  triggers: byKey([...require('./triggers/hooks'), require('./triggers/sources')]),
  searches: byKey([require('./searches/find_payment'), require('./searches/find_event')]),
  creates: byKey([require('./creates/send_event'), require('./creates/replay_delivery')]),
};
