import * as v from 'valibot';
import type { Check, Verdict } from '../check.ts';
import { connectHint, connectWords, wentTo } from '../hints.ts';
import type { ConnectSeen } from '../probe.ts';
import { checkHost, judgeTarget, seeTarget } from '../target.ts';
import type { TargetSeen } from '../target.ts';
import { hostField, portField } from './fields.ts';

const schema = v.strictObject({
  host: hostField,
  port: portField,
  control: v.strictObject({ host: hostField, port: portField }),
  state: v.optional(
    v.picklist(['dropped', 'refused', 'any'], 'must be dropped, refused or any'),
    'dropped',
  ),
});
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  readonly target: TargetSeen;
  readonly connections: readonly ConnectSeen[];
  /**
   * A target that must answer: without it a time-out may only mean that this agent has no network.
   */
  readonly control: TargetSeen;
  readonly controls: readonly ConnectSeen[];
}

/**
 * The host cannot be reached from here; a drop is proven by a control target that answers
 * meanwhile.
 */
export const denied: Check<Spec, Seen> = {
  kind: 'denied',
  schema,
  reference: {
    summary:
      'Nothing answers there while the control does, so that silence is proven to be a drop.',
    example: `host: 10.1.2.5
port: 22
control: { host: 10.1.2.5, port: 443 }`,
  },
  complete(spec, context) {
    checkHost(spec.host, ['host'], context);
    checkHost(spec.control.host, ['control', 'host'], context);
    return spec;
  },
  target: (spec) => `${spec.host}:${spec.port}`,
  async observe(spec, probe, signal) {
    const look = async (host: string, port: number) => {
      const target = await seeTarget(host, probe, signal);
      const addresses = target.state === 'ready' ? target.addresses : [];
      const connections = await Promise.all(
        addresses.map((address) => probe.connect(address, port, signal)),
      );
      return { target, connections };
    };
    const seen = await look(spec.host, spec.port);
    // Afterwards, so that a network which went away during the time-out does not pass for a drop.
    const control = await look(spec.control.host, spec.control.port);
    return { ...seen, control: control.target, controls: control.connections };
  },
  judge(spec, seen) {
    const way = { dropped: 'is dropped', refused: 'is refused', any: 'is not reachable' }[
      spec.state
    ];
    const expected = `${spec.host}:${spec.port} ${way} from this agent`;
    const off = judgeTarget(spec.host, expected, seen.target);
    if (off !== undefined) {
      // Not having found the target does not prove that it is closed.
      return seen.target.state === 'unresolved' ? { ...off, status: 'unknown' } : off;
    }
    const reached = seen.connections.find((one) => one.class === 'connected');
    if (reached !== undefined) {
      return {
        status: 'fail',
        code: 'DENIED_REACHABLE',
        expected,
        observed: `${reached.address}:${spec.port} accepted the connection`,
        class: 'connected',
        hint:
          `Nothing on the way to ${reached.place.text} forbids TCP ${spec.port}: look at its ` +
          "security group, the one of the agent's subnet, and the firewall's rules.",
        went: wentTo(spec.host, reached),
      };
    }
    for (const connection of seen.connections) {
      const verdict = judgeOne(spec, connection, seen, expected);
      if (verdict !== undefined) return verdict;
    }
    const shown = seen.connections.map((one) => `${one.address} ${connectWords[one.class]}`);
    return {
      status: 'pass',
      code: 'OK',
      expected,
      observed: `${shown.join(', ')}; the control ${spec.control.host}:${spec.control.port} answered`,
      class: seen.connections[0]?.class ?? 'timeout',
    };
  },
};

/** Undefined when this address is closed in the way that was asked for. */
function judgeOne(
  spec: Spec,
  seen: ConnectSeen,
  { control, controls }: Pick<Seen, 'control' | 'controls'>,
  expected: string,
): Verdict | undefined {
  const observed = `${seen.address}:${spec.port} ${connectWords[seen.class]}`;
  const went = wentTo(spec.host, seen);
  const common = { expected, observed, class: seen.class, went };
  const hint = connectHint(seen.class, seen) ?? '';
  switch (seen.class) {
    case 'connected':
      return undefined;
    case 'unmapped':
      return { ...common, status: 'unknown', code: 'TCP_UNMAPPED', hint };
    case 'unreachable':
      // An answer of the agent's own network, not of the estate.
      return { ...common, status: 'unknown', code: 'TCP_UNREACHABLE', hint };
    case 'reset':
      return spec.state === 'any'
        ? undefined
        : { ...common, status: 'fail', code: 'DENIED_RESET', hint };
    case 'refused':
      if (spec.state !== 'dropped') return judgeControl(spec, control, controls, common);
      return {
        ...common,
        status: 'fail',
        code: 'DENIED_REFUSED',
        hint:
          `${seen.place.text} answered, so nothing on the way drops the traffic: it is closed only as long ` +
          'as nothing listens there. Use state: any if that is enough.',
      };
    case 'timeout':
      if (spec.state !== 'refused') return judgeControl(spec, control, controls, common);
      return {
        ...common,
        status: 'fail',
        code: 'DENIED_DROPPED',
        hint: 'The traffic is dropped on the way, not refused by the target; use state: dropped.',
      };
  }
}

/** Undefined when the control answered. */
function judgeControl(
  spec: Spec,
  control: TargetSeen,
  controls: readonly ConnectSeen[],
  common: Pick<Verdict, 'expected' | 'observed' | 'class'>,
): Verdict | undefined {
  const name = `${spec.control.host}:${spec.control.port}`;
  const bad = controls.find((one) => one.class !== 'connected');
  if (control.state === 'ready' && bad === undefined) return undefined;
  const why =
    bad === undefined ? 'could not be looked up inside the networks' : connectWords[bad.class];
  return {
    ...common,
    status: 'unknown',
    code: 'DENIED_UNPROVEN',
    observed: `${common.observed}; the control ${name} ${why}`,
    class: 'control-failed',
    went: bad === undefined ? { name: spec.control.host } : wentTo(spec.control.host, bad),
    hint: 'As long as the control does not answer, silence may only mean that this agent has no network.',
  };
}
