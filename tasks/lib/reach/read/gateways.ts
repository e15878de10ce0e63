import type { Gateway } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import type { Resource, Resources } from './resource.ts';
import { idAt, listAt, objectAt, textAt, textsAt } from './resource.ts';

const gatewayType = 'Microsoft.Network/virtualNetworkGateways';

/**
 * The way on-premises of a network: the sites of its gateways' connections, and what is learned by BGP where
 * Azure was asked for it. A VPN gateway and an ExpressRoute gateway share a subnet and are one way here.
 */
export function readGateway(resources: Resources, network: string): Gateway | undefined {
  const gateways = resources
    .ofType(gatewayType)
    .filter(({ properties }) => isIn(properties, network));
  if (gateways.length === 0) return undefined;
  const ways = gateways.map((gateway) => wayOf(resources, gateway));
  return {
    prefixes: [...new Set(ways.flatMap(({ prefixes }) => prefixes))],
    bgp: [...new Set(ways.flatMap(({ bgp }) => bgp))],
    ...(ways.some(({ learns }) => learns) ? { learns: true } : {}),
  };
}

function isIn(properties: unknown, network: string): boolean {
  const prefix = `${network}/subnets/`.toLowerCase();
  return listAt(properties, 'ipConfigurations').some((configuration) =>
    idAt(objectAt(configuration, 'properties'), 'subnet')?.toLowerCase().startsWith(prefix),
  );
}

function wayOf(resources: Resources, gateway: Resource): Required<Omit<Gateway, 'forwards'>> {
  const connections = resources
    .ofType('Microsoft.Network/connections')
    .filter(({ properties }) =>
      sameId(idAt(properties, 'virtualNetworkGateway1') ?? '', gateway.id),
    );
  const prefixes = connections.flatMap(({ properties }) => {
    const site = resources.get(idAt(properties, 'localNetworkGateway2'));
    return textsAt(objectAt(site?.properties, 'localNetworkAddressSpace'), 'addressPrefixes');
  });
  const [learned] = resources.childrenOf(gateway.id, 'learnedRoutes');
  // Origin Network is what the gateway itself announces.
  // https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/get-learned-routes
  const bgp = listAt(learned?.properties, 'value')
    .filter((route) => textAt(route, 'origin') !== 'Network')
    .flatMap((route) => textAt(route, 'network') ?? []);
  const learns = learned === undefined && speaksBgp(gateway, connections);
  return { prefixes, bgp, learns };
}

/** ExpressRoute always does; a VPN gateway where it and a connection say so. */
export function speaksBgp({ properties }: Resource, connections: readonly Resource[]): boolean {
  if (textAt(properties, 'gatewayType')?.toLowerCase() === 'expressroute') return true;
  return (
    properties['enableBgp'] === true &&
    connections.some((connection) => connection.properties['enableBgp'] === true)
  );
}
