import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  stamp,
  stampSubscription,
  startWorld,
  stranger,
  type World,
} from '../unit/arm/arm-world.ts';
import { at, body, subscriptionTemplate, template, type Shown } from '../unit/arm/templates.ts';
import { ask, complete, zone } from '../unit/arm-what-if/what-if-world.ts';

describe('sandbox arm: what-if refusals', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  const same: [string, Shown, string?][] = [
    ['an unknown function', body(template([zone("[nothing('x')]")]))],
    ['an unknown type', body(template([{ ...zone('a.example'), type: 'Microsoft.Network/none' }]))],
    ['a bad property', body(template([zone('a.example', { properties: { wrong: 1 } })]))],
    ['a missing parameter', body(template([], { parameters: { x: { type: 'int' } } }))],
    ['no mode', { properties: { template: template([]) } }],
    ['no properties', {}],
    ['missing rights on a resource', body(template([zone('a.example')])), guest],
  ];
  for (const [name, content, as] of same) {
    it(`refuses ${name} as validation does`, async () => {
      world.arm.assignRole(guest, { actions: ['Microsoft.Resources/*'] }, stamp);
      const who = as === undefined ? {} : { as };
      const path = at(stamp, 'w', '/validate');
      const validation = await world.ask('POST', path, { body: content, ...who });
      const answer = await ask(world, stamp, content, as);
      const plain = (error: unknown): string =>
        JSON.stringify(error).replace(/[-0-9a-f]{36}'\. See/, '');
      assert.ok(answer.status >= 400);
      assert.equal(answer.status, validation.status);
      assert.equal(plain(errorOf(answer)), plain(errorOf(validation)));
    });
  }

  const settings = (whatIfSettings: unknown): Shown => ({
    properties: { mode: 'Incremental', template: template([]), whatIfSettings },
  });
  const own: [string, string, Shown, string][] = [
    [
      'an unknown result format',
      stamp,
      settings({ resultFormat: 'Short' }),
      'InvalidRequestContent: The request content was invalid and could not be deserialized: \'Error converting value "Short" ' +
        "to type 'WhatIfResultFormat'. Path 'properties.whatIfSettings.resultFormat''.",
    ],
    [
      'an unknown setting',
      stamp,
      settings({ depth: 1 }),
      "InvalidRequestContent: The request content was invalid and could not be deserialized: 'Could not find member 'depth' " +
        "on object of type 'DeploymentWhatIfSettings'. Path 'properties.whatIfSettings.depth''.",
    ],
    [
      'settings that are no object',
      stamp,
      settings('x'),
      "InvalidRequestContent: The request content was invalid and could not be deserialized: 'Error converting value to an " +
        "object. Path 'properties.whatIfSettings''.",
    ],
    [
      'Complete mode for a subscription',
      `/subscriptions/${stampSubscription}`,
      { location: 'westeurope', ...complete(subscriptionTemplate([])) },
      "InvalidDeployment: Specified deployment mode 'Complete' is not supported for deployment at the current scope. Please " +
        'see https://aka.ms/deployment-modes for usage details.',
    ],
  ];
  for (const [name, scope, content, message] of own) {
    it(`refuses ${name}`, async () => {
      const refused = await world.refused('POST', at(scope, 'w', '/whatIf'), content);
      assert.equal(refused, `400 ${message}`);
    });
  }

  it('needs the right to ask, and a group', async () => {
    assert.match(
      await world.refused('POST', at(stamp, 'w', '/whatIf'), body(template([])), stranger),
      /^403 AuthorizationFailed: .*'Microsoft\.Resources\/deployments\/whatIf\/action'/,
    );
    const none = `/subscriptions/${stampSubscription}/resourceGroups/none`;
    assert.match(
      await world.refused('POST', at(none, 'w', '/whatIf'), body(template([]))),
      /^404 ResourceGroupNotFound: /,
    );
  });
});
