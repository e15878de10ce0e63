import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  hub,
  hubSubscription,
  owner,
  stamp,
  startWorld,
  tenantId,
  vaultBody,
  vaultPath,
  type Answer,
  type World,
} from '../unit/arm/arm-world.ts';
import { deploy } from '../unit/arm/deployments.ts';
import { at, body, nested, network, template, vault, type Shown } from '../unit/arm/templates.ts';

describe('sandbox arm: preflight of deployments', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const validated = (content: Shown, as: string = owner): Promise<Answer> =>
    world.ask('POST', at(stamp, 'd', '/validate'), { body: content, as });

  it('answers with the resources that would be deployed, and deploys none', async () => {
    const answer = await validated(
      body(template([vault('kv-one'), nested('inner', template([vault('kv-two')]))])),
    );
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const properties = answer.body['properties'] as Shown;
    assert.equal(properties['provisioningState'], 'Succeeded');
    assert.deepEqual(
      (properties['validatedResources'] as Shown[]).map(({ id }) => String(id).split('/').at(-1)),
      ['kv-one', 'inner', 'kv-two'],
    );
    assert.equal(world.arm.store.list('Microsoft.KeyVault/vaults').length, 0);
  });

  const bad: [string, Shown, number, string, RegExp][] = [
    [
      'an unknown type',
      template([{ type: 'Microsoft.Nowhere/things', apiVersion: '2020-01-01', name: 'x' }]),
      400,
      'InvalidTemplateDeployment',
      /InvalidResourceNamespace.*'Microsoft\.Nowhere' is invalid/,
    ],
    [
      'an unknown version',
      template([vault('kv-one', { apiVersion: '1999-01-01' })]),
      400,
      'InvalidTemplateDeployment',
      /NoRegisteredProviderFound.*'1999-01-01' for type 'vaults'/,
    ],
    [
      'an unknown property',
      template([
        vault('kv-one', {
          properties: { tenantId, sku: { family: 'A', name: 'standard' }, color: 'red' },
        }),
      ]),
      400,
      'InvalidTemplateDeployment',
      /InvalidRequestContent.*'color' on object of type 'VaultProperties'\. Path 'properties\.color'/,
    ],
    [
      'an unknown property of a nested one',
      template([nested('inner', template([vault('kv-one', { properties: { color: 'red' } })]))]),
      400,
      'InvalidTemplateDeployment',
      /'color' on object/,
    ],
    [
      'a missing group',
      template([nested('inner', template([]), { resourceGroup: 'rg-none' })]),
      400,
      'InvalidTemplateDeployment',
      /ResourceGroupNotFound.*'rg-none'/,
    ],
    [
      'an unknown function',
      template([], { outputs: { x: { type: 'string', value: "[frobnicate('x')]" } } }),
      400,
      'InvalidTemplate',
      /frobnicate/,
    ],
    [
      'a missing parameter',
      template([], { parameters: { x: { type: 'string' } } }),
      400,
      'InvalidTemplate',
      /Deployment template validation failed/,
    ],
  ];
  for (const [name, inner, status, code, detail] of bad) {
    it(`refuses ${name}, at validate and at PUT`, async () => {
      for (const answer of [
        await validated(body(inner)),
        await world.ask('PUT', at(stamp, 'd'), { body: body(inner) }),
      ]) {
        assert.equal(answer.status, status, JSON.stringify(answer.body));
        assert.equal(errorOf(answer).code, code);
        assert.match(JSON.stringify(errorOf(answer)), detail);
      }
      assert.equal((await world.ask('GET', at(stamp, 'd'))).status, 404);
    });
  }

  const envelopes: [string, Shown, string, RegExp][] = [
    [
      'an unknown mode',
      { properties: { mode: 'Whole', template: template([]) } },
      'InvalidRequestContent',
      /properties\.mode/,
    ],
    [
      'no mode',
      { properties: { template: template([]) } },
      'InvalidRequestContent',
      /properties\.mode/,
    ],
    [
      'a template link',
      { properties: { mode: 'Incremental', templateLink: { uri: 'https://x' } } },
      'DeploymentPropertyNotSupported',
      /'properties\.templateLink'/,
    ],
    [
      'an unknown member',
      { properties: { mode: 'Incremental', tempalte: {} } },
      'InvalidRequestContent',
      /'tempalte'/,
    ],
    [
      'a location',
      { location: 'westeurope', properties: { mode: 'Incremental', template: template([]) } },
      'InvalidDeployment',
      /'location' property is not allowed/,
    ],
  ];
  for (const [name, content, code, message] of envelopes) {
    it(`refuses ${name}`, async () => {
      const answer = await world.ask('PUT', at(stamp, 'd'), { body: content });
      assert.equal(answer.status, 400);
      assert.equal(errorOf(answer).code, code);
      assert.match(errorOf(answer).message, message);
    });
  }

  it('checks the rights for everything first, also in other subscriptions: nothing is half done', async () => {
    world.arm.assignRole(guest, 'Contributor', stamp);
    const content = body(
      template([
        vault('kv-one'),
        nested('far', template([network('w', '10.1.0.0/16')]), {
          subscriptionId: hubSubscription,
          resourceGroup: 'rg-hub',
        }),
      ]),
    );
    const refused = await world.ask('PUT', at(stamp, 'd'), { body: content, as: guest });
    assert.equal(refused.status, 403);
    assert.equal(errorOf(refused).code, 'InvalidTemplateDeployment');
    assert.equal(
      errorOf(refused).message,
      "The template deployment failed with error: 'Authorization failed for template resource 'far' of type " +
        `'Microsoft.Resources/deployments'. The client 'c${guest}' with object id '${guest}' does not have permission to ` +
        `perform action 'Microsoft.Resources/deployments/write' at scope '${hub}/providers/Microsoft.Resources/deployments/far'.'.`,
    );
    assert.equal(world.arm.store.list('Microsoft.KeyVault/vaults').length, 0);
    assert.equal(
      world.arm.activity.some(({ deployment }) => deployment !== undefined),
      false,
    );
  });

  it('refuses a linked resource that the caller may not join', async () => {
    world.arm.assignRole(guest, 'Contributor', stamp);
    await world.make(vaultPath(hub, 'kv-hub'), vaultBody());
    await deploy(world, at(stamp, 'base'), body(template([network('v', '10.1.0.0/16')])));
    const endpoint = {
      type: 'Microsoft.Network/privateEndpoints',
      apiVersion: '2024-05-01',
      name: 'pe',
      location: 'westeurope',
      properties: {
        subnet: {
          id: `${stamp}/providers/Microsoft.Network/virtualNetworks/v/subnets/endpoints`,
        },
        privateLinkServiceConnections: [
          {
            name: 'c',
            properties: {
              privateLinkServiceId: `${hub}/providers/Microsoft.KeyVault/vaults/kv-hub`,
              groupIds: ['vault'],
            },
          },
        ],
      },
    };
    const refused = await validated(body(template([endpoint])), guest);
    assert.match(
      JSON.stringify(errorOf(refused)),
      /LinkedAuthorizationFailed.*privateEndpointConnectionsApproval\/action/,
    );
  });
});
