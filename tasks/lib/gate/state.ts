import * as v from 'valibot';
import { lastOf, type Resource, type Resources } from '../reach/read/resource.ts';
import { sameId } from '../net/same-id.ts';
import type { Network, Subnet } from '../topology/model.ts';
import type { SpecContext, Verdict } from './check.ts';
import { networkNeeds, networkOf, networkWords } from './networks.ts';
import type { NetworkWord } from './networks.ts';

/** Something of the estate that nobody could look at. */
export interface Unread {
  /** Resource type, for example `Microsoft.Network/networkSecurityGroups`. */
  readonly type: string;
  /** Id of a resource, or of the group that was to be listed. */
  readonly scope: string;
  /** `undescribed`: nothing is asked of Azure, and no template has it. */
  readonly why: 'forbidden' | 'no-connection' | 'failed' | 'undescribed';
  /** The permission that is missing. */
  readonly missing?: string;
  /** Whose connection it was to be read with. */
  readonly owner: 'stamp' | 'hub';
  readonly reason?: string;
}

/** Azure's own state, or what is predicted of it. */
export interface StateSeen {
  readonly resources: Resources;
  readonly unread: readonly Unread[];
  /** `predicted`: nothing is deployed yet, so values that Azure hands out are not known. */
  readonly source: 'azure' | 'predicted';
}

/** Which network a check is about. */
export const networkField = v.optional(
  v.picklist(networkWords, 'must be hub, operations or stamp; stamp needs each: stamp'),
);
export const subnetsField = v.optional(
  v.pipe(
    v.array(v.string('must be a list of subnets')),
    v.minLength(1, 'must be a list of subnets'),
  ),
);

/** The network of the topology that a check is about. */
export interface Subject {
  readonly network: Network;
  readonly subnets: readonly Subnet[];
}

/** Subnets in which only Azure's own machines can be: most rules for subnets are not for these. */
const reserved = /^(AzureFirewall(Management)?Subnet|GatewaySubnet|AzureBastionSubnet)$/i;

/** Finds the network and subnets of a specification; what does not exist is a problem of the document. */
export function subjectOf(
  spec: {
    readonly network?: NetworkWord | undefined;
    readonly subnets?: readonly string[] | undefined;
  },
  context: SpecContext,
): Subject | undefined {
  const word = spec.network ?? (context.stamp === undefined ? 'hub' : 'stamp');
  const network = networkOf(word, context);
  if (network === undefined) {
    context.problem([], networkNeeds[word]);
    return undefined;
  }
  const all = Object.values(network.subnets);
  if (spec.subnets === undefined) {
    return { network, subnets: all.filter(({ name }) => !reserved.test(name)) };
  }
  const found = spec.subnets.flatMap((name, position) => {
    const subnet = all.find((one) => one.name === name);
    if (subnet === undefined) {
      const known = all.map((one) => one.name).join(', ');
      context.problem(['subnets', position], `names no subnet of ${network.name}; it has ${known}`);
    }
    return subnet ?? [];
  });
  return { network, subnets: found };
}

/** One thing that is not as it should be. */
export interface Finding {
  readonly code: string;
  readonly class: string;
  readonly text: string;
  readonly hint: string;
}

/**
 * The verdict of a state check: a finding fails it; without one, anything relevant that nobody could look at makes
 * it unknown.
 *
 * @param relevant types of which every unread part matters
 */
export function verdictOf(
  expected: string,
  good: string,
  findings: readonly Finding[],
  seen: StateSeen,
  relevant: readonly string[],
): Verdict {
  const [first] = findings;
  if (first !== undefined) {
    const observed = findings.map(({ text }) => text).join('; ');
    const hint = [...new Set(findings.map((one) => one.hint))].join(' ');
    return { status: 'fail', code: first.code, expected, observed, class: first.class, hint };
  }
  const wanted = relevant.map((type) => type.toLowerCase());
  const blind = seen.unread.find(({ type }) => wanted.includes(type.toLowerCase()));
  return blind === undefined
    ? { status: 'pass', code: 'OK', expected, observed: good, class: 'as-declared' }
    : blindVerdict(expected, blind);
}

/** The same state, with only those gaps in it that are about these ids. */
export function aboutOnly(seen: StateSeen, ids: readonly string[]): StateSeen {
  const unread = seen.unread.filter(({ scope }) => ids.some((id) => sameId(id, scope)));
  return { ...seen, unread };
}

