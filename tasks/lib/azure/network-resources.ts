import { connectionVersion } from '../dns/connection-types.ts';
import { SpokelineError } from '../errors.ts';
import { adminRulesType, networkTypes } from '../gate/state.ts';
import type { StateSeen, Unread } from '../gate/state.ts';
import {
  idAt,
  idsAt,
  listAt,
  objectAt,
  Resources,
  textAt,
  valueAt,
} from '../reach/read/resource.ts';
import { speaksBgp } from '../reach/read/gateways.ts';
import type { Resource } from '../reach/read/resource.ts';
import type { ArmClient } from './arm-client.ts';

/** What of a client is needed to read. */
export type ReadingClient = Pick<ArmClient, 'list' | 'tryGet' | 'post'>;

/** A network whose surroundings are read, and the resource group that it is in. */
export interface NetworkSource {
  readonly owner: 'stamp' | 'hub';
  /** Id of the virtual network. */
  readonly network: string;
  /** Ids of the resource groups of private DNS zones, for the hub. */
  readonly zones?: readonly string[];
}

const networkVersion = '2024-05-01';
const zoneVersion = '2020-06-01';

/**
 * Reads the networks and everything that decides who reaches whom in them; read rights suffice. What cannot be
 * read is told, not thrown: a missing right makes some checks unknown and leaves the others alone.
 */
export async function readNetworkResources(
  clients: Readonly<Record<NetworkSource['owner'], ReadingClient | undefined>>,
  sources: readonly NetworkSource[],
  signal: AbortSignal,
): Promise<StateSeen> {
  const readers = sources.map((source) => new Reader(clients[source.owner], source, signal));
  await Promise.all(readers.map((reader) => reader.read()));
  return {
    resources: new Resources(readers.flatMap(({ found }) => found)),
    // In an order that does not hang on which answer came first.
    unread: readers.flatMap(({ unread }) => unread.sort(byTypeAndScope)),
    source: 'azure',
  };
}

function byTypeAndScope(one: Unread, other: Unread): number {
  return one.type.localeCompare(other.type) || one.scope.localeCompare(other.scope);
}

class Reader {
  readonly found: Resource[] = [];
  readonly unread: Unread[] = [];
  readonly #client: ReadingClient | undefined;
  readonly #source: NetworkSource;
  readonly #signal: AbortSignal;

  constructor(client: ReadingClient | undefined, source: NetworkSource, signal: AbortSignal) {
    this.#client = client;
    this.#source = source;
    this.#signal = signal;
  }

  async read(): Promise<void> {
    const { network, zones = [] } = this.#source;
    if (this.#client === undefined) {
      for (const type of Object.values(networkTypes)) this.#blind(type, network, 'no-connection');
      return;
    }
    const group = network.split('/providers/')[0] ?? '';
    await Promise.all([
      this.#network(network),
      this.#endpoints(group),
      this.#interfaces(group),
      this.#firewalls(group),
      this.#list(networkTypes.ipGroups, group, networkVersion),
      this.#list(networkTypes.balancers, group, networkVersion),
      this.#list(networkTypes.linkServices, group, networkVersion),
      this.#gateways(group),
      this.#adminRules(network),
      ...zones.map((one) => this.#zones(one)),
    ]);
  }

  async #network(id: string): Promise<void> {
    const network = await this.#get(networkTypes.networks, id, networkVersion);
    const subnets = listAt(network?.properties, 'subnets').map((one) =>
      objectAt(one, 'properties'),
    );
    const ids = (key: string): string[] => [
      ...new Set(subnets.flatMap((subnet) => idAt(subnet, key) ?? [])),
    ];
    await Promise.all([
      ...ids('networkSecurityGroup').map((one) =>
        this.#get(networkTypes.groups, one, networkVersion),
      ),
      ...ids('routeTable').map((one) => this.#get(networkTypes.tables, one, networkVersion)),
    ]);
  }

  /** An interface may have a security group of its own. */
  async #interfaces(group: string): Promise<void> {
    const cards = await this.#list(networkTypes.interfaces, group, networkVersion);
    const groups = cards.flatMap(
      ({ properties }) => idAt(properties, 'networkSecurityGroup') ?? [],
    );
    await Promise.all(
      [...new Set(groups)].map((id) => this.#get(networkTypes.groups, id, networkVersion)),
    );
  }

  async #endpoints(group: string): Promise<void> {
    const endpoints = await this.#list(networkTypes.endpoints, group, networkVersion);
    const targets = endpoints.flatMap(({ properties }) =>
      ['privateLinkServiceConnections', 'manualPrivateLinkServiceConnections']
        .flatMap((key) => listAt(properties, key))
        .flatMap((one) => textAt(objectAt(one, 'properties'), 'privateLinkServiceId') ?? []),
    );
    await Promise.all(
      [...new Set(targets)].map(async (id) => {
        const type = typeOf(id);
        const version = connectionVersion(type);
        if (version !== undefined) await this.#get(type, id, version);
      }),
    );
  }

