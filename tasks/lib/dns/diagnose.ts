import { containsAny } from '../net/cidr.ts';
import type { RecordAnswer } from '../net/resolve.ts';
import { shownValues } from './shown-values.ts';
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
  /** Its name in the zone, with the type where it is no address. */
  readonly record: string;
  /** `unread`: the zones could not be looked at. */
  readonly state: 'right' | 'zone-missing' | 'record-missing' | 'record-wrong' | 'unread';
  /** What the record holds when it is wrong. */
  readonly holds: readonly string[];
  /** Ids of networks that have to be linked with the zone and are not. */
  readonly unlinked: readonly string[];
}

export interface Observation {
  readonly answer: RecordAnswer;
  readonly age: Age;
  readonly azure: AzureSide;
  readonly expected: readonly string[];
  /** What counts as private; empty when not declared. */
  readonly networks: readonly string[];
  /** Whether the same resolver sees Azure's private zone of this name; undefined where that was not told. */
  readonly seesZone?: boolean;
}

export interface Diagnosis {
  readonly cause: Cause;
  readonly why: string;
}

/** For the words only, where no networks are declared: RFC 1918 and RFC 6598. */
const usuallyPrivate = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
/** RFC 4193: networks are declared in IPv4 alone. */
const privateIpv6 = /^f[cd]/;

/**
 * The reason for a wrong answer, nearest first: a resolver that says nothing, then what is missing in Azure, then what
 * stands between the two: links, forwarders, caches.
 */
export function diagnose(seen: Observation): Diagnosis {
  const known = ofSilence(seen) ?? ofAzure(seen);
  if (known !== undefined) return known;
  return seen.azure.state === 'unread' ? ofUnread(seen) : ofAnswer(seen);
}

/** What an answer tells by itself, where it cannot be held against the zone. */
function ofUnread(seen: Observation): Diagnosis {
  const { answer, azure } = seen;
  if (answer.error !== undefined && answer.negative?.zone === azure.zone) {
    const why = `${azure.zone} had no record ${azure.record} when the resolver last asked`;
    return { cause: 'record-missing', why };
  }
  const { cause, why } = ofAnswer(seen);
  const unsure = answer.error === undefined && !isPublic(seen);
  const instead = '; or the record itself is wrong, for the zones could not be read';
  return { cause, why: unsure ? `${why}${instead}` : why };
}

function ofAnswer(seen: Observation): Diagnosis {
  return ofNegative(seen) ?? ofValues(seen);
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
        why: `the record ${record} in ${zone} holds ${shownValues(answer.type, holds)}`,
      };
    case 'right':
    case 'unread':
      return undefined;
  }
}

function ofNegative(seen: Observation): Diagnosis | undefined {
  const { answer, age, azure, seesZone } = seen;
  if (answer.error === undefined) return undefined;
  const said = answer.negative?.zone;
  // Azure has the record, so its own zone cannot say this now.
  if (said === azure.zone && age.kind === 'fresh') {
    return {
      cause: 'foreign-answer',
      why: `another zone named ${azure.zone} answers, which is linked to the resolver's network`,
    };
  }
  if (said === azure.zone && seesZone !== false) {
    return {
      cause: 'stale-negative',
      why: `it remembers that ${azure.zone} had no such record${leftOf(age)}`,
    };
  }
  const by = said === undefined || said === '' ? 'public DNS' : `the zone ${said}`;
  if (seesZone === true && age.kind !== 'fresh') {
    return { cause: 'stale-negative', why: `it remembers the answer of ${by}${leftOf(age)}` };
  }
  return unlinked(azure) ?? unforwarded(seen, by);
}

function ofValues(seen: Observation): Diagnosis {
  const { age, azure, seesZone } = seen;
  if (!isPublic(seen)) {
    return age.kind === 'fresh' || (age.kind === 'unknown' && age.left === undefined)
      ? {
          cause: 'foreign-answer',
          why: 'another zone, a hosts file or a rule of the resolver answers',
        }
      : { cause: 'stale-answer', why: `it holds an answer from before${leftOf(age)}` };
  }
  if (seesZone === true && age.kind !== 'fresh') {
    return {
      cause: 'stale-answer',
      why: `it sees the zone ${azure.zone}, and holds an answer from before${leftOf(age)}`,
    };
  }
  const missing = unlinked(azure);
  if (missing !== undefined) return missing;
  if (seesZone !== undefined || age.kind === 'fresh') return unforwarded(seen, 'public DNS');
  return {
    cause: 'public-answer',
    why: `it ${forwarding(seen)}, or holds a public answer from before${leftOf(age)}`,
  };
}

/** Whether the answer cannot be a private zone's. A name or a text does not tell, but the zone's origin does. */
function isPublic({ answer, networks, seesZone }: Observation): boolean {
  switch (answer.type) {
    case 'A': {
      const inside = networks.length > 0 ? networks : usuallyPrivate;
      return answer.values.some((address) => !containsAny(inside, address));
    }
    case 'AAAA':
      return answer.values.some((address) => !privateIpv6.test(address));
    case 'CNAME':
    case 'TXT':
      return seesZone === false;
  }
}

function unlinked({ zone, unlinked: networks }: AzureSide): Diagnosis | undefined {
  if (networks.length === 0) return undefined;
  return { cause: 'zone-not-linked', why: `${zone} is not linked to ${networks.join(', ')}` };
}

function unforwarded(seen: Observation, asks: string): Diagnosis {
  const { zone } = seen.azure;
  // The alias before the private zone's name never gets there then.
  const half = seen.seesZone === true ? ` It forwards ${zone}, which is not enough.` : '';
  return {
    cause: 'forwarder-missing',
    why: `the resolver ${forwarding(seen)}: it asks ${asks}.${half}`,
  };
}

/**
 * A forwarder has to name the public zone.
 * https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration
 */
function forwarding({ answer: { name }, azure }: Observation): string {
  const own = name === azure.zone || name.endsWith(`.${azure.zone}`);
  const zone = own ? azure.zone : name.split('.').slice(1).join('.');
  return `does not forward ${zone} to Azure (168.63.129.16 or an inbound endpoint)`;
}

function leftOf(age: Age): string {
  if (age.kind === 'fresh' || age.left === undefined) return '';
  return `; that is over in ${age.left} s`;
}
