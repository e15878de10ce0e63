import * as v from 'valibot';
import type { Check } from '../check.ts';
import type { HttpSeen } from '../probe.ts';
import { hostOf, judgeHttps, seeHttps, type HttpsSeen } from '../see-https.ts';
import { checkHost } from '../target.ts';
import { authorityField, httpsField } from './fields.ts';

const schema = v.strictObject({ url: httpsField, ca: v.optional(authorityField) });
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  readonly without: HttpsSeen;
  readonly with: HttpsSeen;
}

/** How servers that speak HTTP first say that a certificate is wanted: nginx with 400 and its own 495 and 496. */
const refusals = [400, 401, 403, 495, 496];

/** A URL refuses a client without a certificate, and takes one that shows the task's. */
export const mtls: Check<Spec, Seen> = {
  kind: 'mtls',
  schema,
  reference: {
    summary:
      'A client without a certificate is refused, and one with the certificate of the task is answered.',
    example: `url: https://partner.weu.example.net/`,
  },
  complete(spec, context) {
    checkHost(hostOf(spec.url), ['url'], context);
    return spec;
  },
  target: (spec) => spec.url,
  async observe(spec, probe, signal) {
    const ask = {
      url: spec.url,
      method: 'GET' as const,
      ...(spec.ca === undefined ? {} : { ca: spec.ca }),
    };
    const [without, shown] = await Promise.all([
      seeHttps(ask, probe, signal),
      seeHttps({ ...ask, showCertificate: true }, probe, signal),
    ]);
    return { without, with: shown };
  },
  judge(spec, seen) {
    const expected = `${spec.url} answers only a client that shows its certificate`;
    const open = seen.without.answers.find(
      ({ class: end, status = 0 }) => end === 'answered' && !refusals.includes(status),
    );
    if (open !== undefined) {
      return {
        status: 'fail',
        code: 'MTLS_OPEN',
        expected,
        observed: `${open.address}:${open.port} answered ${open.status} to a client without a certificate`,
        class: 'answered',
        hint: 'Make the client certificate required, not optional.',
        final: true,
      };
    }
    const off = judgeHttps(seen.with, expected);
    if (off !== undefined) {
      return off.code === 'TLS_HANDSHAKE' || off.code === 'TCP_RESET'
        ? { ...off, code: 'MTLS_REFUSED', hint: refusedHint }
        : off;
    }
    const refused = seen.with.answers.find(({ status = 0 }) => refusals.includes(status));
    if (refused !== undefined) {
      return {
        status: 'fail',
        code: 'MTLS_REFUSED',
        expected,
        observed: `${refused.address}:${refused.port} answered ${refused.status} to the certificate of the task`,
        class: `http-${refused.status}`,
        hint: refusedHint,
      };
    }
    const unclear = seen.without.answers.find((answer) => !isRefusal(answer));
    if (unclear !== undefined) {
      return {
        status: 'unknown',
        code: 'MTLS_UNPROVEN',
        expected,
        observed: `${unclear.address}:${unclear.port} answers with a certificate; without one it ended as ${unclear.class}`,
        class: unclear.class,
        hint: 'The service came and went between two requests; the next round tells.',
      };
    }
    const before = seen.without.answers.map((answer) => answer.status ?? answer.class).join(', ');
    const after = seen.with.answers.map((answer) => answer.status).join(', ');
    return {
      status: 'pass',
      code: 'OK',
      expected,
      observed: `${before} without a certificate, ${after} with it`,
      class: 'answered',
    };
  },
};

/** An alert or a reset is how a server refuses before HTTP. */
function isRefusal({ class: end, status = 0 }: HttpSeen): boolean {
  return end === 'answered' ? refusals.includes(status) : end === 'tls-alert' || end === 'reset';
}

const refusedHint =
  'The server does not trust the certificate of the task: compare its issuer with the authorities that the server takes, and its dates.';
