import * as v from 'valibot';
import type { Check, Verdict } from '../check.ts';
import { connectHint } from '../hints.ts';
import type { HandshakeSeen } from '../probe.ts';
import { judgeTarget, seeTarget } from '../target.ts';
import type { TargetSeen } from '../target.ts';
import { nameField, portField } from './fields.ts';
import { connectWords } from './tcp.ts';

const schema = v.strictObject({
  name: nameField,
  port: v.optional(portField, 443),
  minDaysLeft: v.optional(
    v.pipe(
      v.number('must be a whole number of days'),
      v.check((days) => Number.isInteger(days) && days >= 0, 'must be a whole number of days'),
    ),
  ),
  issuer: v.optional(v.string('must be a part of the name of the issuer')),
});
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  readonly target: TargetSeen;
  /** One for each address. */
  readonly handshakes: readonly HandshakeSeen[];
}

/** Each address of the name shows a trusted certificate for it. */
export const tls: Check<Spec, Seen> = {
  kind: 'tls',
  schema,
  target: (spec) => `${spec.name}:${spec.port}`,
  async observe(spec, probe, signal) {
    const target = await seeTarget(spec.name, probe, signal);
    const addresses = target.state === 'ready' ? target.addresses : [];
    const handshakes = await Promise.all(
      addresses.map((address) => probe.handshake(address, spec.port, spec.name, signal)),
    );
    return { target, handshakes };
  },
  judge(spec, seen) {
    const expected = `${spec.name}:${spec.port} shows a trusted certificate for its name`;
    const off = judgeTarget(spec.name, expected, seen.target);
    if (off !== undefined) return off;
    for (const handshake of seen.handshakes) {
      const verdict = judgeOne(spec, handshake, expected);
      if (verdict !== undefined) return verdict;
    }
    const first = seen.handshakes[0];
    const life = first?.daysLeft === undefined ? '' : `, ${Math.floor(first.daysLeft)} days left`;
    return {
      status: 'pass',
      code: 'OK',
      expected,
      observed: `${first?.protocol ?? 'TLS'} by ${first?.issuer ?? 'a trusted issuer'}${life}`,
      class: 'connected',
    };
  },
};

/** Undefined when the certificate is as it should be. */
function judgeOne(spec: Spec, seen: HandshakeSeen, expected: string): Verdict | undefined {
  const at = `${seen.address}:${spec.port}`;
  const said = seen.reason === undefined ? '' : ` (${seen.reason})`;
  switch (seen.class) {
    case 'connected':
      return judgeCertificate(spec, seen, expected);
    case 'certificate-name':
      return {
        status: 'fail',
        code: 'TLS_NAME',
        expected,
        observed: `${at} shows a certificate for ${(seen.names ?? []).join(', ') || 'other names'}`,
        class: seen.class,
        hint:
          `${seen.place.text} belongs to another resource: the record of ${spec.name} points at the wrong ` +
          'private endpoint.',
        final: true,
      };
    case 'certificate-untrusted':
      return {
        status: 'fail',
        code: 'TLS_UNTRUSTED',
        expected,
        observed: `${at} shows a certificate by ${seen.issuer ?? 'an unknown issuer'}${said}`,
        class: seen.class,
        hint:
          'An inspecting firewall signs with its own authority, or the agent lacks the authority; give the ' +
          'agent its certificate in NODE_EXTRA_CA_CERTS if that is meant to be.',
        final: true,
      };
    case 'certificate-expired':
      return {
        status: 'fail',
        code: 'TLS_EXPIRED',
        expected,
        observed: `${at} shows a certificate that is not valid today${said}`,
        class: seen.class,
        hint: "Renew it; if it is new, compare the agent's clock.",
        final: true,
      };
    case 'tls-alert':
      return {
        status: 'fail',
        code: 'TLS_HANDSHAKE',
        expected,
        observed: `${at} was reached but did not agree on TLS${said}`,
        class: seen.class,
        hint: 'The service on that port speaks no TLS, or a firewall closed the connection by its rules.',
      };
    case 'refused':
    case 'timeout':
    case 'reset':
    case 'unreachable':
    case 'unmapped': {
      const hint = connectHint(seen.class, seen);
      return {
        status: seen.class === 'unmapped' ? 'unknown' : 'fail',
        code: `TCP_${seen.class.toUpperCase()}`,
        expected,
        observed: `${at} ${connectWords[seen.class]}`,
        class: seen.class,
        ...(hint === undefined ? {} : { hint }),
      };
    }
  }
}

function judgeCertificate(spec: Spec, seen: HandshakeSeen, expected: string): Verdict | undefined {
  const at = `${seen.address}:${spec.port}`;
  const { daysLeft, issuer } = seen;
  if (spec.minDaysLeft !== undefined) {
    if (daysLeft === undefined || daysLeft < spec.minDaysLeft) {
      const left = daysLeft === undefined ? 'an unknown number of' : Math.floor(daysLeft);
      return {
        status: daysLeft === undefined ? 'unknown' : 'fail',
        code: 'TLS_EXPIRES_SOON',
        expected: `${expected}, valid for ${spec.minDaysLeft} days or more`,
        observed: `${at} shows a certificate with ${left} days left`,
        class: 'certificate-expires-soon',
        hint: 'Renew the certificate.',
        final: true,
      };
    }
  }
  const wanted = spec.issuer;
  if (wanted !== undefined && !(issuer ?? '').toLowerCase().includes(wanted.toLowerCase())) {
    return {
      status: 'fail',
      code: 'TLS_ISSUER',
      expected: `${expected}, issued by ${wanted}`,
      observed: `${at} shows a certificate by ${issuer ?? 'an unknown issuer'}`,
      class: 'certificate-issuer',
      hint: 'An inspecting firewall on the way, or another certificate than was agreed on.',
      final: true,
    };
  }
  return undefined;
}
