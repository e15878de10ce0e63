import assert from 'node:assert/strict';
import { inputs as deployInputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import { inputs as dnsInputs } from '../../tasks/PrivateDns/PrivateDnsV1/inputs.ts';
import { readInputs, type InputSpec } from '../../tasks/lib/host/inputs.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import { fakePort } from '../support/host.ts';

const id = '11111111-0000-4000-8000-000000000001';
const groupRule =
  'allowed: the name of a resource group (letters, digits, _ - . ( ), at most 90, no dot at the end).';

function problems<I>(
  spec: InputSpec<I>,
  inputs: Record<string, string>,
  paths: Record<string, string> = {},
  subscriptionId = id,
): string[] {
  const port = fakePort({
    inputs: { azureSubscription: id, ...inputs },
    paths,
    endpoints: {
      [id]: {
        url: 'https://management.azure.com/',
        scheme: 'ServicePrincipal',
        parameters: { tenantid: id, serviceprincipalid: id, serviceprincipalkey: 'k' },
        data: { environment: 'AzureCloud', subscriptionId },
      },
    },
  });
  try {
    readInputs(spec, port);
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error.details.map((d) => d.message);
  }
  return [];
}

describe('inputs of StampDeploy', () => {
  const template = { template: '/w/main.bicep' };
  const topology = { topology: '/w/topology.yml' };
  const goes = { action: 'delete', kind: 'stack', deploymentName: 'shop' };
  const guidRule = 'allowed: the id of a subscription (a GUID).';
  const cases: [string, Record<string, string>, Record<string, string>, string[]][] = [
    ['a resource group', { resourceGroup: 'rg' }, template, []],
    ['a stamp', { target: 'stamp', stamp: 'weu' }, { ...template, ...topology }, []],
    ['a plan', { action: 'plan' }, topology, []],
    [
      'a plan without a topology',
      { action: 'plan' },
      {},
      ['Input "topology" is needed when action is plan.'],
    ],
    [
      'nothing',
      {},
      {},
      [
        'Input "template" is needed when action is create.',
        'Input "resourceGroup" is needed when target is resourceGroup.',
      ],
    ],
    [
      'a stamp without name and topology',
      { target: 'stamp' },
      template,
      [
        'Input "topology" is needed when target is stamp.',
        'Input "stamp" is needed when target is stamp.',
      ],
    ],
    [
      'several stamps',
      { target: 'stamp', stamps: 'primary, neu' },
      { ...template, ...topology },
      [],
    ],
    [
      'a .bicepparam alone',
      { resourceGroup: 'rg', environmentVariables: 'REGION\nPASSWORD' },
      { parametersFile: '/w/main.bicepparam' },
      [],
    ],
    [
      'stamps beside a stamp, to be deleted',
      { target: 'stamp', stamp: 'weu', stamps: 'all', action: 'delete' },
      topology,
      [
        'Input "stamps" is given, and so is the input "stamp"; allowed: one of the two.',
        'Input "stamps" is not for the action delete; allowed: stamp.',
      ],
    ],
    [
      'stamps of no topology',
      { resourceGroup: 'rg', stamps: 'all' },
      template,
      ['Input "stamps" selects stamps of the topology; allowed only when target is stamp.'],
    ],
    [
      'values in the place of names, and other texts that cannot be right',
      {
        resourceGroup: 'rg',
        environmentVariables: 'PASSWORD=hunter2',
        bicepChecksum: 'sha256:1',
        concurrency: '0',
        whenActive: 'retry',
      },
      template,
      [
        'Input "environmentVariables" holds "PASSWORD=..."; allowed: names of environment variables, one a line, without values.',
        'Input "concurrency" is "0"; allowed: a whole number from 1 to 32.',
        'Input "bicepChecksum" is "sha256:1"; allowed: a SHA-256 of 64 hexadecimal digits.',
        'Input "whenActive" is "retry"; allowed: fail, wait.',
      ],
    ],
    [
      'overlays of nothing',
      { resourceGroup: 'rg', overlays: 'a.yml' },
      template,
      ['Input "overlays" changes a topology, but the input "topology" is missing.'],
    ],
    [
      'a stack',
      {
        resourceGroup: 'rg',
        kind: 'stack',
        deploymentName: 'shop',
        onUnmanage: 'deleteAll',
        denyMode: 'denyDelete',
        denyExcludedPrincipals: id,
      },
      template,
      [],
    ],
    ['a stack to delete', { ...goes, target: 'subscription' }, {}, []],
    [
      'a stack that is none',
      { target: 'tenant', location: 'westeurope', kind: 'stack', denyExcludedActions: 'x/write' },
      template,
      [
        'Input "deploymentName" is needed when kind is stack: it is the same in each run.',
        'Input "target" is tenant, where no stack is made; use kind: deployment.',
        'Input "denyExcludedActions" is not used when denyMode is none.',
      ],
    ],
    [
      'a stack that would delete its group',
      { ...goes, resourceGroup: 'rg', deleteWhat: 'resourceGroup' },
      {},
      ['Input "deleteWhat" is resourceGroup; a stack deletes groups with onUnmanage: deleteAll.'],
    ],
    [
      'principals that are none',
      {
        resourceGroup: 'rg',
        kind: 'stack',
        deploymentName: 'shop',
        denyMode: 'denyDelete',
        denyExcludedPrincipals: `me,${id},${id},${id},${id},${id}`,
      },
      template,
      [
        'Input "denyExcludedPrincipals" has "me"; allowed: object ids (GUIDs).',
        'Input "denyExcludedPrincipals" has more than 5 entries.',
      ],
    ],
    [
      'the words of a stack for a deployment',
      {
        resourceGroup: 'rg',
        onUnmanage: 'deleteResources',
        denyMode: 'denyDelete',
        denyChildScopes: 'true',
      },
      template,
      ['onUnmanage', 'denyMode', 'denyChildScopes'].map(
        (input) => `Input "${input}" is for a stack; allowed only when kind is stack.`,
      ),
    ],
    [
      'texts that ARM would refuse',
      {
        resourceGroup: 'rg.',
        subscription: 'x',
        deploymentName: 'a b',
        bicepVersion: 'latest',
        timeout: '0',
      },
      template,
      [
        `Input "resourceGroup" is "rg."; ${groupRule}`,
        `Input "subscription" is "x"; ${guidRule}`,
        'Input "deploymentName" is "a b"; allowed: at most 64 letters, digits, and _ - . ( ).',
        'Input "bicepVersion" is "latest"; allowed: a version such as 0.36.1.',
        'Input "timeout" is "0"; allowed: a whole number of seconds from 1 to 86400.',
      ],
    ],
  ];
  for (const [name, inputs, paths, expected] of cases) {
    it(`with ${name}: ${expected.length === 0 ? 'fine' : 'refused'}`, () => {
      const found = problems(deployInputs, inputs, paths);
      assert.deepEqual(found, expected);
    });
  }

  it('need a subscription from somewhere', () => {
    assert.deepEqual(problems(deployInputs, { resourceGroup: 'rg' }, template, ''), [
      'Input "subscription" is needed, for the service connection has no subscription.',
    ]);
  });
});

describe('inputs of PrivateDns', () => {
  const endpointId =
    '/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/privateEndpoints/pe';
  const byHand = { zonesResourceGroup: 'rg-dns', owner: 'shop/weu' };
  const cases: [string, Record<string, string>, Record<string, string>, string[]][] = [
    ['a topology', {}, { topology: '/w/topology.yml' }, []],
    [
      'names by hand',
      { resourceGroup: 'rg', zonesResourceGroup: 'rg-dns', owner: 'shop/weu' },
      {},
      [],
    ],
    [
      'nothing',
      {},
      {},
      [
        'Input "zonesResourceGroup" is needed when there is no topology.',
        'Input "owner" is needed when there is no topology.',
        'Input "resourceGroup" is needed when there is no topology, unless endpoints or endpointTags are given.',
      ],
    ],
    [
      'a path in the place of a resource group',
      { resourceGroup: 'rg/../other', zonesResourceGroup: 'rg?x', owner: 'shop/weu' },
      {},
      [
        `Input "resourceGroup" is "rg/../other"; ${groupRule}`,
        `Input "zonesResourceGroup" is "rg?x"; ${groupRule}`,
      ],
    ],
    [
      'what is neither a network nor a range',
      { linkNetworks: 'vnet', networks: '10.0.0.0/33', resolvers: 'dns.corp' },
      { topology: '/w/topology.yml' },
      [
        'Input "linkNetworks" has vnet; allowed: ids of virtual networks.',
        'Input "networks" has "10.0.0.0/33": "/33" is no length from /0 to /32.',
        'Input "resolvers" has "dns.corp": a resolver is an address, or address:port.',
      ],
    ],
    [
      'endpoints instead of a resource group',
      { endpoints: JSON.stringify({ a: { value: [endpointId] } }), ...byHand },
      {},
      [],
    ],
    ['tags instead of a resource group', { endpointTags: 'app=shop, weu', ...byHand }, {}, []],
    [
      'endpoints that are none',
      { endpoints: 'pe-one', endpointTags: '=x' },
      { topology: '/w/topology.yml' },
      ['Input "endpoints" has pe-one; allowed: ids of private endpoints, or JSON.'],
    ],
    [
      'JSON without an endpoint',
      { endpoints: '["/subscriptions/s"]' },
      { topology: '/w/topology.yml' },
      ['Input "endpoints" has no id of a private endpoint in its JSON.'],
    ],
    [
      'JSON that is cut off',
      { endpoints: '[' },
      { topology: '/w/topology.yml' },
      [
        'Input "endpoints" begins like JSON and is none; allowed: ids of private endpoints, or JSON.',
      ],
    ],
    [
      'tags without a name beside a list',
      { endpoints: `${endpointId}, ${endpointId}2`, endpointTags: '=x' },
      { topology: '/w/topology.yml' },
      [
        'Input "endpointTags" has =x; allowed: name=value, name.',
        'Input "endpointTags" cannot stand beside endpoints.',
      ],
    ],
    [
      'an owner that metadata cannot hold',
      { owner: 'a b' },
      { topology: '/w/topology.yml' },
      [
        'Input "owner" is "a b"; allowed: at most 100 letters, digits, and . _ / -, for example shop/weu.',
      ],
    ],
  ];
  for (const [name, inputs, paths, expected] of cases) {
    it(`with ${name}: ${expected.length === 0 ? 'fine' : 'refused'}`, () => {
      const found = problems(dnsInputs, inputs, paths);
      assert.deepEqual(found, expected);
    });
  }
});
