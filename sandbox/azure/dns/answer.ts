import type { Resource, ResourceReader } from '../arm/store.ts';
import { anyHolds, parseAddress } from '../network/cidr.ts';
import { field, idOf, sameId, texts } from '../network/fields.ts';
import { hasPrivateEndpoint, publicNames } from '../services/names.ts';
import { isInZone, normalise } from './names.ts';
import { originOf, publicOrigin, type ZoneOrigin } from './origin.ts';
import { recordsOf, type StoredRecord } from './record-sets.ts';

/** One record of an answer; other types than these are never handed out. */
export type AnswerRecord = StoredRecord | ZoneOrigin;

export interface DnsAnswer {
  code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';
  records: AnswerRecord[];
  /** SOA of the zone that goes with an answer that has no record of the wanted type. */
  authority: ZoneOrigin | undefined;
}

export interface AnswerOptions {
  /** The asking machine: which links matter follows from its network. */
  agentAddress: string;
  /** This server's own address, which a network may name as its DNS server. */
  serverAddress: string;
  publicAddress: (name: string) => string;
}

/** The address that stands for Azure-provided DNS in every network. */
const azureDns = '168.63.129.16';
const publicTtl = 60;
const longestChain = 8;
const zoneType = 'Microsoft.Network/privateDnsZones';

/**
 * What Azure-provided DNS answers to a machine: private zones linked to its network by longest
 * suffix, public names of resources through their privatelink name, and nothing else.
 */
export function answerQuery(
  store: ResourceReader,
  o: AnswerOptions,
  question: string,
  type: string,
): DnsAnswer {
  const network = networkOfAgent(store, o.agentAddress);
  const servers = texts(field(network?.properties, 'dhcpOptions'), 'dnsServers');
  if (servers.length > 0 && !servers.some((at) => at === azureDns || at === o.serverAddress)) {
    // The network sends its machines to another server, which does not exist here.
    return { code: 'SERVFAIL', records: [], authority: undefined };
  }
  const records: AnswerRecord[] = [];
  let name = normalise(question);
  for (let step = 0; step < longestChain; step += 1) {
    const found = lookUp(store, o, network, name);
    if (found.kind === 'missing') {
      return { code: 'NXDOMAIN', records, authority: found.authority };
    }
    records.push(...found.records.filter((record) => record.type === type));
    const alias = found.records.find((record) => record.type === 'CNAME');
    if (alias === undefined || type === 'CNAME') {
      const empty = !records.some((record) => record.type === type);
      return { code: 'NOERROR', records, authority: empty ? found.authority : undefined };
    }
    records.push(alias);
    name = normalise(alias.data);
  }
  return { code: 'SERVFAIL', records: [], authority: undefined };
}

type Found =
  | { kind: 'found'; records: AnswerRecord[]; authority: ZoneOrigin }
  | { kind: 'missing'; authority: ZoneOrigin };

function lookUp(
  store: ResourceReader,
  o: AnswerOptions,
  network: Resource | undefined,
  name: string,
): Found {
  const linked = network === undefined ? undefined : linkedZone(store, network, name);
  if (linked !== undefined) {
    const authority = originOf(store, linked.zone);
    const records = recordsOf(store, linked.zone, name);
    if (records !== undefined) {
      const apex = name === authority.name ? [authority] : [];
      return { kind: 'found', records: [...records, ...apex], authority };
    }
    const privateLink = linked.zone.name.toLowerCase().startsWith('privatelink.');
    if (!(linked.redirects && privateLink)) {
      return { kind: 'missing', authority };
    }
  }
  return publicLookUp(store, o, name);
}

function linkedZone(
  store: ResourceReader,
  network: Resource,
  name: string,
): { zone: Resource; redirects: boolean } | undefined {
  return store
    .list(zoneType)
    .filter((zone) => isInZone(name, zone.name.toLowerCase()))
    .sort((one, other) => other.name.length - one.name.length)
    .flatMap((zone) => {
      const link = store
        .list(`${zoneType}/virtualNetworkLinks`, zone.id)
        .find(({ properties }) => sameId(idOf(properties['virtualNetwork']) ?? '', network.id));
      if (link === undefined) return [];
      return [{ zone, redirects: link.properties['resolutionPolicy'] === 'NxDomainRedirect' }];
    })[0];
}

function publicLookUp(store: ResourceReader, o: AnswerOptions, name: string): Found {
  const authority = publicOrigin(name);
  for (const known of publicNames(store)) {
    const behindLink = hasPrivateEndpoint(store, known.resource, known.groupId);
    if (known.name === name && behindLink) {
      const data = known.privateLinkName;
      const record = { type: 'CNAME' as const, name, ttl: publicTtl, data };
      return { kind: 'found', records: [record], authority };
    }
    if (known.name === name || (known.privateLinkName === name && behindLink)) {
      const data = o.publicAddress(known.name);
      const record = { type: 'A' as const, name, ttl: publicTtl, data };
      return { kind: 'found', records: [record], authority };
    }
  }
  return { kind: 'missing', authority };
}

function networkOfAgent(store: ResourceReader, address: string): Resource | undefined {
  const value = parseAddress(address);
  if (value === undefined) throw new Error(`'${address}' is not an IPv4 address`);
  return store
    .list('Microsoft.Network/virtualNetworks')
    .find(({ properties }) =>
      anyHolds(texts(field(properties, 'addressSpace'), 'addressPrefixes'), value),
    );
}
