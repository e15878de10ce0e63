import assert from 'node:assert/strict';
import { checkBody, hasModel } from '../../../sandbox/azure/arm/types/properties.ts';
import { resourceTypes } from '../../../sandbox/azure/arm/types/registry.ts';

describe('sandbox arm: property tables', () => {
  it('has a table for every type', () => {
    for (const { type, model } of resourceTypes) assert.ok(hasModel(model), type);
  });

  it('keeps what a type knows, in its own spelling and type, and drops what only the service writes', () => {
    const body = checkBody('network.SecurityRule', {
      id: 'x',
      Name: 'ignored',
      location: 'westeurope',
      PROPERTIES: {
        Priority: '200',
        destinationPortRange: 443,
        destinationPortRanges: null,
        provisioningState: 'Failed',
        protocol: 'Tcp',
        sourcePortRange: '*',
        access: 'Allow',
        direction: 'Inbound',
      },
    });
    assert.deepEqual(body, {
      properties: {
        priority: 200,
        destinationPortRange: '443',
        protocol: 'Tcp',
        sourcePortRange: '*',
        access: 'Allow',
        direction: 'Inbound',
      },
    });
  });

  const bad: [string, unknown, string][] = [
    ['network.Subnet', [], "The request body is not a JSON object. Path ''"],
    [
      'network.Subnet',
      { sku: {} },
      "Could not find member 'sku' on object of type 'Subnet'. Path 'sku'",
    ],
    [
      'network.VirtualNetwork',
      { properties: { addressSpace: { prefixes: [] } } },
      "Could not find member 'prefixes' on object of type 'AddressSpace'. Path 'properties.addressSpace.prefixes'",
    ],
    [
      'network.VirtualNetwork',
      { properties: { subnets: [{ properties: { prefix: 1 } }] } },
      "Could not find member 'prefix' on object of type 'Subnet'. Path 'properties.subnets[0].properties.prefix'",
    ],
    [
      'network.VirtualNetwork',
      { properties: { addressSpace: 'all' } },
      'Error converting value "all" to an object. Path \'properties.addressSpace\'',
    ],
    [
      'network.VirtualNetwork',
      { properties: { subnets: {} } },
      "Error converting value {} to an array. Path 'properties.subnets'",
    ],
    [
      'privatedns.RecordSet',
      { properties: { ttl: 'soon' } },
      'Error converting value "soon" to a number. Path \'properties.ttl\'',
    ],
    [
      'network.RouteTable',
      { properties: { disableBgpRoutePropagation: 'maybe' } },
      'Error converting value "maybe" to a boolean. Path \'properties.disableBgpRoutePropagation\'',
    ],
    [
      'privatedns.RecordSet',
      { properties: { metadata: { a: {} } } },
      "Error converting value {} to a string. Path 'properties.metadata.a'",
    ],
    [
      'keyvault.VaultCreateOrUpdateParameters',
      { properties: { tenantId: 'x', createMode: 'again' } },
      'Error converting value "again" at path \'properties.createMode\'. Allowed values: recover, default',
    ],
    [
      'authorization.ManagementLock',
      { properties: {} },
      "Required property 'level' not found in JSON. Path 'properties.level'.",
    ],
  ];
  for (const [model, body, reason] of bad) {
    it(`refuses: ${reason.slice(0, 70)}`, () => {
      assert.throws(() => checkBody(model, body), {
        name: 'ArmError',
        message: `The request content was invalid and could not be deserialized: '${reason}'.`,
      });
    });
  }

  it('fails for a model that nobody generated', () => {
    assert.throws(
      () => checkBody('network.Nothing', {}),
      /the property tables have no model 'network\.Nothing'/,
    );
  });
});
