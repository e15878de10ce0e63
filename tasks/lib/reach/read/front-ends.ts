import { sameId } from '../model.ts';
import type { Resources } from './resource.ts';
import { idAt, idsAt, lastOf, listAt, objectAt, textAt, valueAt } from './resource.ts';

/** A balancer with a front end on the internet, and what is behind that. */
interface PublicFrontEnd {
  readonly name: string;
  /** Ids of backend pools and of inbound NAT rules. */
  readonly leads: readonly string[];
  /** Addresses that its pools name themselves. */
  readonly addresses: readonly string[];
}

/** Balancers that let the internet in. Which ports they pass on is not read. */
export function publicFrontEnds(resources: Resources): readonly PublicFrontEnd[] {
  return resources.ofType('Microsoft.Network/loadBalancers').flatMap(({ id, properties }) => {
    const own = (list: string, name: string) => `${id}/${list}/${name}`;
    const fronts = listAt(properties, 'frontendIPConfigurations').filter((front) =>
      ['publicIPAddress', 'publicIPPrefix'].some(
        (key) => valueAt(objectAt(front, 'properties'), key) !== undefined,
      ),
    );
    const isOpen = (rule: unknown): boolean =>
      fronts.some((front) =>
        sameId(
          idAt(rule, 'frontendIPConfiguration') ?? '',
          own('frontendIPConfigurations', textAt(front, 'name') ?? ''),
        ),
      );
    const open = (list: string) =>
      listAt(properties, list).filter((rule) => isOpen(objectAt(rule, 'properties')));
    const rules = [...open('loadBalancingRules'), ...open('inboundNatRules')].map((rule) =>
      objectAt(rule, 'properties'),
    );
    const pools = rules.flatMap((rule) => [
      idAt(rule, 'backendAddressPool') ?? '',
      ...idsAt(rule, 'backendAddressPools'),
    ]);
    const nats = open('inboundNatRules').map((rule) =>
      own('inboundNatRules', textAt(rule, 'name') ?? ''),
    );
    const addresses = pools.flatMap((pool) =>
      listAt(resources.get(pool)?.properties, 'loadBalancerBackendAddresses').flatMap(
        (member) => textAt(objectAt(member, 'properties'), 'ipAddress') ?? [],
      ),
    );
    return rules.length === 0
      ? []
      : [{ name: lastOf(id), leads: [...pools, ...nats].filter((one) => one !== ''), addresses }];
  });
}

/** The balancer that lets the internet in to a configuration of an interface. */
export function frontOf(
  configuration: { readonly address?: string; readonly properties: unknown },
  fronts: readonly PublicFrontEnd[],
): string | undefined {
  const memberships = [
    ...idsAt(configuration.properties, 'loadBalancerBackendAddressPools'),
    ...idsAt(configuration.properties, 'loadBalancerInboundNatRules'),
  ];
  const { address } = configuration;
  return fronts.find(
    ({ leads, addresses }) =>
      memberships.some((id) => leads.some((one) => sameId(one, id))) ||
      (address !== undefined && addresses.includes(address)),
  )?.name;
}