  async #firewalls(group: string): Promise<void> {
    const firewalls = await this.#list(networkTypes.firewalls, group, networkVersion);
    const policies = firewalls.flatMap(
      ({ properties }) => idAt(properties, 'firewallPolicy') ?? [],
    );
    await Promise.all(policies.map((id) => this.#policy(id)));
  }

  async #policy(id: string): Promise<void> {
    const policy = await this.#get(networkTypes.policies, id, networkVersion);
    const base = idAt(policy?.properties, 'basePolicy');
    await Promise.all([
      ...idsAt(policy?.properties, 'ruleCollectionGroups').map((one) =>
        this.#get(`${networkTypes.policies}/ruleCollectionGroups`, one, networkVersion),
      ),
      ...(base === undefined ? [] : [this.#policy(base)]),
    ]);
  }

  async #zones(group: string): Promise<void> {
    const zones = await this.#list(networkTypes.zones, group, zoneVersion);
    await Promise.all(
      zones.flatMap(({ id }) =>
        ['virtualNetworkLinks', 'A'].map((part) => this.#children(networkTypes.zones, id, part)),
      ),
    );
  }

  /** Gateways with their connections, the sites behind them, and what they learn. */
  async #gateways(group: string): Promise<void> {
    const gateways = await this.#list(networkTypes.gateways, group, networkVersion);
    await Promise.all(
      gateways.map(async (gateway) => {
        const type = `${networkTypes.gateways}/connections`;
        const path = `${gateway.id}/connections`;
        const connections = await this.#page(type, path, gateway.id, networkVersion);
        const sites = connections.flatMap(
          ({ properties }) => idAt(properties, 'localNetworkGateway2') ?? [],
        );
        await Promise.all([
          ...sites.map((id) =>
            this.#get('Microsoft.Network/localNetworkGateways', id, networkVersion),
          ),
          ...(speaksBgp(gateway, connections) ? [this.#learned(gateway.id)] : []),
        ]);
      }),
    );
  }

  /** Routes are asked for by an action, which Reader does not have. */
  async #learned(gateway: string): Promise<void> {
    const type = `${networkTypes.gateways}/learnedRoutes`;
    const properties = await this.#ask(gateway, 'getLearnedRoutes', type);
    if (properties === undefined) return;
    this.found.push({ id: `${gateway}/learnedRoutes/default`, type, properties });
  }

  /**
   * The rules of Virtual Network Managers, wherever those are: an action of the network, which Reader does not
   * have. https://learn.microsoft.com/rest/api/virtualnetwork/list-network-manager-effective-security-admin-rules
   */
  async #adminRules(network: string): Promise<void> {
    const action = 'listNetworkManagerEffectiveSecurityAdminRules';
    let skipToken: string | undefined;
    do {
      const body = skipToken === undefined ? {} : { skipToken };
      const page = await this.#ask(network, action, adminRulesType, body);
      for (const rule of listAt(page, 'value')) {
        const ruleId = textAt(rule, 'id') ?? '';
        const id = `${network}/effectiveSecurityAdminRules/${ruleId.split('/').at(-1) ?? ''}`;
        const properties = { ...objectAt(rule, 'properties'), ruleId };
        this.found.push({ id, type: adminRulesType, properties });
      }
      skipToken = textAt(page, 'skipToken');
    } while (skipToken !== undefined);
  }

  /** The answer to an action that only reads, and may be asked again. */
  async #ask(
    id: string,
    action: string,
    type: string,
    body: object = {},
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const options = { signal: this.#signal, idempotent: true };
      const answer = await this.#client?.post<unknown>(
        `${id}/${action}`,
        networkVersion,
        body,
        options,
      );
      return objectAt(answer, 'body');
    } catch (error) {
      this.#failed(error, type, id, `${typeOf(id)}/${action}/action`);
      return undefined;
    }
  }

  #list(type: string, group: string, version: string): Promise<Resource[]> {
    return this.#page(type, `${group}/providers/${type}`, group, version);
  }

  #children(type: string, id: string, part: string): Promise<Resource[]> {
    return this.#page(`${type}/${part}`, `${id}/${part}`, id, zoneVersion);
  }

  async #page(type: string, path: string, scope: string, version: string): Promise<Resource[]> {
    try {
      const items = await this.#client?.list<unknown>(path, version, { signal: this.#signal });
      const resources = (items ?? []).flatMap((item) => resourceOf(item) ?? []);
      this.found.push(...resources);
      return resources;
    } catch (error) {
      this.#failed(error, type, scope);
      return [];
    }
  }

  async #get(type: string, id: string, version: string): Promise<Resource | undefined> {
    try {
      const answer = await this.#client?.tryGet<unknown>(id, version, { signal: this.#signal });
      const resource = resourceOf(answer?.body);
      if (resource !== undefined) this.found.push(resource);
      return resource;
    } catch (error) {
      this.#failed(error, type, id);
      return undefined;
    }
  }

  #failed(error: unknown, type: string, scope: string, permission = `${type}/read`): void {
    this.#signal.throwIfAborted();
    if (!(error instanceof SpokelineError)) throw error;
    // A group that is not there has nothing in it.
    if (error.code === 'ARM_NOT_FOUND') return;
    if (error.code === 'ARM_FORBIDDEN')
      this.#blind(type, scope, 'forbidden', { missing: permission });
    else this.#blind(type, scope, 'failed', { reason: error.message });
  }

  #blind(type: string, scope: string, why: Unread['why'], more: Partial<Unread> = {}): void {
    this.unread.push({ type, scope, why, owner: this.#source.owner, ...more });
  }
}

function resourceOf(item: unknown): Resource | undefined {
  const id = textAt(item, 'id');
  if (id === undefined) return undefined;
  const location = textAt(item, 'location');
  // The tier of a balancer or gateway stands beside the properties.
  const sku = valueAt(item, 'sku');
  const properties = { ...objectAt(item, 'properties'), ...(sku === undefined ? {} : { sku }) };
  return { id, type: typeOf(id), properties, ...(location === undefined ? {} : { location }) };
}

/** `.../providers/Microsoft.Network/virtualNetworks/v/subnets/s` -> `Microsoft.Network/virtualNetworks/subnets` */
export function typeOf(id: string): string {
  const [namespace = '', ...rest] = (id.split('/providers/').at(-1) ?? '').split('/');
  return [namespace, ...rest.filter((_, position) => position % 2 === 0)].join('/');
}
