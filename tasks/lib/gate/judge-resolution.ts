import { containsAny } from '../net/cidr.ts';
import type { Resolution } from '../net/resolve.ts';
import type { Verdict } from './check.ts';
import type { NameSeen } from './probe.ts';
import { outsideHint, unresolved } from './target.ts';

/** What is declared of a name. */
export interface NameSpec {
  readonly name: string;
  /** Networks of its addresses, in CIDR notation. */
  readonly within?: readonly string[] | undefined;
  readonly throughPrivateLink?: boolean | undefined;
  /** Whether the declared resolvers have to say the same as the system's. */
  readonly agree: boolean;
  readonly equals?: readonly string[] | undefined;
  /** Seconds. */
  readonly maxTtl?: number | undefined;
}

export interface AnswersSeen extends NameSeen {
  /** All networks of the estate, in CIDR notation. */
  readonly declared: readonly string[];
  /** What each, the system's resolver first, says of IPv6 addresses. */
  readonly ipv6: readonly Resolution[];
}

/** Whether a name resolves as it is declared to: the first of what is wrong with the answers. */
export function judgeResolution(spec: NameSpec, seen: AnswersSeen): Verdict {
  const within = spec.within ?? [];
  const expected = `${spec.name} resolves into ${within.join(', ')}${
    spec.throughPrivateLink === true ? ' through privatelink' : ''
  }`;
  const { system } = seen;
  const error = system.error ?? (system.addresses.length === 0 ? 'nodata' : undefined);
  if (error !== undefined) return { expected, ...unresolved(spec.name, error) };
  return (
    judgeAddresses(spec, seen, expected) ??
    judgeIpv6(spec, seen, expected) ??
    judgeEquality(spec, seen, expected) ??
    (spec.agree ? judgeAgreement(spec, seen, expected) : undefined) ??
    (spec.throughPrivateLink === true ? judgeChain(spec, seen, expected) : undefined) ??
    judgeTtl(spec, seen, expected) ?? {
      status: 'pass',
      code: 'OK',
      expected,
      observed: answer(spec.name, system),
      class: 'private-address',
    }
  );
}

function judgeAddresses(spec: NameSpec, seen: AnswersSeen, expected: string): Verdict | undefined {
  const { addresses } = seen.system;
  const wrong = addresses.filter((address) => !containsAny(spec.within ?? [], address));
  if (wrong.length === 0) return undefined;
  const elsewhere = wrong.every((address) => containsAny(seen.declared, address));
  return {
    status: 'fail',
    code: 'DNS_OUTSIDE_NETWORKS',
    expected,
    observed: answer(spec.name, seen.system),
    class: elsewhere ? 'other-network' : 'public-address',
    hint: elsewhere
      ? `${wrong.join(', ')} is in this estate but not where this name belongs: the record is wrong.`
      : outsideHint(spec.name),
    went: { name: spec.name, ...(wrong[0] && { address: wrong[0] }) },
  };
}

/** An agent with IPv6 prefers such an address, and no declared network has any. */
function judgeIpv6(spec: NameSpec, seen: AnswersSeen, expected: string): Verdict | undefined {
  const asked = spec.agree ? seen.ipv6 : seen.ipv6.slice(0, 1);
  const found = asked.find(({ addresses }) =>
    addresses.some((address) => !containsAny(seen.declared, address)),
  );
  if (found === undefined) return undefined;
  return {
    status: 'fail',
    code: 'DNS_OUTSIDE_NETWORKS',
    expected,
    observed: `${sourceOf(found)}: ${answer(spec.name, found)}`,
    class: 'public-address',
    hint: 'The name has an IPv6 address too, outside every declared network: a record of its own, or the public name.',
    went: { name: spec.name },
  };
}

function judgeEquality(spec: NameSpec, seen: AnswersSeen, expected: string): Verdict | undefined {
  if (spec.equals === undefined) return undefined;
  const key = (addresses: readonly string[]): string => [...addresses].sort().join(', ');
  if (key(spec.equals) === key(seen.system.addresses)) return undefined;
  return {
    status: 'fail',
    code: 'DNS_NOT_ENDPOINT',
    expected: `${expected}, to ${key(spec.equals)}`,
    observed: answer(spec.name, seen.system),
    class: 'other-address',
    hint:
      'The record is not that of the private endpoint: a stale record, or a second endpoint of the same ' +
      'resource that wrote over it. Run PrivateDns with action verify.',
    went: {
      name: spec.name,
      ...(seen.system.addresses[0] && { address: seen.system.addresses[0] }),
    },
  };
}

