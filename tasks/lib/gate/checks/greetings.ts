import * as v from 'valibot';
import type { Check, Verdict } from '../check.ts';
import { judgeHandshake } from '../judge-handshake.ts';
import type { GreetingSeen } from '../probe.ts';
import { checkHost, judgeTarget, seeTarget } from '../target.ts';
import type { TargetSeen } from '../target.ts';
import { nameField, portField } from './fields.ts';

interface Protocol {
  readonly kind: 'postgres' | 'redis';
  readonly product: string;
  /** Where Azure's own service listens for TLS. */
  readonly port: number;
  /** A name of Azure's own service. */
  readonly example: string;
  /** What the first bytes of a server mean; undefined if they are none of its own. */
  words(said: Buffer): string | undefined;
}

interface Seen {
  readonly target: TargetSeen;
  /** One for each address. */
  readonly greetings: readonly GreetingSeen[];
}

/** A database server answers in its own protocol, inside TLS with a certificate of its name; nobody signs in. */
export function greetingCheck({ kind, product, port, example, words }: Protocol) {
  const schema = v.strictObject({ name: nameField, port: v.optional(portField, port) });
  type Spec = v.InferOutput<typeof schema>;
  const check: Check<Spec, Seen> = {
    kind,
    schema,
    reference: {
      summary: `A ${product} server greets in its own protocol, inside TLS under its name; nobody signs in.`,
      example: `name: ${example}`,
    },
    complete(spec, context) {
      checkHost(spec.name, ['name'], context);
      return spec;
    },
    target: (spec) => `${spec.name}:${spec.port}`,
    async observe(spec, probe, signal) {
      const target = await seeTarget(spec.name, probe, signal);
      const addresses = target.state === 'ready' ? target.addresses : [];
      const greetings = await Promise.all(
        addresses.map((address) => probe.greet(kind, address, spec.port, spec.name, signal)),
      );
      return { target, greetings };
    },
    judge(spec, seen) {
      const expected = `${spec.name}:${spec.port} is a ${product} server, with TLS under its name`;
      const off = judgeTarget(spec.name, expected, seen.target);
      if (off !== undefined) return off;
      for (const greeting of seen.greetings) {
        const verdict = judgeOne(spec, greeting, expected);
        if (verdict !== undefined) return verdict;
      }
      const [first] = seen.greetings;
      return {
        status: 'pass',
        code: 'OK',
        expected,
        observed: `${first?.protocol ?? 'TLS'}, ${words(Buffer.from(first?.said ?? [])) ?? ''}`,
        class: 'connected',
      };
    },
  };

  function judgeOne(spec: Spec, seen: GreetingSeen, expected: string): Verdict | undefined {
    const { class: end, said } = seen;
    const at = `${seen.address}:${spec.port}`;
    if (end === 'no-tls') {
      return {
        status: 'fail',
        code: 'GREETING_NO_TLS',
        expected,
        observed: `${at} was reached and does not encrypt`,
        class: end,
        hint: `Switch TLS on in the ${product} server, or another service listens there.`,
        final: true,
      };
    }
    const off = judgeHandshake(spec, { ...seen, class: end }, expected);
    if (off !== undefined) return off;
    if (said !== undefined && words(Buffer.from(said)) !== undefined) return undefined;
    return {
      status: 'fail',
      code: 'GREETING_UNKNOWN',
      expected,
      observed: `${at} ${said === undefined ? 'said nothing after TLS' : `does not speak the protocol of ${product}`}`,
      class: said === undefined ? 'silent' : 'other-protocol',
      hint: 'Another service listens on that port, or a proxy stands before it.',
    };
  }

  return check;
}
