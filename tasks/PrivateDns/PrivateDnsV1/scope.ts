import { cloudOf } from '../../lib/azure/cloud.ts';
import type { EndpointSelection } from '../../lib/azure/dns-endpoints.ts';
import { readZones } from '../../lib/dns/declared-zones.ts';
import type { WantedRecord } from '../../lib/dns/model.ts';
import type { LinkRequest } from '../../lib/dns/wish.ts';
import { zonesOf, type OwnZones } from '../../lib/dns/zones.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { SpokelineError } from '../../lib/errors.ts';
import { membersOf, type Member } from '../../lib/topology/members.ts';
import {
  declaredNetworks,
  selectStamps,
  type AcceptedConnection,
  type Cloud,
  type Hub,
  type Operations,
  type Stamp,
  type Topology,
} from '../../lib/topology/model.ts';
import { declaredIn, single } from './declared.ts';
import { wantedTag } from './endpoint-inputs.ts';
import type { Inputs } from './inputs.ts';

/** The endpoints of one owner: where they are, and who reads them. */
export interface Source {
  readonly owner: string;
  readonly connection: ServiceConnection;
  readonly subscription: string;
  /** Undefined for the whole subscription. */
  readonly resourceGroup: string | undefined;
  /** Which of the endpoints there. */
  readonly selection: EndpointSelection;
  readonly links: readonly LinkRequest[];
  /** Whether its links are all it wants, or others may be of runs for other stamps. */
  readonly linksComplete: boolean;
  readonly checkNetworks: readonly string[];
  readonly furtherZones: readonly string[];
  readonly acceptedConnections: readonly AcceptedConnection[];
  /** Records that the inputs declare for it. */
  readonly declared: readonly WantedRecord[] | undefined;
}

/** Everything that the task works on. */
export interface Scope {
  readonly cloud: Cloud;
  readonly sources: readonly Source[];
  readonly zones: {
    readonly connection: ServiceConnection;
    readonly subscription: string;
    readonly resourceGroup: string;
  };
  /** Zones that the inputs name for kinds of endpoints. */
  readonly ownZones: readonly OwnZones[];
  readonly resolvers: readonly string[];
  readonly loopback: boolean;
  /** What counts as private. */
  readonly networks: readonly string[];
}

/** What the inputs and the topology say. Throws INPUT_INVALID for an unknown stamp. */
export function scopeOf(given: Inputs, topology: Topology | undefined): Scope {
  return topology === undefined ? plainScope(given) : topologyScope(given, topology);
}

function topologyScope(given: Inputs, topology: Topology): Scope {
  const { hub, cloud } = topology;
  const hubConnection = given.hubConnection ?? given.azureSubscription;
  const members = membersIn(given.stamp, topology);
  const declared = declaredIn(
    given,
    members.map(({ name }) => name),
    topology,
  );
  const selection = selectionOf(given);
  if (selection.ids.length > 0 && members.length !== 1) {
    const message =
      'Endpoints that are listed one by one belong to one stamp, and more are selected.';
    const detail = 'endpoints needs the name of one stamp, hub, or operations, in stamp';
    throw new SpokelineError('INPUT_INVALID', message, { details: [{ message: detail }] });
  }
  const ownZones = readZones(given.zones ?? {}, () => undefined);
  const { fallback } = hub.dns;
  const registry = { type: 'Microsoft.ContainerRegistry/registries', groupId: 'registry' };
  const registryZones =
    topology.registry === undefined
      ? []
      : zonesOf({ cloud, region: hub.region, ...registry }, ownZones);
  const platformNetworks = [hub.network.id, topology.operations?.network.id ?? []].flat();
  const linksOf = ({ name, kind, part }: Member<Hub | Operations | Stamp>): LinkRequest[] => {
    // The hub's own links are made by its Bicep, unless the inputs declare them.
    if (kind === 'hub') return declared.links(name);
    const named = kind === 'operations' ? [] : given.linkNetworks;
    return [
      declared.ownLink(name, part.network.id, fallback),
      ...named.map((networkId) => ({ networkId, registration: false, fallback })),
      ...declared.links(name),
    ];
  };
  return {
    cloud,
    sources: members.map((member) => {
      const { name, kind, part } = member;
      return {
        owner: `${topology.name}/${name}`,
        // The platform's connection reads operations, as it does the hub.
        connection: kind === 'stamp' ? given.azureSubscription : hubConnection,
        subscription: part.subscription,
        resourceGroup: part.resourceGroup,
        selection,
        links: linksOf(member),
        linksComplete: kind === 'stamp',
        checkNetworks: platformNetworks,
        // Images are pulled through the registry's endpoint in the hub.
        furtherZones: kind === 'hub' ? [] : registryZones,
        acceptedConnections: part.acceptedConnections ?? [],
        declared: declared.records(name),
      };
    }),
    zones: {
      connection: hubConnection,
      subscription: given.zonesSubscription ?? hub.dns.subscription,
      resourceGroup: given.zonesResourceGroup ?? hub.dns.resourceGroup,
    },
    ownZones,
    resolvers: given.resolvers.length > 0 ? given.resolvers : hub.dns.resolvers,
    loopback: topology.loopback,
    networks: given.networks.length > 0 ? given.networks : declaredNetworks(topology),
  };
}

/** What the input `stamp` selects, in the order of the document. Throws INPUT_INVALID for anything unknown. */
function membersIn(input: string, topology: Topology): Member<Hub | Operations | Stamp>[] {
  const words = input.split(',').map((word) => word.trim());
  const members = membersOf(topology);
  const platform = members.flatMap(({ kind, name }) => (kind === 'stamp' ? [] : [name]));
  const others = words.filter((word) => !platform.includes(word));
  const stamps = others.length === 0 ? [] : selectStamps(topology, others.join(','));
  return members.filter(({ kind, name }) =>
    kind === 'stamp'
      ? stamps.some((stamp) => stamp.name === name)
      : words.includes(name) || words.includes('all'),
  );
}

function plainScope(given: Inputs): Scope {
  const connection = given.azureSubscription;
  const zonesConnection = given.hubConnection ?? connection;
  const own = connection.subscriptionId ?? '';
  const declared = declaredIn(given, [single], undefined);
  return {
    cloud: cloudOf(connection),
    sources: [
      {
        owner: given.owner ?? '',
        connection,
        subscription: own,
        resourceGroup: given.resourceGroup,
        selection: selectionOf(given),
        links: [
          ...given.linkNetworks.map((networkId) => ({
            networkId,
            registration: false,
            fallback: false,
          })),
          ...declared.links(single),
        ],
        linksComplete: true,
        checkNetworks: [],
        furtherZones: [],
        acceptedConnections: [],
        declared: declared.records(single),
      },
    ],
    zones: {
      connection: zonesConnection,
      subscription: given.zonesSubscription ?? zonesConnection.subscriptionId ?? own,
      resourceGroup: given.zonesResourceGroup ?? '',
    },
    ownZones: readZones(given.zones ?? {}, () => undefined),
    resolvers: given.resolvers,
    loopback: false,
    networks: given.networks,
  };
}

function selectionOf(given: Inputs): EndpointSelection {
  return { ids: given.endpoints, tags: given.endpointTags.map(wantedTag) };
}