function judgeTtl(spec: NameSpec, seen: AnswersSeen, expected: string): Verdict | undefined {
  const { maxTtl } = spec;
  if (maxTtl === undefined) return undefined;
  // The operating system does not tell times to live.
  const told = [seen.system, ...seen.witnesses].filter((one) => one.ttl !== undefined);
  const long = told.find(({ ttl = 0 }) => ttl > maxTtl);
  const wanted = `${expected}, for at most ${maxTtl} s`;
  if (long !== undefined) {
    return {
      status: 'fail',
      code: 'DNS_TTL',
      expected: wanted,
      observed: `${sourceOf(long)}: ${long.ttl} s`,
      class: 'ttl',
      hint: 'A stamp that moves is found only after that time: shorten the time to live of the record.',
    };
  }
  if (told.length > 0) return undefined;
  return {
    status: 'unknown',
    code: 'DNS_TTL_UNSEEN',
    expected: wanted,
    observed: 'nobody told a time to live',
    class: 'ttl',
    hint: 'The system resolver does not tell it; declare a resolver (topology or input resolvers).',
  };
}

function judgeAgreement(spec: NameSpec, seen: AnswersSeen, expected: string): Verdict | undefined {
  const key = ({ addresses }: Resolution): string => [...addresses].sort().join(', ');
  const others = seen.witnesses.filter((witness) => witness.error !== 'timeout');
  const different = others.find(
    (witness) => witness.error !== undefined || key(witness) !== key(seen.system),
  );
  if (different !== undefined) {
    return {
      status: 'fail',
      code: 'DNS_DISAGREE',
      expected: `${expected}, at every declared resolver`,
      observed: [seen.system, different]
        .map((one) => `${sourceOf(one)}: ${answer(spec.name, one)}`)
        .join('; '),
      class: 'disagree',
      hint:
        'Resolvers of one estate answer differently: one forwards elsewhere, is linked to other zones, or ' +
        'still holds an old answer.',
      went: { name: spec.name },
    };
  }
  const silent = seen.witnesses.find((witness) => witness.error === 'timeout');
  if (silent === undefined) return undefined;
  return {
    status: 'unknown',
    code: 'DNS_TIMEOUT',
    expected: `${expected}, at every declared resolver`,
    observed: `${sourceOf(silent)} did not answer`,
    class: 'timeout',
    hint: 'A declared resolver is down or cannot be reached from this agent; set agree: false to leave it out.',
  };
}

function judgeChain(spec: NameSpec, seen: AnswersSeen, expected: string): Verdict | undefined {
  // The operating system gives addresses only; a declared resolver is asked for the chain.
  const chain = [seen.system, ...seen.witnesses].find((one) => one.chain.length > 0)?.chain ?? [];
  if (chain.some((name) => name.split('.').includes('privatelink'))) return undefined;
  const asked = seen.system.source !== 'system' || seen.witnesses.length > 0;
  const observed = answer(spec.name, { ...seen.system, chain });
  return asked
    ? {
        status: 'fail',
        code: 'DNS_NOT_PRIVATELINK',
        expected,
        observed,
        class: 'no-private-link',
        hint:
          'The name does not lead through a privatelink zone: the resource has no private endpoint, ' +
          'or a zone of the public name hides it.',
        went: { name: spec.name },
      }
    : {
        status: 'unknown',
        code: 'DNS_CHAIN_UNSEEN',
        expected,
        observed,
        class: 'no-chain',
        hint: 'The system resolver does not tell aliases; declare a resolver (topology or input resolvers).',
      };
}

/** Whether a name has no address, of either family, at anybody. */
export function judgeAbsence(spec: NameSpec, seen: AnswersSeen): Verdict {
  const expected = `${spec.name} does not resolve`;
  const all = spec.agree
    ? [seen.system, ...seen.witnesses, ...seen.ipv6]
    : [seen.system, ...seen.ipv6.slice(0, 1)];
  const found = all.find((one) => one.addresses.length > 0);
  if (found !== undefined) {
    return {
      status: 'fail',
      code: 'DNS_RESOLVES',
      expected,
      observed: `${sourceOf(found)}: ${answer(spec.name, found)}`,
      class: 'resolves',
      hint: 'Remove the record, or unlink the zone that holds it.',
    };
  }
  const unclear = all.find((one) => one.error !== 'nxdomain' && one.error !== 'nodata');
  if (unclear?.error !== undefined) {
    const reason = unresolved(spec.name, unclear.error);
    return { expected, ...reason, status: 'unknown' };
  }
  return {
    status: 'pass',
    code: 'OK',
    expected,
    observed: `${spec.name} does not exist`,
    class: 'nxdomain',
  };
}

function sourceOf({ source }: Resolution): string {
  return source === 'system' ? 'this agent' : source;
}

function answer(name: string, { chain, addresses, error }: Resolution): string {
  return [name, ...chain, addresses.join(', ') || (error ?? 'no address')].join(' -> ');
}
