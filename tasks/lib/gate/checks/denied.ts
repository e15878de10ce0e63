import * as v from 'valibot';
import type { Check, Verdict } from '../check.ts';
import { isAddress } from '../estate.ts';
import { connectHint, connectWords, wentTo } from '../hints.ts';
import type { ConnectClass, ConnectSeen, HttpSeen, Probe } from '../probe.ts';
import { checkHost, judgeTarget, seeTarget } from '../target.ts';
import type { TargetSeen } from '../target.ts';
import { hostField, portField } from './fields.ts';

const states = ['dropped', 'refused', 'reset', 'http-403', 'any'] as const;
const stateWords = 'must be dropped, refused, reset, http-403 or any';

const schema = v.strictObject({
  host: hostField,
  port: portField,
  /** Needed where silence may be the end. */
  control: v.optional(v.strictObject({ host: hostField, port: portField })),
  state: v.optional(v.picklist(states, stateWords), 'dropped'),
  /** What is asked for with `http-403`. */
  path: v.optional(
    v.pipe(
      v.string('must be a path that begins with /'),
      v.regex(/^\/[^\s#]*$/, 'must be a path that begins with /'),
    ),
  ),
});
type Spec = v.InferOutput<typeof schema>;

/** How a look at one address ended; as far as a connection, a handshake or a request, as the state asks for. */
type EndSeen = Pick<ConnectSeen, 'address' | 'port' | 'place'> &
  Pick<HttpSeen, 'status'> & { readonly class: HttpSeen['class'] | ConnectClass };

interface Seen {
  readonly target: TargetSeen;
  readonly ends: readonly EndSeen[];
  /**
   * A target that must answer: without it a time-out may only mean that this agent has no network.
   */
  readonly control?: { readonly target: TargetSeen; readonly ends: readonly ConnectSeen[] };
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
    if (spec.control !== undefined) {
      checkHost(spec.control.host, ['control', 'host'], context);
    } else if (spec.state === 'dropped' || spec.state === 'any') {
      context.problem(['control'], `is needed with state: ${spec.state}`);
    }
    if (spec.path !== undefined && spec.state !== 'http-403') {
      context.problem(['path'], 'is only for state: http-403');
    }
    return spec;
  },
  target: (spec) => `${spec.host}:${spec.port}`,
  async observe(spec, probe, signal) {
    const target = await seeTarget(spec.host, probe, signal);
    const ends = await Promise.all(
      addressesOf(target).map((address) => lookAt(address, spec, probe, signal)),
    );
    if (spec.control === undefined) return { target, ends };
    // Afterwards, so that a network which went away during the time-out does not pass for a drop.
    const { host, port } = spec.control;
    const control = await seeTarget(host, probe, signal);
    const answers = await Promise.all(
      addressesOf(control).map((address) => probe.connect(address, port, signal)),
    );
    return { target, ends, control: { target: control, ends: answers } };
  },
  judge(spec, seen) {
    const way = {
      dropped: 'is dropped',
      refused: 'is refused',
      reset: 'is broken off',
      'http-403': 'answers 403',
      any: 'is not reachable',
    }[spec.state];
    const expected = `${spec.host}:${spec.port} ${way} from this agent`;
    const off = judgeTarget(spec.host, expected, seen.target);
    if (off !== undefined) {
      // Not having found the target does not prove that it is closed.
      return seen.target.state === 'unresolved' ? { ...off, status: 'unknown' } : off;
    }
    const verdicts = seen.ends.map((end) => judgeOne(spec, end, expected));
    // An open way comes before one that is closed in another way than was asked for.
    const open = verdicts.find((one) => one?.code === 'DENIED_REACHABLE');
    const verdict = open ?? verdicts.find((one) => one !== undefined);
    if (verdict !== undefined) {
      // Silence says nothing of any state while the control is silent, too.
      const doubt = verdict.code === 'DENIED_DROPPED' && judgeControl(spec, seen, verdict);
      return doubt || verdict;
    }
    const observed = seen.ends.map((end) => `${end.address} ${wordsOf(end)}`).join(', ');
    const common = { expected, observed, class: classOf(seen.ends[0]) };
    const unproven = judgeControl(spec, seen, common);
    if (unproven !== undefined) return unproven;
    const { control } = spec;
    const proof =
      control === undefined ? '' : `; the control ${control.host}:${control.port} answered`;
    return { ...common, status: 'pass', code: 'OK', observed: `${observed}${proof}` };
  },
};

function addressesOf(target: TargetSeen): readonly string[] {
  return target.state === 'ready' ? target.addresses : [];
}

/** What breaks a connection off, or answers 403, does so only after it was accepted. */
async function lookAt(
  address: string,
  { host, port, state, path = '/' }: Spec,
  probe: Probe,
  signal: AbortSignal,
): Promise<EndSeen> {
  switch (state) {
    case 'reset':
      return probe.handshake(address, port, isAddress(host) ? '' : host, signal);
    case 'http-403': {
      return probe.request(
        address,
        { url: `https://${host}:${port}${path}`, method: 'GET' },
        signal,
      );
    }
    default:
      return probe.connect(address, port, signal);
  }
}

/** Undefined when this address is closed in the way that was asked for. */
function judgeOne(spec: Spec, seen: EndSeen, expected: string): Verdict | undefined {
  const { state } = spec;
  const observed = `${seen.address}:${spec.port} ${wordsOf(seen)}`;
  const common = { expected, observed, class: classOf(seen), went: wentTo(spec.host, seen) };
  const hint = isUnconnected(seen.class) ? (connectHint(seen.class, seen) ?? '') : '';
  switch (seen.class) {
    case 'unmapped':
      return { ...common, status: 'unknown', code: 'TCP_UNMAPPED', hint };
    case 'unreachable':
      // An answer of the agent's own network, not of the estate.
      return { ...common, status: 'unknown', code: 'TCP_UNREACHABLE', hint };
    case 'reset':
      return state === 'any' || state === 'reset'
        ? undefined
        : { ...common, status: 'fail', code: 'DENIED_RESET', hint };
    case 'refused':
      if (state === 'refused' || state === 'any') return undefined;
      return {
        ...common,
        status: 'fail',
        code: 'DENIED_REFUSED',
        hint:
          `${seen.place.text} answered, so nothing on the way drops the traffic: it is closed only as long ` +
          'as nothing listens there. Use state: any if that is enough.',
      };
    case 'timeout':
      if (state === 'dropped' || state === 'any') return undefined;
      return {
        ...common,
        status: 'fail',
        code: 'DENIED_DROPPED',
        hint: 'The traffic is dropped on the way, not refused by the target; use state: dropped.',
      };
    default:
      if (state === 'http-403' && seen.status === 403) return undefined;
      return {
        ...common,
        status: 'fail',
        code: 'DENIED_REACHABLE',
        hint:
          `Nothing on the way to ${seen.place.text} forbids TCP ${spec.port}: look at its ` +
          "security group, the one of the agent's subnet, and the firewall's rules.",
      };
  }
}

function isUnconnected(end: EndSeen['class']): end is Exclude<ConnectClass, 'connected'> {
  return end !== 'connected' && end in connectWords;
}

function wordsOf({ class: end, status }: EndSeen): string {
  if (end === 'answered') return `answered ${status ?? 'without a status'}`;
  if (end in connectWords) return connectWords[end as ConnectClass];
  return `accepted the connection (${end})`;
}

function classOf(seen: EndSeen | undefined): string {
  return seen?.class === 'answered' ? `http-${seen.status}` : (seen?.class ?? 'timeout');
}

/** Undefined when the control answered, or none is needed. */
function judgeControl(
  { control: asked }: Spec,
  { control: seen }: Seen,
  { expected, observed }: Pick<Verdict, 'expected' | 'observed'>,
): Verdict | undefined {
  if (asked === undefined || seen === undefined) return undefined;
  const bad = seen.ends.find((one) => one.class !== 'connected');
  if (seen.target.state === 'ready' && bad === undefined) return undefined;
  const why =
    bad === undefined ? 'could not be looked up inside the networks' : connectWords[bad.class];
  return {
    status: 'unknown',
    code: 'DENIED_UNPROVEN',
    expected,
    observed: `${observed}; the control ${asked.host}:${asked.port} ${why}`,
    class: 'control-failed',
    went: bad === undefined ? { name: asked.host } : wentTo(asked.host, bad),
    hint: 'As long as the control does not answer, silence may only mean that this agent has no network.',
  };
}
