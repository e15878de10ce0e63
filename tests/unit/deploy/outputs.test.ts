import assert from 'node:assert/strict';
import { publishOutputs } from '../../../tasks/lib/deploy/outputs.ts';
import type { DeploymentState } from '../../../tasks/lib/deploy/port.ts';
import { readTemplate } from '../../../tasks/lib/deploy/template.ts';

/** Everything that happened, in order. */
function publish(outputs: DeploymentState['outputs'], secure: readonly string[] = []): string[] {
  const events: string[] = [];
  const declared = (name: string) =>
    name === 'login'
      ? { $ref: '#/definitions/login' }
      : { type: secure.includes(name) ? 'securestring' : 'string' };
  const template = readTemplate(
    JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      definitions: {
        login: {
          type: 'object',
          properties: {
            user: { type: 'string' },
            passwords: { type: 'array', items: { type: 'securestring' } },
          },
        },
      },
      parameters: { login: declared('login') },
      outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, declared(name)])),
      resources: [],
    }),
    'main.json',
  );
  publishOutputs(outputs, template, {
    mask: (secret) => events.push(`mask ${secret}`),
    setOutput: (name, value, options) =>
      events.push(`set ${name}=${value}${options?.secret ? ' (secret)' : ''}`),
    info: (text) => events.push(text),
  });
  return events;
}

describe('outputs', () => {
  it('are set one by one and as one JSON object', () => {
    assert.deepEqual(
      publish({
        uri: { type: 'String', value: 'https://kv' },
        count: { type: 'Int', value: 3 },
        on: { type: 'Bool', value: false },
        list: { type: 'Array', value: ['a'] },
        none: { type: 'String', value: null },
      }),
      [
        'set output.uri=https://kv',
        'set output.count=3',
        'set output.on=false',
        'set output.list=["a"]',
        'set output.none=',
        'set outputs={"uri":"https://kv","count":3,"on":false,"list":["a"],"none":null}',
      ],
    );
  });

  it('that are secure are hidden before the first is printed, with every text in them', () => {
    assert.deepEqual(
      publish(
        {
          open: { type: 'String', value: 'a' },
          secret: { type: 'SecureString', value: 'pass\nword' },
          object: {
            type: 'SecureObject',
            value: { key: 'inner key', n: 7, pin: 123456, short: 'ab' },
          },
          declared: { type: 'String', value: 'also secret' },
        },
        ['declared'],
      ),
      [
        'mask pass\nword',
        'mask {"key":"inner key","n":7,"pin":123456,"short":"ab"}',
        'mask inner key',
        'mask 123456',
        'mask also secret',
        'set output.open=a',
        'set output.secret=pass\nword (secret)',
        'set output.object={"key":"inner key","n":7,"pin":123456,"short":"ab"} (secret)',
        'set output.declared=also secret (secret)',
        'set outputs={"open":"a"}',
      ],
    );
  });

  it('with a secret in a part are secret as a whole, but only that part is hidden', () => {
    const value = { user: 'westeurope', passwords: ['first one', 'second one'] };
    assert.deepEqual(publish({ login: { type: 'Object', value } }), [
      'mask first one',
      'mask second one',
      `set output.login=${JSON.stringify(value)} (secret)`,
      'set outputs={}',
    ]);
  });

  it('whose value Azure keeps to itself are named', () => {
    assert.deepEqual(publish({ secret: { type: 'SecureString' } }), [
      'Output secret is secure; Azure does not return its value.',
      'set outputs={}',
    ]);
  });
});
