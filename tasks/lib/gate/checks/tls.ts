import * as v from 'valibot';
import type { Check, Verdict } from '../check.ts';
import { judgeHandshake } from '../judge-handshake.ts';
import type { HandshakeSeen } from '../probe.ts';
import { checkHost, judgeTarget, seeTarget } from '../target.ts';
import type { TargetSeen } from '../target.ts';
import { authorityField, nameField, portField } from './fields.ts';

/** Newest first; what is older than the second is refused by every agent as well. */
const versions = ['TLSv1.3', 'TLSv1.2'] as const;
/** The newest version that is too old, for each that is the oldest allowed. */
const tooOld = { 'TLSv1.3': 'TLSv1.2', 'TLSv1.2': 'TLSv1.1' } as const;

const schema = v.strictObject({
  name: nameField,
  port: v.optional(portField, 443),
  oldest: v.optional(v.picklist(versions, 'must be TLSv1.2 or TLSv1.3')),
  ca: v.optional(authorityField),
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
  /** The same, by a client that offers only versions that are too old; none unless `oldest` is given. */
  readonly old: readonly HandshakeSeen[];
}

/** Each address of the name shows a trusted certificate for it, and speaks no version that is too old. */
export const tls: Check<Spec, Seen> = {
  kind: 'tls',
  schema,
  reference: {
    summary:
      'Every address of the name shows a trusted certificate for it, and speaks no version that is too old.',
    example: `name: '{registry.loginServer}'
oldest: TLSv1.2
minDaysLeft: 30`,
  },
  complete(spec, context) {
    checkHost(spec.name, ['name'], context);
    return spec;
  },
  target: (spec) => `${spec.name}:${spec.port}`,
  async observe(spec, probe, signal) {
    const target = await seeTarget(spec.name, probe, signal);
    const addresses = target.state === 'ready' ? target.addresses : [];
    const ca = spec.ca === undefined ? {} : { ca: spec.ca };
    const shake = (how: { newest?: 'TLSv1.2' | 'TLSv1.1' }) =>
      Promise.all(
        addresses.map((address) =>
          probe.handshake(address, spec.port, spec.name, signal, { ...ca, ...how }),
        ),
      );
    const [handshakes, old] = await Promise.all([
      shake({}),
      spec.oldest === undefined ? [] : shake({ newest: tooOld[spec.oldest] }),
    ]);
    return { target, handshakes, old };
  },
  judge(spec, seen) {
    const expected = `${spec.name}:${spec.port} shows a trusted certificate for its name`;
    const off = judgeTarget(spec.name, expected, seen.target);
    if (off !== undefined) return off;
    for (const handshake of seen.handshakes) {
      const verdict =
        judgeHandshake(spec, handshake, expected) ?? judgeCertificate(spec, handshake, expected);
      if (verdict !== undefined) return verdict;
    }
    for (const handshake of seen.old) {
      const verdict = judgeOld(spec, handshake, expected);
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

/** Undefined when the server turned the old client away. */
function judgeOld(spec: Spec, seen: HandshakeSeen, expected: string): Verdict | undefined {
  if (seen.class === 'tls-alert' || seen.class === 'reset') return undefined;
  const wanted = `${expected}, and no version before ${spec.oldest ?? ''}`;
  const at = `${seen.address}:${spec.port}`;
  if (seen.protocol === undefined) {
    return {
      status: 'unknown',
      code: 'TLS_VERSION_UNPROVEN',
      expected: wanted,
      observed: `${at} took the first handshake, and the one with an old version ended as ${seen.class}`,
      class: seen.class,
      hint: 'The service came and went between two handshakes; the next round tells.',
    };
  }
  return {
    status: 'fail',
    code: 'TLS_OLD_VERSION',
    expected: wanted,
    observed: `${at} also speaks ${seen.protocol}`,
    class: 'tls-version',
    hint: `Set the minimum TLS version of the service to ${(spec.oldest ?? '').slice(4)}.`,
    final: true,
  };
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
