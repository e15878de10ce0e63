import type { Outcome } from '../../reach/outcomes.ts';
import type { Estate, Network, Route } from '../../reach/model.ts';
import { sameId } from '../../net/same-id.ts';
import type { Place } from '../../reach/places.ts';
import { parsePrefix } from '../../reach/ranges.ts';
import { idAt, lastOf } from '../../reach/read/resource.ts';
import type { Topology } from '../../topology/model.ts';
import type { StateSeen } from '../state.ts';

/** A way that was tried. */
export interface Way {
  readonly source: Place;
  readonly target: Place;
  /** Both ends in words. */
  readonly pair: string;
  /** How the look ended. */
  readonly seen: string;
}

/** `tcp 443 from hub/agents to pe-kv (10.1.2.4) in weu/endpoints` */
export function describePair(source: Place, target: Place, address: string, port: number): string {
  const { endpoint, machine, subnet } = target;
  const name = endpoint?.name ?? machine?.name;
  const at = name === undefined ? address : `${name} (${address})`;
  const where = subnet === undefined ? `, ${target.name}` : ` in ${subnet.name}`;
  return `tcp ${port} from ${placeText(source)} to ${at}${where}`;
}

function placeText({ subnet, name }: Place): string {
  return subnet === undefined ? name : `${subnet.name} (${subnet.prefixes.join(', ')})`;
}

/** Says what the rules make of a way, against what was seen of it. */
export function explainWay(
  way: Way,
  { result, by, rules, path }: Outcome,
  state: StateSeen,
): string {
  const { pair, seen } = way;
  // Where a system route was longer, the table of the subnet had no part in it.
  const table = /^(peering|within the network)/.test(path) ? '' : routeText(way);
  const from = rules.length === 0 ? '' : ` (reach rules ${rules.join(', ')})`;
  switch (result) {
    case 'dropped':
      return seen === 'connected'
        ? `By Azure's state ${pair} is dropped by ${by}${from}: the rules changed just now, or another way leads there.`
        : dropText(by, from, table, way, state);
    case 'unknown':
      return `${table}Azure's state does not decide ${pair}: ${by}${from}.`;
    case 'refused':
    case 'rejected':
      return `By Azure's state nothing listens for ${pair}${from}.`;
    case 'allowed':
      return openText(by, path, way);
  }
}

function openText(by: string, path: string, { pair, seen, target }: Way): string {
  const over = path === '' ? '' : ` over ${path}`;
  const open = `Azure's state lets ${pair} pass${over}: ${by === '' ? 'no rule stands against it' : by}`;
  const { subnet, endpoint, machine, balancer } = target;
  const nobody = [endpoint, machine, balancer].every((one) => one === undefined);
  if (seen === 'connected' || seen === 'refused') return `${open}.`;
  if (subnet !== undefined && nobody) {
    return `${open}. But no private endpoint or interface that could be read has that address: nobody is there to answer.`;
  }
  return `${open}. So look at what is no part of it: a firewall on the machines themselves, or rules that changed just now.`;
}

function dropText(
  by: string,
  from: string,
  table: string,
  way: Way,
  { resources }: StateSeen,
): string {
  const { source, target, pair } = way;
  const inbound = by.startsWith('inbound ');
  if (!inbound && !by.startsWith('outbound ')) {
    return `${table}Azure's state drops ${pair}: ${by}${from}.`;
  }
  const place = inbound ? target : source;
  const subnet = resources.get(place.subnet?.id);
  const group = idAt(subnet?.properties, 'networkSecurityGroup');
  const name = group === undefined ? '' : ` ${lastOf(group)}`;
  return (
    `Dropped by security group${name} of ${place.subnet?.name ?? place.name}: ${by} decides, ` +
    `and no rule before it allows ${pair}${from}.`
  );
}

/** Where the packets of the source's subnet go, if its own table says so. */
function routeText({ source, target }: Way): string {
  const routes = source.subnet?.routes;
  if (routes === undefined || routes === 'unread') return '';
  let best: { route: Route; bits: number } | undefined;
  for (const route of routes) {
    const prefix = parsePrefix(route.prefix);
    if (prefix === undefined || prefix.first > target.address || target.address > prefix.last)
      continue;
    if (best === undefined || prefix.bits > best.bits) best = { route, bits: prefix.bits };
  }
  if (best === undefined) return '';
  const { name, prefix, nextHop, nextHopAddress } = best.route;
  return `Route ${name} of subnet ${source.subnet?.name} sends ${prefix} to ${nextHopAddress ?? nextHop}. `;
}

/** A peering of the hub that this way needs and that carries nothing; undefined if there is no such fault. */
export function explainPeering(
  { source: { network: from }, target: { network: to }, pair }: Way,
  estate: Estate,
  { hub }: Topology,
): string | undefined {
  if (from === undefined || to === undefined || sameId(from.id, to.id)) return undefined;
  if (![from, to].some(({ id }) => sameId(id, hub.network.id))) return undefined;
  const half = (owner: Network, remote: Network): string | undefined => {
    const peerings = estate.networks.find(({ id }) => sameId(id, owner.id))?.peerings ?? 'unread';
    if (peerings === 'unread') return undefined;
    const found = peerings.find(({ remoteId }) => sameId(remoteId, remote.id));
    const name = `the half from ${lastOf(owner.id)} to ${lastOf(remote.id)}`;
    if (found === undefined) return `${name} is missing`;
    return found.state === 'Connected' ? undefined : `${name} is ${found.state}`;
  };
  const faults = [half(from, to), half(to, from)].filter((one) => one !== undefined);
  if (faults.length === 0) return undefined;
  return `The peering carries nothing, so there is no way for ${pair}: ${faults.join(', ')}.`;
}
