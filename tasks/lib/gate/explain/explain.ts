import { membersOf } from '../../topology/members.ts';
import type { Network, Topology } from '../../topology/model.ts';
import type { Matrix } from '../../reach/matrix.ts';
import type { Place } from '../../reach/places.ts';
import { matrixOf } from '../matrix-of.ts';
import type { CheckResult } from '../result.ts';
import type { StateSeen, Unread } from '../state.ts';
import { networkTypes } from '../state.ts';
import { explainName, ownerOf } from './name.ts';
import type { NameContext, NamedEndpoint, RegisteredName } from './name.ts';
import { describePair, explainPeering, explainWay } from './way.ts';
import type { Way } from './way.ts';

type Because = NonNullable<CheckResult['because']>;

/** What the reasons are taken from. */
export interface Evidence {
  readonly topology: Topology;
  readonly state: StateSeen;
  /** Addresses of this agent; one inside the networks is where its packets come from. */
  readonly own: readonly string[];
  /** Zone and name under which a public name of an endpoint is registered; undefined where nobody knows. */
  readonly privateName: (endpoint: NamedEndpoint, name: string) => RegisteredName | undefined;
}

/** Ends of which the way of the packets is the reason. */
const ofWay = new Set(['timeout', 'refused', 'reset', 'unreachable', 'tls-alert', 'connected']);
/** Ends of which the answer to the name is the reason. */
const ofName = new Set([
  ...['nxdomain', 'nodata', 'public-address', 'other-network', 'other-address'],
  ...['disagree', 'no-private-link', 'certificate-name'],
]);

/** Whether Azure's own state may say why a check did not pass. */
export function isExplainable({ status, class: end, went, kind }: CheckResult): boolean {
  if (went === undefined || (status !== 'fail' && status !== 'unknown')) return false;
  if (went.address !== undefined && went.port !== undefined) {
    return ofWay.has(end) || end === 'control-failed' || end === 'certificate-name';
  }
  // Names outside the estate are nobody's private endpoint.
  return kind !== 'egress' && (ofName.has(end) || end === 'control-failed');
}

/** Puts what Azure's own state says of each failed look before its hint. */
export function explain(checks: readonly CheckResult[], evidence: Evidence): CheckResult[] {
  const { topology, state } = evidence;
  const matrix = matrixOf(state, topology);
  const source = agentPlace(matrix, evidence);
  const home = source?.network ?? topology.hub.network;
  const network = { id: home.id, name: nameOf(home, topology) };
  return checks.map((check) => {
    if (!isExplainable(check)) return check;
    const way = source && wayOf(check, matrix, source);
    const peering = way && explainPeering(way, matrix.estate, topology);
    const said = [
      ...(way === undefined ? [] : [peering ?? explainWay(way, way.outcome, state)]),
      ...sayName(check, { ...evidence, network }),
    ];
    const decided = said.length > 0 && (peering !== undefined || isDecided(way?.outcome));
    const usual = decided ? [] : [check.hint, blindness(check, state.unread)];
    const hint = [...said, ...usual].filter((one) => one !== undefined).join(' ');
    return {
      ...check,
      ...(hint === '' ? {} : { hint }),
      ...(way === undefined ? {} : { because: way.outcome }),
    };
  });
}

/** The way that was tried, and what the rules make of it; undefined where the name is the reason. */
function wayOf(
  { went: { address, port } = {}, class: seen }: CheckResult,
  matrix: Matrix,
  source: Place,
): (Way & { outcome: Because }) | undefined {
  if (address === undefined || port === undefined || ofName.has(seen)) return undefined;
  const target = matrix.placeOf(address);
  if (target === undefined) return undefined;
  const span = matrix.cell(source, target).tcp.find(({ from, to }) => from <= port && port <= to);
  if (span === undefined) return undefined;
  const { result, by, rules, path } = span;
  const pair = describePair(source, target, address, port);
  return { source, target, pair, seen, outcome: { result, by, rules: [...rules], path } };
}

/** Whether nothing more has to be said: the rules alone account for what was seen. */
function isDecided(outcome: Because | undefined): boolean {
  return outcome?.result !== 'unknown' && outcome?.result !== 'allowed';
}

function sayName({ went = {}, class: end }: CheckResult, context: NameContext): string[] {
  const { name, address } = went;
  if (name === undefined) return [];
  if (!ofName.has(end)) {
    // The way is the reason, unless it leads to an address that is not the name's own.
    const owner = ownerOf(name, context.state.resources);
    if (owner === undefined || address === undefined || owner.addresses.includes(address)) {
      return [];
    }
  }
  return explainName(name, address, context);
}

/** Where the agent's packets come from: its own address if that is declared, else the subnet that is made for agents. */
function agentPlace(matrix: Matrix, { own }: Evidence): Place | undefined {
  for (const address of own) {
    const place = matrix.placeOf(address);
    if (place?.subnet !== undefined) return place;
  }
  return matrix.rows.find(
    ({ subnet, endpoint }) => endpoint === undefined && subnet?.name === 'hub/agents',
  );
}

function nameOf({ id }: Pick<Network, 'id'>, topology: Topology): string {
  const found = membersOf(topology).find(({ part }) => part.network.id === id);
  return found?.part.network.name ?? id;
}

const wayTypes: readonly string[] = [
  networkTypes.networks,
  networkTypes.groups,
  networkTypes.tables,
  networkTypes.endpoints,
  networkTypes.interfaces,
  networkTypes.firewalls,
  networkTypes.policies,
];
const nameTypes: readonly string[] = [
  networkTypes.zones,
  networkTypes.endpoints,
  networkTypes.interfaces,
];

/** What would have to be read to say more, those types first that decide most. */
function blindness({ class: end }: CheckResult, unread: readonly Unread[]): string | undefined {
  const types = ofName.has(end) ? nameTypes : wayTypes;
  const [blind] = types.flatMap((one) => unread.filter(({ type }) => type.startsWith(one)));
  if (blind === undefined) return undefined;
  const input = blind.owner === 'hub' ? 'hubConnection' : 'azureSubscription';
  switch (blind.why) {
    case 'forbidden':
      return (
        `The gate would say which rule, route or record it is, but the identity of ${input} lacks ` +
        `${blind.missing ?? `${blind.type}/read`} on ${blind.scope}; Reader is enough.`
      );
    case 'no-connection':
      return `The gate would say which rule, route or record it is; set ${input}, whose identity may read.`;
    case 'undescribed':
      return `The gate would say which rule, route or record it is, but no template describes ${blind.scope}.`;
    case 'failed':
      return `The gate would say which rule, route or record it is, but Azure's state could not be read: ${blind.reason ?? 'no reason given'}`;
  }
}
