import { sameId } from '../../net/same-id.ts';
import { lastOf, listAt, objectAt, textAt, textsAt } from '../../reach/read/resource.ts';
import type { Resource, Resources } from '../../reach/read/resource.ts';
import type { Topology } from '../../topology/model.ts';
import { isLinked, recordIn, zonesAbove } from '../private-zones.ts';
import type { StateSeen } from '../state.ts';
import { networkTypes } from '../state.ts';

/** A private endpoint that carries a name. */
export interface NamedEndpoint {
  readonly name: string;
  /** Id of the resource behind it. */
  readonly target: string;
  readonly groupId: string;
  readonly region: string;
  /** Those that its interface has for this name. */
  readonly addresses: readonly string[];
}

/** A name in a private zone; `@` is the zone itself. */
export interface RegisteredName {
  readonly zone: string;
  readonly name: string;
}

export interface NameContext {
  readonly topology: Topology;
  readonly state: StateSeen;
  /** The network whose links decide what the agent is told. */
  readonly network: { readonly id: string; readonly name: string };
  readonly privateName: (endpoint: NamedEndpoint, name: string) => RegisteredName | undefined;
}

/** Says what zones, records and endpoints make of a name; nothing where they do not tell. */
export function explainName(
  name: string,
  seen: string | undefined,
  context: NameContext,
): string[] {
  const { state, network, topology } = context;
  const { resources } = state;
  const blind = (type: string) => state.unread.some((one) => one.type.startsWith(type));
  const owner = ownerOf(name, resources);
  const own = owner && context.privateName(owner, name);
  if (owner !== undefined && own === undefined) return [];
  const registered = own === undefined ? name : fullName(own);
  const zones = zonesAbove(registered, resources);
  const linked = zones.find((zone) => isLinked(zone, network.id, resources));
  if (linked === undefined) {
    if (blind(networkTypes.zones)) return [];
    const [zone] = zones;
    if (zone !== undefined) {
      return [
        `Zone ${lastOf(zone.id)} is not linked to ${network.name}, so nobody there gets its records` +
          `${owner === undefined ? '' : `; ${name} belongs to ${endpointText(owner)}`}.`,
      ];
    }
    if (owner !== undefined) {
      return [
        `${topology.hub.dns.resourceGroup} has no private zone ${own?.zone ?? ''} for ${name} of ${endpointText(owner)}.`,
      ];
    }
    if (blind(networkTypes.endpoints) || blind(networkTypes.interfaces)) return [];
    return [`No private endpoint of these networks has the name ${name}.`];
  }
  return explainRecord(registered, linked, seen, owner, context);
}

function fullName({ zone, name }: RegisteredName): string {
  return name === '@' ? zone : `${name}.${zone}`;
}

function explainRecord(
  registered: string,
  zone: Resource,
  seen: string | undefined,
  owner: NamedEndpoint | undefined,
  { state, network }: NameContext,
): string[] {
  const { resources, unread } = state;
  const zoneName = lastOf(zone.id);
  const relative = registered.slice(0, -zoneName.length - 1) || '@';
  const there = recordIn(zone, relative, resources);
  const belongs = owner === undefined ? '' : `; the name belongs to ${endpointText(owner)}`;
  if (there === undefined) {
    if (unread.some(({ type, scope }) => type === networkTypes.records && sameId(scope, zone.id)))
      return [];
    return [`Zone ${zoneName}, linked to ${network.name}, has no A record ${relative}${belongs}.`];
  }
  const wrong = there.filter(
    (address) => owner !== undefined && !owner.addresses.includes(address),
  );
  if (wrong.length > 0) {
    const holders = wrong
      .map((address) => `${address}, ${holderText(address, resources)}`)
      .join('; ');
    return [`Record ${relative} of zone ${zoneName} says ${holders}${belongs}.`];
  }
  if (seen === undefined || there.includes(seen)) return [];
  return [
    `Record ${relative} of zone ${zoneName} says ${there.join(', ')}, but this agent was told ${seen}: ` +
      'its DNS server does not ask that zone, or still holds an old answer.',
  ];
}

/** The endpoint whose interface carries a name. */
export function ownerOf(name: string, resources: Resources): NamedEndpoint | undefined {
  for (const endpoint of resources.ofType(networkTypes.endpoints)) {
    const addresses = configurationsOf(endpoint, resources).flatMap((configuration) => {
      const names = textsAt(objectAt(configuration, 'privateLinkConnectionProperties'), 'fqdns');
      const address = textAt(configuration, 'privateIPAddress');
      return address !== undefined && names.some((one) => sameId(one, name)) ? [address] : [];
    });
    if (addresses.length === 0) continue;
    const [connection] = ['privateLinkServiceConnections', 'manualPrivateLinkServiceConnections']
      .flatMap((key) => listAt(endpoint.properties, key))
      .map((one) => objectAt(one, 'properties'));
    return {
      name: lastOf(endpoint.id),
      target: textAt(connection, 'privateLinkServiceId') ?? '',
      groupId: textsAt(connection, 'groupIds')[0] ?? '',
      region: endpoint.location ?? '',
      addresses,
    };
  }
  return undefined;
}

function configurationsOf({ properties }: Resource, resources: Resources) {
  return listAt(properties, 'networkInterfaces')
    .flatMap((reference) => resources.get(textAt(reference, 'id')) ?? [])
    .flatMap((card) => listAt(card.properties, 'ipConfigurations'))
    .map((configuration) => objectAt(configuration, 'properties'));
}

function holderText(address: string, resources: Resources): string {
  const holder = resources
    .ofType(networkTypes.endpoints)
    .find((endpoint) =>
      configurationsOf(endpoint, resources).some(
        (one) => textAt(one, 'privateIPAddress') === address,
      ),
    );
  return holder === undefined
    ? 'which nothing that could be read has'
    : `which is ${lastOf(holder.id)}`;
}

function endpointText({ name, addresses }: NamedEndpoint): string {
  return `private endpoint ${name} with ${addresses.join(', ')}`;
}
