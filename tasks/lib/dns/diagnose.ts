import { containsAny } from '../net/cidr.ts';
import type { Resolution } from '../net/resolve.ts';
import type { Age } from './watch.ts';

/** Why a resolver's answer is wrong. The words are stable: they are codes of the details of DNS_VERIFY_FAILED. */
export type Cause =
  | 'zone-missing'
  | 'record-missing'
  | 'record-wrong'
  | 'zone-not-linked'
  | 'stale-answer'
  | 'stale-negative'
  | 'forwarder-missing'
  | 'public-answer'
  | 'foreign-answer'
  | 'resolver-failing'
  | 'resolver-silent'
  | 'resolver-refuses';

/** What Azure holds for a name. */
export interface AzureSide {
  readonly zone: string;
  /** Relative to the zone. */
  readonly record: string;
  /** `unread`: the zones could not be looked at. */
  readonly state: 'right' | 'zone-missing' | 'record-missing' | 'record-wrong' | 'unread';
  /** What the record holds when it is wrong. */
  readonly holds: readonly string[];
  /** Ids of networks that have to be linked with the zone and are not. */
  readonly unlinked: readonly string[];
}

export interface Observation {
  readonly answer: Resolution;
  readonly age: Age;
  readonly azure: AzureSide;
  readonly expected: readonly string[];
  /** What counts as private; empty when not declared. */
  readonly networks: readonly string[];
  /** What the same resolver says about the name in the private zone, where that was asked. */
  readonly direct?: Resolution;
}

export interface Diagnosis {
  readonly cause: Cause;
  readonly why: string;
}

/** For the words only, where no networks are declared: RFC 1918 and RFC 6598. */
const usuallyPrivate = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/**
 * The reason for a wrong answer, nearest first: a resolver that says nothing, then what is missing in Azure, then what
 * stands between the two: links, forwarders, caches.
 */
export function diagnose(seen: Observation): Diagnosis {
  return ofSilence(seen) ?? ofAzure(seen) ?? ofNegative(seen) ?? ofAddresses(seen);
}

function ofSilence({ answer }: Observation): Diagnosis | undefined {
  switch (answer.error) {
    case 'timeout':
      return {
        cause: 'resolver-silent',
        why: 'the resolver is down, or port 53 to it is closed for this agent',
      };
    case 'refused':
      return {
        cause: 'resolver-refuses',
        why: 'the resolver does not serve this agent, or nothing listens there',
      };
    case 'servfail':
      return {
        cause: 'resolver-failing',
        why: 'the resolver cannot reach the server that it forwards this name to, or that one fails',
      };
    default:
      return undefined;
  }
}

function ofAzure({ azure, answer }: Observation): Diagnosis | undefined {
  const { zone, record, holds } = azure;
  switch (azure.state) {
    case 'zone-missing':
      return { cause: 'zone-missing', why: `the zone ${zone} does not exist` };
    case 'record-missing': {
      const fallback =
        answer.error === undefined
          ? '; what came instead is an old answer, or that of the internet'
          : '';
      return { cause: 'record-missing', why: `${zone} has no record ${record}${fallback}` };
    }
    case 'record-wrong':
      return {
        cause: 'record-wrong',
        why: `the record ${record} in ${zone} holds ${holds.join(', ')}`,
      };
    case 'right':
    case 'unread':
      return undefined;
  }
}

function ofNegative(seen: Observation): Diagnosis | undefined {
  const { answer, age, azure } = seen;
  if (answer.error === undefined) return undefined;
  const said = answer.negative?.zone;
  if (said === azure.zone) {
    // Azure has the record, so its own zone cannot say this now.
    return age.kind === 'fresh'
      ? {
          cause: 'foreign-answer',
          why: `another zone named ${azure.zone} answers, which is linked to the resolver's network`,
        }
      : {
          cause: 'stale-negative',
          why: `it remembers that ${azure.zone} had no such record${leftOf(age)}`,
        };
  }
  const by = said === undefined || said === '' ? 'public DNS' : `the zone ${said}`;
  if (age.kind === 'cached') {
    return { cause: 'stale-negative', why: `it remembers the answer of ${by}${leftOf(age)}` };
  }
  return unlinked(azure) ?? unforwarded(seen, `it asks ${by}`);
}

function ofAddresses(seen: Observation): Diagnosis {
  const { answer, age, azure, networks, direct, expected } = seen;
  const inside = networks.length > 0 ? networks : usuallyPrivate;
  const outside = answer.addresses.some((a) => !containsAny(inside, a));
  if (age.kind === 'cached') {
    return { cause: 'stale-answer', why: `it holds an answer from before${leftOf(age)}` };
  }
  if (!outside) {
    return age.kind === 'fresh' || age.left === undefined
      ? {
          cause: 'foreign-answer',
          why: 'another zone, a hosts file or a rule of the resolver answers',
        }
      : { cause: 'stale-answer', why: `it may hold an answer from before${leftOf(age)}` };
  }
  const missing = unlinked(azure);
  if (missing !== undefined) return missing;
  if (direct !== undefined && direct.error === undefined && sameSet(direct.addresses, expected)) {
    return {
      cause: 'stale-answer',
      why: `it finds ${azure.record}.${azure.zone}, so its answer to the public name is from before the endpoint${leftOf(age)}`,
    };
  }
  return age.kind === 'fresh'
    ? unforwarded(seen, 'it asks public DNS')
    : {
        cause: 'public-answer',
        why: `it ${forwarding(seen)}, or holds a public answer from before${leftOf(age)}`,
      };
}

function unlinked({ zone, unlinked: networks }: AzureSide): Diagnosis | undefined {
  if (networks.length === 0) return undefined;
  return { cause: 'zone-not-linked', why: `${zone} is not linked to ${networks.join(', ')}` };
}

function unforwarded(seen: Observation, instead: string): Diagnosis {
  return { cause: 'forwarder-missing', why: `the resolver ${forwarding(seen)}: ${instead}` };
}

/**
 * A forwarder has to name the public zone: with one for privatelink alone the alias before it never gets there.
 * https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
 */
function forwarding({ answer }: Observation): string {
  const zone = answer.name.split('.').slice(1).join('.');
  return `does not forward ${zone} to Azure (168.63.129.16 or an inbound endpoint)`;
}

function leftOf(age: Age): string {
  if (age.kind === 'fresh' || age.left === undefined) return '';
  return `; that is over in ${age.left} s`;
}

/** Whether two lists hold the same addresses. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join();
}
