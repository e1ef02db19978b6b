import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

const read = async () => (await fetch(`${process.env.WEBHOOKBRIDGE_URL}/openapi/v1.json`)).json();

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(await read());
  assert.equal(result.valid, true, JSON.stringify(result.errors, null, 1));
  assert.equal(validator.version, '3.1');
});

test('a document with a mistake is found', async () => {
  const broken = await read();
  broken.paths['/events'].get.responses = [];
  assert.equal((await new Validator().validate(broken)).valid, false);
});
