import assert from 'node:assert/strict';
import { resourceLinkOf } from '../../../tasks/lib/azure/deploy-target.ts';
import { validationFailure } from '../../../tasks/lib/deploy/causes.ts';
import { deploymentHints, hintFor } from '../../../tasks/lib/deploy/hints.ts';

describe('hints for errors of Azure', () => {
  it('cite a public page each, and say something of their own', () => {
    for (const { hint, source, codes } of deploymentHints) {
      assert.match(source, /^https:\/\/(?:learn\.microsoft\.com|github\.com)\//, codes.join());
      assert.match(hint, /^[A-Z].*\.$/, hint);
      assert.ok(codes.length > 0);
    }
    assert.ok(deploymentHints.flatMap(({ codes }) => codes).length >= 50);
  });

  it('are reachable: none stands behind one that takes its codes', () => {
    for (const entry of deploymentHints) {
      const { codes, message } = entry;
      const found = codes.some((code) => {
        const samples = message === undefined ? [''] : message.source.split('|');
        return samples.some(
          (sample) => hintFor({ code, message: sample.replaceAll('\\', '') }) === entry,
        );
      });
      assert.ok(found, `${codes.join()} ${message?.source ?? ''}`);
    }
  });

  it('do not ask for a role that the identity has', () => {
    const message =
      "The client 'c' with object id 'o' has permission to perform action 'Microsoft.Network/networkSecurityGroups/write' " +
      "on scope '/s/nsg'; however, the access is denied because of the deny assignment with name 'd'.";
    const code = 'DenyAssignmentAuthorizationFailed';
    const [detail] = validationFailure({ code, message, details: [], additional: [] }).details;
    assert.match(detail?.hint ?? '', /^A deny assignment forbids it whatever roles there are/);
  });

  const cases: [string, string, RegExp | undefined][] = [
    [
      'operationnotallowed',
      'Operation could not be completed: exceeding approved Total Regional Cores quota',
      /quota/,
    ],
    ['OperationNotAllowed', 'The operation is not allowed on a running machine', undefined],
    [
      'LinkedAuthorizationFailed',
      "no permission for 'Microsoft.Network/virtualNetworks/subnets/join/action'",
      /on the subnet/,
    ],
    [
      'LinkedAuthorizationFailed',
      "no permission for 'Microsoft.Network/privateDnsZones/join/action'",
      /on the zone/,
    ],
    ['LinkedAuthorizationFailed', 'something else', /linked resource/],
    ['DenyAssignmentAuthorizationFailed', 'access is denied', /through that stack/],
    ['VaultAlreadyExists', 'The vault name is already in use.', /taken in all of Azure/],
    [
      'ConflictError',
      'A vault with the same name already exists in deleted state.',
      /deleted vault/,
    ],
    ['ConflictError', 'something else', undefined],
    ['NeverHeardOf', '', undefined],
  ];
  for (const [code, message, expected] of cases) {
    it(`${code}: ${message.slice(0, 40)}`, () => {
      const found = hintFor({ code, message });
      if (expected === undefined) assert.equal(found, undefined);
      else assert.match(found?.hint ?? '', expected);
    });
  }

  it('name identity, action and scope of a missing right', () => {
    const message =
      "The client 'c' with object id 'o' has permission to perform action " +
      "'Microsoft.Network/privateEndpoints/write' on scope '/pe'; however, it does not have permission to perform " +
      "action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '/subnet' " +
      'or the linked scope(s) are invalid.';
    const fault = { code: 'LinkedAuthorizationFailed', message, details: [], additional: [] };
    const error = validationFailure(fault, { linkTo: () => undefined });
    assert.equal(error.code, 'ARM_FORBIDDEN');
    assert.equal(
      error.message,
      'The identity lacks the action Microsoft.Network/virtualNetworks/subnets/join/action at /subnet; ' +
        'nothing was deployed.',
    );
    assert.match(
      error.hint ?? '',
      /^Give the connection's identity, client c \(object id o\), a role with /,
    );
    assert.match(
      error.details[0]?.hint ?? '',
      /client c .* https:\/\/learn\.microsoft\.com\/azure\/virtual-network\//,
    );
  });
});

describe('links to resources', () => {
  const id = '/subscriptions/s/resourceGroups/rg (1)/providers/Microsoft.KeyVault/vaults/kv';
  for (const [endpoint, target, expected] of [
    [
      'https://management.azure.com',
      id,
      'https://portal.azure.com/#resource/subscriptions/s/resourceGroups/rg%20(1)/providers/Microsoft.KeyVault/vaults/kv',
    ],
    [
      'https://management.usgovcloudapi.net/',
      '/subscriptions/s/x',
      'https://portal.azure.us/#resource/subscriptions/s/x',
    ],
    ['https://localhost:1234', id, undefined],
    ['https://management.azure.com', 'properties.sku', undefined],
  ] as const) {
    it(`${endpoint} ${target}`, () => assert.equal(resourceLinkOf(endpoint, target), expected));
  }
});