/** What of the network nobody could look at, those types first that decide most. */
export function firstGap(unread: readonly Unread[]): Unread | undefined {
  const { networks, groups, tables, endpoints, firewalls, policies } = networkTypes;
  const core: readonly string[] = [networks, groups, tables, endpoints, firewalls, policies];
  const found = core.flatMap((type) => unread.find((one) => one.type === type) ?? []);
  return [...found, ...unread.filter(({ type }) => /^Microsoft\.Network\//i.test(type))][0];
}

/** "Could not look" is not "failed". */
export function blindVerdict(expected: string, blind: Unread): Verdict {
  const input = blind.owner === 'hub' ? 'hubConnection' : 'azureSubscription';
  const common = { status: 'unknown', expected } as const;
  switch (blind.why) {
    case 'forbidden':
      return {
        ...common,
        code: 'STATE_FORBIDDEN',
        class: 'forbidden',
        observed: `not allowed to look at ${blind.scope}`,
        hint: `Give the identity of ${input} ${blind.missing ?? `${blind.type}/read`} on ${blind.scope}; Reader is enough.`,
      };
    case 'no-connection':
      return {
        ...common,
        code: 'STATE_NO_CONNECTION',
        class: 'no-connection',
        observed: 'no service connection to look with',
        hint: `Set ${input}; this check reads Azure's own state.`,
      };
    case 'undescribed':
      return {
        ...common,
        code: 'STATE_UNDESCRIBED',
        class: 'undescribed',
        observed: `no template describes ${lastOf(blind.scope)}`,
        hint: undescribedHint(blind.scope),
      };
    case 'failed':
      return {
        ...common,
        code: 'STATE_UNREADABLE',
        class: 'unreadable',
        observed: `${lastOf(blind.scope)} could not be read`,
        hint: `Azure did not answer for ${blind.scope}: ${blind.reason ?? 'no reason given'}`,
      };
  }
}

/** What to do where a verdict before a deployment needs more than the templates. */
export function undescribedHint(id: string): string {
  return `Add the template of ${id} to templates, or give the network.json of a gate that read Azure's state as baseline.`;
}

/** For a subnet: its resource, or that it is missing, or that nobody could look. */
function subnetIn(
  seen: StateSeen,
  { network }: Subject,
  subnet: Subnet,
): Resource | 'blind' | undefined {
  const found = seen.resources.get(subnet.id);
  if (found !== undefined) return found;
  const blind = seen.unread.some(
    ({ type, scope }) => /virtualNetworks$/i.test(type) && sameId(scope, network.id),
  );
  return blind ? 'blind' : undefined;
}

/** Findings about each subnet of a subject, with the resource that it is; a missing one is a finding itself. */
export function judgeSubnets(
  subject: Subject | undefined,
  seen: StateSeen,
  judge: (subnet: Subnet, resource: Resource) => readonly Finding[],
): Finding[] {
  if (subject === undefined) return [];
  return subject.subnets.flatMap((subnet) => {
    const found = subnetIn(seen, subject, subnet);
    if (found === 'blind') return [];
    return found === undefined ? [missingSubnet(subnet, subject.network)] : judge(subnet, found);
  });
}

/** Names of a subject's subnets. */
export function subnetNames(subject: Subject | undefined): string {
  return (subject?.subnets ?? []).map(({ name }) => name).join(', ');
}

function missingSubnet(subnet: Subnet, network: Network): Finding {
  return {
    code: 'SUBNET_MISSING',
    class: 'missing',
    text: `${network.name} has no subnet ${subnet.name}`,
    hint: `Deploy subnet ${subnet.name} of ${network.name}, or take it out of the topology.`,
  };
}

export const networkTypes = {
  networks: 'Microsoft.Network/virtualNetworks',
  groups: 'Microsoft.Network/networkSecurityGroups',
  tables: 'Microsoft.Network/routeTables',
  endpoints: 'Microsoft.Network/privateEndpoints',
  interfaces: 'Microsoft.Network/networkInterfaces',
  firewalls: 'Microsoft.Network/azureFirewalls',
  policies: 'Microsoft.Network/firewallPolicies',
  zones: 'Microsoft.Network/privateDnsZones',
  links: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  records: 'Microsoft.Network/privateDnsZones/A',
  balancers: 'Microsoft.Network/loadBalancers',
  linkServices: 'Microsoft.Network/privateLinkServices',
  gateways: 'Microsoft.Network/virtualNetworkGateways',
  ipGroups: 'Microsoft.Network/ipGroups',
} as const;

/** Rules of a Virtual Network Manager as Azure lists them for a network. */
export const adminRulesType = 'Microsoft.Network/virtualNetworks/effectiveSecurityAdminRules';
