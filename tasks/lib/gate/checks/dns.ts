import * as v from 'valibot';
import { cidrProblem, contains } from '../../net/cidr.ts';
import { parseServer, serverProblem, type Resolution } from '../../net/resolve.ts';
import type { Check, SpecContext, Verdict } from '../check.ts';
import { isNetworkWord, networkNeeds, networkOf, networkWords } from '../networks.ts';
import type { NameSeen } from '../probe.ts';
import { checkHost, outsideHint, unresolved } from '../target.ts';
import { flagField, hostField, nameField, wholeField } from './fields.ts';

const schema = v.strictObject({
  name: nameField,
  within: v.optional(
    v.pipe(
      v.array(
        v.string('must be a network in CIDR notation, hub, operations or stamp'),
        'must be a list',
      ),
      v.minLength(1, 'must not be empty'),
    ),
  ),
  throughPrivateLink: v.optional(flagField),
  agree: v.optional(flagField, true),
  mustNotResolve: v.optional(flagField),
  /** Exactly these addresses, in any order. */
  equals: v.optional(v.array(hostField)),
  /** The longest time to live that any resolver may tell, in seconds. */
  maxTtl: v.optional(wholeField(0, 86_400)),
  /** Servers that are asked besides the declared resolvers, and have to agree with them. */
  servers: v.optional(
    v.array(
      v.pipe(
        v.string('must be a DNS server'),
        v.check((text) => serverProblem(text) === undefined, 'must be an address, or address:port'),
      ),
    ),
    [],
  ),
});
type Spec = v.InferOutput<typeof schema>;

interface Seen extends NameSeen {
  /** All of the estate, in CIDR notation. */
  readonly declared: readonly string[];
}

/**
 * The name resolves, on this agent and at every declared resolver, to addresses inside the
 * networks.
 */
export const dns: Check<Spec, Seen> = {
  kind: 'dns',
  schema,
  reference: {
    summary:
      'Every address of the name lies inside the networks, all resolvers agree, and the way leads through privatelink if asked for.',
    example: `each: stamp
name: '{stamp.parameters.keyVaultName}.vault.azure.net'
within: [stamp]
throughPrivateLink: true
maxTtl: 60`,
  },
  complete(spec, context) {
    const { within: where, throughPrivateLink: way, equals, maxTtl } = spec;
    if (spec.mustNotResolve === true && (where ?? way ?? equals ?? maxTtl) !== undefined) {
      context.problem(
        ['mustNotResolve'],
        'cannot stand beside within, throughPrivateLink, equals or maxTtl',
      );
    }
    for (const [place, server] of spec.servers.entries()) {
      if (context.estate.resolvers.includes(server)) continue;
      checkHost(parseServer(server).address, ['servers', place], context);
    }
    const within = spec.within?.flatMap((entry, place) => networksOf(entry, place, context));
    return { ...spec, within: within ?? [...context.estate.networks] };
  },
  target: (spec) => spec.name,
  async observe(spec, probe, signal) {
    const [seen, asked] = await Promise.all([
      probe.resolve(spec.name, signal),
      Promise.all(spec.servers.map((server) => probe.ask(server, spec.name, signal))),
    ]);
    const witnesses = [...seen.witnesses, ...asked];
    return { ...seen, witnesses, declared: probe.estate.networks };
  },
  judge: (spec, seen) =>
    spec.mustNotResolve === true ? judgeAbsence(spec, seen) : judge(spec, seen),
};

function networksOf(entry: string, place: number, context: SpecContext): readonly string[] {
  if (cidrProblem(entry) === undefined) return [entry];
  const word = isNetworkWord(entry) ? entry : undefined;
  const network = word === undefined ? undefined : networkOf(word, context);
  if (network !== undefined) return network.addressSpace;
  const reason =
    word === undefined
      ? `is ${JSON.stringify(entry)}; allowed: a network in CIDR notation, ${networkWords.join(', ')}`
      : `is ${word}, which ${networkNeeds[word]}`;
  context.problem(['within', place], reason);
  return [];
}

function judge(spec: Spec, seen: Seen): Verdict {
  const within = spec.within ?? [];
  const expected = `${spec.name} resolves into ${within.join(', ')}${
    spec.throughPrivateLink === true ? ' through privatelink' : ''
  }`;
  const { system } = seen;
  const error = system.error ?? (system.addresses.length === 0 ? 'nodata' : undefined);
  if (error !== undefined) return { expected, ...unresolved(spec.name, error) };
  return (
    judgeAddresses(spec, seen, expected) ??
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

function judgeAddresses(spec: Spec, seen: Seen, expected: string): Verdict | undefined {
  const { addresses } = seen.system;
  const inside = (cidrs: readonly string[], address: string): boolean =>
    cidrs.some((cidr) => contains(cidr, address));
  const wrong = addresses.filter((address) => !inside(spec.within ?? [], address));
  if (wrong.length === 0) return undefined;
  const elsewhere = wrong.every((address) => inside(seen.declared, address));
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

function judgeEquality(spec: Spec, seen: Seen, expected: string): Verdict | undefined {
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

function judgeTtl(spec: Spec, seen: Seen, expected: string): Verdict | undefined {
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

function judgeAgreement(spec: Spec, seen: Seen, expected: string): Verdict | undefined {
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

function judgeChain(spec: Spec, seen: Seen, expected: string): Verdict | undefined {
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

function judgeAbsence(spec: Spec, seen: Seen): Verdict {
  const expected = `${spec.name} does not resolve`;
  const all = [seen.system, ...(spec.agree ? seen.witnesses : [])];
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
