import type { EndpointSelection } from '../../lib/azure/dns-endpoints.ts';
import { readZones } from '../../lib/dns/declared-zones.ts';
import type { WantedRecord } from '../../lib/dns/model.ts';
import type { LinkRequest } from '../../lib/dns/wish.ts';
import { zonesOf, type OwnZones } from '../../lib/dns/zones.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { SpokelineError } from '../../lib/errors.ts';
import {
  declaredNetworks,
  selectStamps,
  type AcceptedConnection,
  type Cloud,
  type Topology,
} from '../../lib/topology/model.ts';
import { declaredIn, hub as hubName, single } from './declared.ts';
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
  const { hub, name, cloud } = topology;
  const hubConnection = given.hubConnection ?? given.azureSubscription;
  const words = given.stamp.split(',').map((word) => word.trim());
  const withHub = words.includes('hub') || words.includes('all');
  const others = words.filter((word) => word !== 'hub');
  const stamps = others.length === 0 ? [] : selectStamps(topology, others.join(','));
  const declared = declaredIn(
    given,
    [...(withHub ? [hubName] : []), ...stamps.map(({ name: stamp }) => stamp)],
    topology,
  );
  const selection = selectionOf(given);
  if (selection.ids.length > 0 && stamps.length + (withHub ? 1 : 0) !== 1) {
    const message =
      'Endpoints that are listed one by one belong to one stamp, and more are selected.';
    const detail = 'endpoints needs the name of one stamp, or hub, in stamp';
    throw new SpokelineError('INPUT_INVALID', message, { details: [{ message: detail }] });
  }
  const ownZones = readZones(given.zones ?? {}, () => undefined);
  const { fallback } = hub.dns;
  const registryZones =
    topology.registry === undefined
      ? []
      : zonesOf(
          {
            cloud,
            type: 'Microsoft.ContainerRegistry/registries',
            groupId: 'registry',
            region: hub.region,
          },
          ownZones,
        );
  const hubSource: Source = {
    owner: `${name}/hub`,
    connection: hubConnection,
    subscription: hub.subscription,
    resourceGroup: hub.resourceGroup,
    selection,
    // The hub's own links are made by its Bicep, unless the inputs declare them.
    links: declared.links(hubName),
    linksComplete: false,
    checkNetworks: [hub.network.id],
    furtherZones: [],
    acceptedConnections: hub.acceptedConnections ?? [],
    declared: declared.records(hubName),
  };
  return {
    cloud,
    sources: [
      ...(withHub ? [hubSource] : []),
      ...stamps.map((stamp) => ({
        owner: `${name}/${stamp.name}`,
        connection: given.azureSubscription,
        subscription: stamp.subscription,
        resourceGroup: stamp.resourceGroup,
        selection,
        links: [
          declared.ownLink(stamp.name, stamp.network.id, fallback),
          ...given.linkNetworks.map((networkId) => ({ networkId, registration: false, fallback })),
          ...declared.links(stamp.name),
        ],
        linksComplete: true,
        checkNetworks: [hub.network.id],
        // A stamp pulls its images through the registry's endpoint in the hub.
        furtherZones: registryZones,
        acceptedConnections: stamp.acceptedConnections ?? [],
        declared: declared.records(stamp.name),
      })),
    ],
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

/** The cloud of a connection, by its Resource Manager; a stand-in counts as the public one. */
function cloudOf(connection: ServiceConnection): Cloud {
  const { host } = new URL(connection.resourceManagerUrl);
  if (host.endsWith('.usgovcloudapi.net')) return 'usgovernment';
  return host.endsWith('.chinacloudapi.cn') ? 'china' : 'public';
}
