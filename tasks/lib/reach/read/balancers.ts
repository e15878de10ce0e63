import type { Balancer, BalancerRule } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import { configurationsOf } from './interfaces.ts';
import type { Configuration } from './interfaces.ts';
import type { Resource, Resources } from './resource.ts';
import {
  idAt,
  idsAt,
  isUnresolved,
  lastOf,
  listAt,
  objectAt,
  textAt,
  valueAt,
} from './resource.ts';

/** A rule with who is behind it, as interfaces and pools say it. */
interface Led {
  readonly front: string;
  readonly rule: BalancerRule;
  /** Ids of the pool or of the rule itself, which interfaces name as theirs. */
  readonly leads: readonly string[];
}

/** Internal front ends; a public one is no place in a network. */
export function readBalancers(resources: Resources): Balancer[] {
  return resources.ofType('Microsoft.Network/loadBalancers').flatMap((balancer) => {
    const { id, properties } = balancer;
    const sku = textAt(objectAt(properties, 'sku'), 'name') === 'Basic' ? 'Basic' : 'Standard';
    const rules = rulesOf(resources, balancer);
    return listAt(properties, 'frontendIPConfigurations').flatMap((front): Balancer[] => {
      const inner = objectAt(front, 'properties');
      const address = textAt(inner, 'privateIPAddress');
      const subnetId = idAt(inner, 'subnet');
      if (address === undefined || subnetId === undefined || isUnresolved(address)) return [];
      const own = frontId(id, front);
      const led = rules.filter((one) => sameId(one.front, own)).map(({ rule }) => rule);
      return [{ name: lastOf(id), address, subnetId, sku, rules: led }];
    });
  });
}

/** What balancers let in from the internet, with who is behind it. */
export function publicRules(resources: Resources): (Led & { readonly balancer: string })[] {
  return resources.ofType('Microsoft.Network/loadBalancers').flatMap((balancer) => {
    const { id, properties } = balancer;
    const fronts = listAt(properties, 'frontendIPConfigurations')
      .filter((front) =>
        ['publicIPAddress', 'publicIPPrefix'].some(
          (key) => valueAt(objectAt(front, 'properties'), key) !== undefined,
        ),
      )
      .map((front) => frontId(id, front));
    return rulesOf(resources, balancer)
      .filter(({ front }) => fronts.some((one) => sameId(one, front)))
      .map((led) => ({ ...led, balancer: lastOf(id) }));
  });
}

/** Whether a configuration of an interface is behind a rule. */
export function leadsTo(
  { leads, rule }: Pick<Led, 'leads' | 'rule'>,
  { address, properties }: Configuration,
): boolean {
  return isMember(properties, leads) || (address !== undefined && rule.backends.includes(address));
}

function frontId(balancer: string, front: unknown): string {
  return `${balancer}/frontendIPConfigurations/${textAt(front, 'name') ?? ''}`;
}

function rulesOf(resources: Resources, { id, properties }: Resource): Led[] {
  const read = (item: unknown, own: readonly string[]): Led => {
    const rule = objectAt(item, 'properties');
    const pool = idAt(rule, 'backendAddressPool');
    const pools = pool === undefined ? idsAt(rule, 'backendAddressPools') : [pool];
    const leads = [...pools, ...own];
    const probe = listAt(properties, 'probes').find((one) =>
      sameId(textAt(one, 'name') ?? '', lastOf(idAt(rule, 'probe') ?? '')),
    );
    const backPort = portAt(rule, 'backendPort');
    const probePort = portAt(objectAt(probe, 'properties'), 'port');
    return {
      front: idAt(rule, 'frontendIPConfiguration') ?? '',
      leads,
      rule: {
        protocol: textAt(rule, 'protocol') ?? 'All',
        ...frontPorts(rule),
        ...(backPort === undefined ? {} : { backPort }),
        backends: backendsOf(resources, leads),
        ...(probePort === undefined ? {} : { probePort }),
      },
    };
  };
  return [
    ...listAt(properties, 'loadBalancingRules').map((item) => read(item, [])),
    ...listAt(properties, 'inboundNatRules').map((item) =>
      read(item, [`${id}/inboundNatRules/${textAt(item, 'name') ?? ''}`]),
    ),
  ];
}

/** A NAT rule for a pool has a range; a port that only a deployment tells may be any. */
function frontPorts(rule: unknown): Pick<BalancerRule, 'frontPort' | 'lastFrontPort'> {
  const frontPort = portAt(rule, 'frontendPort');
  if (frontPort !== undefined) return { frontPort };
  const first = portAt(rule, 'frontendPortRangeStart') ?? 0;
  return { frontPort: first, lastFrontPort: portAt(rule, 'frontendPortRangeEnd') ?? 65535 };
}

function portAt(value: unknown, key: string): number | undefined {
  const port = Number(valueAt(value, key) ?? NaN);
  return Number.isInteger(port) && port >= 0 && port <= 65535 ? port : undefined;
}

/** Addresses of interfaces that name a pool or rule as theirs, and of pools that name them. */
function backendsOf(resources: Resources, leads: readonly string[]): string[] {
  const members = resources
    .ofType('Microsoft.Network/networkInterfaces')
    .flatMap((card) => configurationsOf(card.properties))
    .filter(({ properties }) => isMember(properties, leads))
    .flatMap(({ address }) => address ?? []);
  const named = leads
    .flatMap((id) => listAt(resources.get(id)?.properties, 'loadBalancerBackendAddresses'))
    .flatMap((member) => textAt(objectAt(member, 'properties'), 'ipAddress') ?? []);
  return [...new Set([...members, ...named])];
}

function isMember(configuration: unknown, leads: readonly string[]): boolean {
  return ['loadBalancerBackendAddressPools', 'loadBalancerInboundNatRules']
    .flatMap((list) => idsAt(configuration, list))
    .some((id) => leads.some((one) => sameId(one, id)));
}
