import { containsAny } from '../net/cidr.ts';
import type { Resolution } from '../net/resolve.ts';
import { privateRecordOf } from './registry-name.ts';

/**
 * Address space that public DNS does not answer with for a service of Azure: who gets one has asked
 * a private zone. What counts as private for a push is what the estate declares, not this.
 */
const unroutable = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
];

interface Seen {
  readonly host: string;
  readonly system: Resolution;
  /** The zone and the record that should have answered. */
  readonly zone: string;
  readonly record: string;
  /** `az` commands that show them. */
  readonly look: string;
}

/** What is missing when a registry does not resolve into the declared networks, and what to run. */
export function diagnosis(
  host: string,
  system: Resolution,
  witnesses: readonly Resolution[],
  networks: readonly string[],
): string {
  const better = witnesses.find(
    (witness) =>
      witness.addresses.length > 0 &&
      witness.addresses.every((address) => containsAny(networks, address)),
  );
  if (better !== undefined) {
    return (
      `Resolver ${better.source} gives a private address, so zone and record are there: this agent asks ` +
      'another DNS server, or its network is not the one that the zone is linked to.'
    );
  }
  switch (system.error) {
    case 'timeout':
      return "The agent's DNS server does not answer: look at its address and the way to it.";
    case 'servfail':
    case 'refused':
      return "The agent's DNS server cannot resolve the name: look at its forwarders.";
    default:
      break;
  }
  const place = privateRecordOf(host);
  if (place === undefined) return elsewhere(host, system, networks);
  const { zone, record } = place;
  const look =
    ` Look with: az network private-dns link vnet list -g GROUP -z ${zone} -o table; ` +
    `az network private-dns record-set a show -g GROUP -z ${zone} -n ${record}`;
  const seen = { host, system, zone, record, look };
  return system.error === undefined ? wrongAddress(seen) : noAddress(seen);
}

/** A registry without a zone of Azure's. */
function elsewhere(host: string, system: Resolution, networks: readonly string[]): string {
  return system.error === undefined
    ? `The record of ${host} points outside ${networks.join(', ')}: correct it, or declare the network that ` +
        'the registry is in.'
    : `No zone that this agent asks knows ${host}: check the name, and that the zone which has it is linked ` +
        "to the agent's network or forwarded to.";
}

function noAddress({ system, zone, record, look }: Seen): string {
  return system.chain.some((name) => name.endsWith(zone))
    ? `The zone ${zone} is linked but has no A record ${record}: register the registry's private ` +
        `endpoint there (PrivateDns@1).${look}`
    : `No zone knows the name: check the registry's name, link the zone ${zone} to the agent's ` +
        `network and register the A record ${record} (PrivateDns@1).${look}`;
}

function wrongAddress({ system, zone, record, look }: Seen): string {
  const { chain, addresses } = system;
  // The system gives addresses without aliases; a DNS server that gives none knows of none.
  const silent = chain.length === 0 && system.source === 'system';
  const position = chain.findIndex((name) => name.endsWith(`.${zone}`));
  const answered = addresses.join(', ');
  const fromZone = addresses.every((address) => containsAny(unroutable, address));
  if (position >= 0 && position < chain.length - 1) {
    return (
      `Public DNS answered: the names after ${chain[position]} are Azure's own. The zone ${zone} is not ` +
      `linked to the network of this agent (or of its DNS server), or it is, its A record ${record} is ` +
      `missing, and the link falls back to public DNS. PrivateDns@1 registers both, and tells which.${look}`
    );
  }
  if (fromZone && (position >= 0 || silent)) {
    return (
      `A private zone answered: the zone ${zone} is linked, but its A record ${record} points to ${answered}, ` +
      "which no declared network contains. It belongs to another network's private endpoint, or to one that " +
      `was deleted; or the network is missing in the declared ones (PrivateDns@1 corrects its own records).${look}`
    );
  }
  if (position >= 0 || silent) {
    return (
      `The zone ${zone} is not linked to the network of this agent (or of its DNS server), or its A record ` +
      `${record} is missing and public DNS answers, or the record points to another address than the ` +
      `registry's private endpoint has (PrivateDns@1 registers both, and tells which).${look}`
    );
  }
  return (
    `The name does not lead through ${zone}: the registry has no private endpoint, or a record of the ` +
    `public name hides it.${look}`
  );
}
