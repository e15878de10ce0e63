import { readLinks } from '../../lib/dns/declared-links.ts';
import { readRecords } from '../../lib/dns/declared-records.ts';
import { readZones } from '../../lib/dns/declared-zones.ts';
import { resourceGroupName, subscriptionId } from '../../lib/host/azure-names.ts';
import {
  choice,
  connection,
  defineInputs,
  document,
  flag,
  integer,
  list,
  path,
  paths,
  seconds,
  text,
  type InputsOf,
} from '../../lib/host/inputs.ts';
import { endpointIds, wantedTag } from './endpoint-inputs.ts';
import { checkAddresses } from '../../lib/topology/network-inputs.ts';

const owner = {
  expression: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/,
  allowed: 'at most 100 letters, digits, and . _ / -, for example shop/weu',
};
const networkId =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+$/i;

export const inputs = defineInputs(
  {
    azureSubscription: connection({ required: true }),
    hubConnection: connection(),
    action: choice(['plan', 'apply', 'verify', 'drift', 'approve', 'remove'], { default: 'apply' }),
    mode: choice(['records', 'zoneGroups'], { default: 'records' }),
    topology: path(),
    overlays: paths(),
    stamp: text({ default: 'all' }),
    resourceGroup: text({ pattern: resourceGroupName }),
    endpoints: endpointIds(),
    endpointTags: list(),
    pending: choice(['fail', 'report'], { default: 'fail' }),
    zonesSubscription: text({ pattern: subscriptionId }),
    zonesResourceGroup: text({ pattern: resourceGroupName }),
    linkNetworks: list(),
    links: document(),
    records: document(),
    zones: document(),
    adopt: flag({ default: false }),
    policyWait: seconds({ default: 0, min: 0, max: 7200 }),
    owner: text({ pattern: owner }),
    resolvers: list(),
    networks: list(),
    ttl: integer({ default: 10, min: 1, max: 86400 }),
    timeout: seconds({ default: 600, min: 0, max: 86400 }),
    interval: seconds({ default: 5, min: 1, max: 3600 }),
  },
  (given, problem) => {
    for (const id of given.linkNetworks) {
      if (!networkId.test(id))
        problem('linkNetworks', `has ${id}; allowed: ids of virtual networks`);
    }
    const declared = { links: readLinks, records: readRecords, zones: readZones };
    for (const name of ['links', 'records', 'zones'] as const) {
      declared[name](given[name] ?? {}, (text) => problem(name, text));
    }
    checkAddresses(given, problem);
    for (const tag of given.endpointTags) {
      if (wantedTag(tag).name === '')
        problem('endpointTags', `has ${tag}; allowed: name=value, name`);
    }
    if (given.endpoints.length > 0 && given.endpointTags.length > 0) {
      problem('endpointTags', 'cannot stand beside endpoints');
    }
    if (given.topology !== undefined) return;
    if (given.action === 'approve') problem('topology', 'is needed when action is approve');
    const needed = ['zonesResourceGroup', 'owner'] as const;
    for (const name of needed) {
      if (given[name] === undefined) problem(name, 'is needed when there is no topology');
    }
    const selected = given.endpoints.length > 0 || given.endpointTags.length > 0;
    if (given.resourceGroup === undefined && !selected) {
      const others = 'endpoints or endpointTags';
      problem('resourceGroup', `is needed when there is no topology, unless ${others} are given`);
    }
    if (given.overlays.length > 0) {
      problem('overlays', 'changes a topology, but the input "topology" is missing');
    }
    if (given.azureSubscription.subscriptionId === undefined) {
      problem(
        'azureSubscription',
        'has no subscription, which is needed when there is no topology',
      );
    }
  },
);

export type Inputs = InputsOf<typeof inputs>;
