import * as v from 'valibot';
import type { Check } from '../check.ts';
import type { OutsideSeen } from '../probe.ts';
import { nameField } from './fields.ts';

const schema = v.strictObject({
  name: nameField,
  state: v.picklist(['allowed', 'denied'], 'must be allowed or denied'),
  /** A name that is allowed and answers meanwhile, so that silence is proven to be a denial. */
  control: v.optional(nameField),
});
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  readonly name: OutsideSeen;
  readonly control?: OutsideSeen;
}

/**
 * A name outside the estate that the topology declares under `hub.egress` is reached from this agent over
 * TLS on 443, or is not.
 */
export const egress: Check<Spec, Seen> = {
  kind: 'egress',
  schema,
  reference: {
    summary:
      'A name outside the estate that the topology declares is reached from this agent, or is not.',
    example: `name: example.com
state: denied
control: mcr.microsoft.com`,
  },
  complete(spec, { hub, problem }) {
    const { allowed = [], denied = [] } = hub?.egress ?? {};
    for (const field of ['name', 'control'] as const) {
      const name = spec[field];
      if (name !== undefined && ![...allowed, ...denied].includes(name)) {
        problem(
          [field],
          `${name} is not declared in hub.egress of the topology`,
          'GATE_TARGET_FORBIDDEN',
        );
      }
    }
    if (spec.state === 'denied' && spec.control === undefined) {
      problem(['control'], 'is needed with state: denied');
    }
    return spec;
  },
  target: (spec) => `${spec.name}:443`,
  async observe(spec, probe, signal) {
    const name = await probe.outside(spec.name, signal);
    // Afterwards, so that a network which went away meanwhile does not pass for a denial.
    const { control } = spec;
    return control === undefined
      ? { name }
      : { name, control: await probe.outside(control, signal) };
  },
  judge(spec, { name: seen, control }) {
    const expected = `${spec.name}:443 ${spec.state === 'allowed' ? 'can' : 'cannot'} be reached from this agent`;
    const observed = `${spec.name} ${words(seen)}`;
    const went = { name: spec.name, ...(seen.address && { address: seen.address, port: 443 }) };
    const common = { expected, observed, class: seen.class, went };
    if (seen.class === 'forbidden') {
      return {
        ...common,
        status: 'fail',
        code: 'GATE_TARGET_FORBIDDEN',
        hint: 'It serves the platform itself and is never probed.',
      };
    }
    if (seen.class === 'unmapped') {
      const hint = 'Add 443 to the ports of the loopback overlay; nothing was probed.';
      return { ...common, status: 'unknown', code: 'TCP_UNMAPPED', hint };
    }
    if (spec.state === 'allowed') {
      if (seen.class === 'connected') return { ...common, status: 'pass', code: 'OK' };
      return { ...common, status: 'fail', code: 'EGRESS_CLOSED', hint: closedHint(spec.name) };
    }
    if (seen.class === 'connected' || seen.class.startsWith('certificate-')) {
      return {
        ...common,
        status: 'fail',
        code: 'EGRESS_OPEN',
        hint: "Nothing on the way denies it: look at the firewall's rules and the default route of the agent's subnet.",
      };
    }
    const hint = unclearHint(seen);
    if (hint !== undefined) return { ...common, status: 'unknown', code: 'EGRESS_UNCLEAR', hint };
    if (control?.class !== 'connected') {
      return {
        ...common,
        status: 'unknown',
        code: 'DENIED_UNPROVEN',
        observed: `${observed}; the control ${spec.control ?? ''} ${control === undefined ? 'was not asked' : words(control)}`,
        class: 'control-failed',
        hint: 'As long as the control does not answer, silence may only mean that this agent has no network.',
      };
    }
    return { ...common, status: 'pass', code: 'OK' };
  },
};

function words({ class: end, address }: OutsideSeen): string {
  const at = address === undefined ? '' : ` at ${address}`;
  return end === 'connected' ? `answers${at}` : `ends as ${end}${at}`;
}

/** Why an end does not show a denial; undefined if it does, as far as the control answers. */
function unclearHint({ class: end, address }: OutsideSeen): string | undefined {
  if (end === 'silent' || end === 'tls-alert') {
    return 'Somebody took the connection: the firewall, which then let nothing through, or the server itself.';
  }
  if (address !== undefined || end === 'nxdomain' || end === 'nodata') return undefined;
  return 'Its name could not be resolved, so that no connection was tried.';
}

function closedHint(name: string): string {
  return (
    `Allow ${name} in the firewall's application rules, or look at the DNS of this agent; a firewall that ` +
    'inspects TLS shows its own certificate.'
  );
}
