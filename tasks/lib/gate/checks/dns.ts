import * as v from 'valibot';
import { cidrProblem } from '../../net/cidr.ts';
import { parseServer, serverProblem, type Family } from '../../net/resolve.ts';
import type { Check, SpecContext } from '../check.ts';
import { judgeAbsence, judgeResolution, type AnswersSeen } from '../judge-resolution.ts';
import { isNetworkWord, networkNeeds, networkOf, networkWords } from '../networks.ts';
import type { NameSeen } from '../probe.ts';
import { checkHost } from '../target.ts';
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

/**
 * The name resolves, on this agent and at every declared resolver, to addresses inside the
 * networks.
 */
export const dns: Check<Spec, AnswersSeen> = {
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
    const ask = async (family: Family): Promise<NameSeen> => {
      const [seen, asked] = await Promise.all([
        probe.resolve(spec.name, signal, family),
        Promise.all(spec.servers.map((server) => probe.ask(server, spec.name, signal, family))),
      ]);
      return { ...seen, witnesses: [...seen.witnesses, ...asked] };
    };
    const [seen, ipv6] = await Promise.all([ask(4), ask(6)]);
    return {
      ...seen,
      ipv6: [ipv6.system, ...ipv6.witnesses],
      declared: probe.estate.networks,
    };
  },
  judge: (spec, seen) =>
    spec.mustNotResolve === true ? judgeAbsence(spec, seen) : judgeResolution(spec, seen),
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
