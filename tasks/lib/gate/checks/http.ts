import * as v from 'valibot';
import type { Check } from '../check.ts';
import { judgeAnswer } from '../judge-answer.ts';
import type { HttpSeen } from '../probe.ts';
import { hostOf, isAskable, judgeHttps, seeHttps, type HttpsSeen } from '../see-https.ts';
import { checkHost } from '../target.ts';
import { authorityField, hostField, httpsField, patternField, wholeField } from './fields.ts';

const statusField = v.pipe(
  v.union(
    [v.number(), v.array(v.number())],
    'must be a status such as 200, or a list of such numbers',
  ),
  v.transform((given) => (typeof given === 'number' ? [given] : given)),
  v.check(
    (list) =>
      list.length > 0 && list.every((one) => Number.isInteger(one) && one >= 100 && one <= 599),
    'must be a status such as 200, or a list of such numbers',
  ),
);

const schema = v.strictObject({
  url: httpsField,
  /** Dialled instead of what the host resolves to; Host header and SNI stay those of the URL. */
  address: v.optional(hostField),
  method: v.optional(v.picklist(['GET', 'HEAD'], 'must be GET or HEAD'), 'GET'),
  status: v.optional(statusField, 200),
  headers: v.optional(v.record(v.string(), patternField, 'must be a map of patterns')),
  location: v.optional(patternField),
  body: v.optional(patternField),
  json: v.optional(v.record(v.string(), v.unknown(), 'must be a map of paths and values')),
  maxMs: v.optional(wholeField(1, 60_000)),
  warmUp: v.optional(wholeField(0, 20), 0),
  follow: v.optional(wholeField(0, 5), 0),
  ca: v.optional(authorityField),
});
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  /** The URL of the specification, then each target of a redirect that was followed. */
  readonly hops: readonly HttpsSeen[];
}

/** A URL answers with this status, these headers, this body, in this time. */
export const http: Check<Spec, Seen> = {
  kind: 'http',
  schema,
  reference: {
    summary: 'The URL answers with this status, these headers and this body, in this time.',
    example: `url: https://app.weu.example.net/health
status: 200
json: { status: ready }
maxMs: 500
warmUp: 3`,
  },
  complete(spec, context) {
    checkHost(hostOf(spec.url), ['url'], context);
    if (spec.address !== undefined) checkHost(spec.address, ['address'], context);
    return spec;
  },
  target: (spec) => (spec.address === undefined ? spec.url : `${spec.url} at ${spec.address}`),
  async observe(spec, probe, signal) {
    const ask = (url: string) => ({
      ...{ url, method: spec.method },
      ...(spec.ca === undefined ? {} : { ca: spec.ca }),
    });
    for (let round = 0; round < spec.warmUp; round += 1) {
      const { answers } = await seeHttps(ask(spec.url), probe, signal, spec.address);
      // What does not answer yet is told by the request that counts, and not waited for again and again.
      if (!answers.some(({ class: end }) => end === 'answered')) break;
    }
    const hops = [await seeHttps(ask(spec.url), probe, signal, spec.address)];
    for (let hop = 0; hop < spec.follow; hop += 1) {
      const next = redirectOf(hops.at(-1));
      if (next === undefined) break;
      // Resolved and judged like the first one: a redirect must not lead where a document may not.
      hops.push(await seeHttps(ask(next), probe, signal));
    }
    return { hops };
  },
  judge(spec, seen) {
    const { status, headers, location, body, json, maxMs, method } = spec;
    const expected = `${method} ${http.target(spec)} answers ${status.join(' or ')}`;
    for (const hop of seen.hops) {
      const off = judgeHttps(hop, expected);
      if (off !== undefined) return off;
    }
    const last = seen.hops.at(-1)?.answers ?? [];
    for (const answer of last) {
      const wanted = { status, headers, location, body, json, maxMs };
      const verdict = judgeAnswer(wanted, answer, expected);
      if (verdict !== undefined) return verdict;
    }
    const slowest = Math.max(...last.map(({ ms }) => ms));
    return {
      status: 'pass',
      code: 'OK',
      expected,
      observed: `${last.map((answer) => answer.status).join(', ')} in ${slowest} ms`,
      class: 'answered',
    };
  },
};

/**
 * Where all addresses redirect to. Undefined when one of them does not, or elsewhere: what they answered then counts
 * as it is.
 */
function redirectOf(hop: HttpsSeen | undefined): string | undefined {
  if (hop === undefined) return undefined;
  const targets = new Set(hop.answers.map((answer) => targetOf(answer, hop.url)));
  const [target] = targets;
  return targets.size === 1 ? target : undefined;
}

function targetOf({ status = 0, headers }: HttpSeen, url: string): string | undefined {
  const location = headers?.['location'];
  if (typeof location !== 'string' || status < 300 || status > 399) return undefined;
  const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
  return next !== undefined && isAskable(next) ? next.href : undefined;
}
