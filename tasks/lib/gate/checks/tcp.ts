import * as v from 'valibot';
import type { Check } from '../check.ts';
import { judgeConnection } from '../hints.ts';
import type { ConnectSeen } from '../probe.ts';
import { checkHost, judgeTarget, seeTarget } from '../target.ts';
import type { TargetSeen } from '../target.ts';
import { hostField, portField } from './fields.ts';

const schema = v.strictObject({ host: hostField, port: portField });
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  readonly target: TargetSeen;
  /** One for each address. */
  readonly connections: readonly ConnectSeen[];
}

/** Connecting to every address of the host succeeds. */
export const tcp: Check<Spec, Seen> = {
  kind: 'tcp',
  schema,
  reference: {
    summary: 'A connection to every address of the host is accepted.',
    example: `host: 10.1.2.5
port: 443`,
  },
  complete(spec, context) {
    checkHost(spec.host, ['host'], context);
    return spec;
  },
  target: (spec) => `${spec.host}:${spec.port}`,
  async observe(spec, probe, signal) {
    const target = await seeTarget(spec.host, probe, signal);
    const addresses = target.state === 'ready' ? target.addresses : [];
    const connections = await Promise.all(
      addresses.map((address) => probe.connect(address, spec.port, signal)),
    );
    return { target, connections };
  },
  judge(spec, seen) {
    const expected = `${spec.host}:${spec.port} accepts connections`;
    const off = judgeTarget(spec.host, expected, seen.target);
    if (off !== undefined) return off;
    for (const connection of seen.connections) {
      const verdict = judgeConnection(spec.host, connection, expected);
      if (verdict !== undefined) return verdict;
    }
    const where = seen.connections.map(({ address, ms }) => `${address} in ${Math.round(ms)} ms`);
    return {
      status: 'pass',
      code: 'OK',
      expected,
      observed: `connected to ${where.join(', ')}`,
      class: 'connected',
    };
  },
};
