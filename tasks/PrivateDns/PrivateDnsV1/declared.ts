import { readLinks, type DeclaredLink } from '../../lib/dns/declared-links.ts';
import { readRecords, type DeclaredRecord } from '../../lib/dns/declared-records.ts';
import type { WantedRecord } from '../../lib/dns/model.ts';
import type { LinkRequest } from '../../lib/dns/wish.ts';
import { SpokelineError, type ErrorDetail } from '../../lib/errors.ts';
import { membersOf } from '../../lib/topology/members.ts';
import type { Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';

/** What the inputs `records` and `links` say for each owner of a run. */
export interface Declared {
  /** Undefined when the input is not given, and nothing is known of such records. */
  records(who: string): WantedRecord[] | undefined;
  links(who: string): LinkRequest[];
  /** How a network is linked anyway, with what is declared for it by its name. */
  ownLink(who: string, networkId: string, fallback: boolean): LinkRequest;
}

/** The one owner of a run without a topology. */
export const single = 'single';
const hub = 'hub';

// The inputs have passed these readers before, so that there is nothing left to report.
const ignore = () => undefined;

/**
 * Sorts what is declared by owner: stamps by their names, hub and operations. Throws INPUT_INVALID for names that the
 * topology does not have, and for records that might belong to several stamps.
 */
export function declaredIn(
  given: Inputs,
  owners: readonly string[],
  topology: Topology | undefined,
): Declared {
  const names = topology === undefined ? [] : membersOf(topology).map(({ name }) => name);
  const records = readRecords(given.records ?? {}, ignore);
  const links = readLinks(given.links ?? {}, ignore);
  const problems = [
    ...records.flatMap((record) => recordProblem(record, owners, names)),
    ...links.flatMap((link) => linkProblem(link, owners, names)),
  ];
  if (problems.length > 0) {
    // A name with A and AAAA is two record sets, and one problem.
    const once = new Map(problems.map((problem) => [problem.message, problem]));
    throw new SpokelineError('INPUT_INVALID', 'The inputs do not fit the topology.', {
      details: [...once.values()],
    });
  }
  const [sole] = owners.length === 1 ? owners : [hub];
  const whose = (network: string) => (network.startsWith('/') ? sole : network);
  const requestOf = (
    { zones, registration, fallback }: DeclaredLink,
    networkId: string,
    usual: boolean,
  ): LinkRequest => ({ networkId, zones, registration, fallback: fallback ?? usual });
  return {
    records: (who) =>
      given.records === undefined
        ? undefined
        : records
            .filter(({ stamp }) => (stamp ?? sole) === who)
            .map(({ record }) => ({ ...record, ttl: record.ttl ?? given.ttl })),
    links: (who) => {
      const usual = topology?.hub.dns.fallback ?? false;
      const hubId = topology?.hub.network.id;
      return links.flatMap((link) => {
        if (whose(link.network) !== who) return [];
        if (link.network.startsWith('/')) return [requestOf(link, link.network, usual)];
        return who === hub && hubId !== undefined ? [requestOf(link, hubId, usual)] : [];
      });
    },
    ownLink: (who, networkId, fallback) => {
      const link = links.find(({ network }) => network === who);
      return link === undefined
        ? { networkId, registration: false, fallback }
        : requestOf(link, networkId, fallback);
    },
  };
}

function recordProblem(
  { record, stamp }: DeclaredRecord,
  owners: readonly string[],
  names: readonly string[],
): ErrorDetail[] {
  const what = `Input "records" has ${record.name} in ${record.zone}`;
  if (stamp === undefined) {
    if (owners.length === 1) return [];
    const message = `${what} without "stamp", but this run has several: ${owners.join(', ')}.`;
    return [{ target: 'records', message }];
  }
  if (names.includes(stamp)) return [];
  const message = `${what} for stamp ${stamp}; allowed: ${names.join(', ') || 'no stamp, as there is no topology'}.`;
  return [{ target: 'records', message }];
}

function linkProblem(
  { network }: DeclaredLink,
  owners: readonly string[],
  names: readonly string[],
): ErrorDetail[] {
  const what = `Input "links" has ${network}`;
  if (network.startsWith('/')) {
    if (owners.length === 1 || owners.includes(hub)) return [];
    const message = `${what}, which might be of any of ${owners.join(', ')}; run it for one of them, or with the hub.`;
    return [{ target: 'links', message }];
  }
  if (names.includes(network)) return [];
  const allowed = [...names, 'the id of a virtual network'].join(', ');
  return [{ target: 'links', message: `${what}; allowed: ${allowed}.` }];
}
