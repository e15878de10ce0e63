import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from './check.ts';
import { matches } from './pattern.ts';
import type { HttpSeen } from './probe.ts';

/** What an HTTP answer has to be like; what is undefined does not matter. */
export interface AnswerWanted {
  readonly status: readonly number[];
  /** Names and patterns. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Pattern of the redirect's target. */
  readonly location?: string | undefined;
  /** Pattern. */
  readonly body?: string | undefined;
  /** Dotted paths and values, for example `checks.0.state: ready`. */
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly maxMs?: number | undefined;
}

/** Why an HTTP answer is not as wanted; undefined if it is. */
export function judgeAnswer(
  wanted: AnswerWanted,
  seen: HttpSeen,
  expected: string,
): Verdict | undefined {
  const status = seen.status ?? 0;
  if (!wanted.status.includes(status)) {
    const hint = statusHint(status);
    return {
      status: 'fail',
      code: 'HTTP_STATUS',
      expected,
      observed: `${seen.address}:${seen.port} answered ${status}`,
      class: `http-${status}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  const headers = { ...wanted.headers, ...(wanted.location && { location: wanted.location }) };
  for (const [name, pattern] of Object.entries(headers)) {
    const given = [seen.headers?.[name.toLowerCase()]].flat().join(', ');
    const verdict = judgeText(pattern, given, `header ${name}`, expected, {
      code: name === 'location' ? 'HTTP_LOCATION' : 'HTTP_HEADER',
      // A header may hold a token; only that it is another one is told, apart from where a redirect leads.
      observed: name === 'location' && given !== '' ? shownLocation(given) : undefined,
    });
    if (verdict !== undefined) return verdict;
  }
  return judgeBody(wanted, seen, expected) ?? judgeTime(wanted, seen, expected);
}

function judgeBody(wanted: AnswerWanted, seen: HttpSeen, expected: string): Verdict | undefined {
  if (wanted.body === undefined && wanted.json === undefined) return undefined;
  if (seen.body === undefined) {
    return {
      status: 'unknown',
      code: 'HTTP_BODY_TOO_LONG',
      expected,
      observed: 'the body is too long to be looked at',
      class: 'body',
      hint: 'Ask for a page that is made for health checks.',
    };
  }
  if (wanted.body !== undefined) {
    const verdict = judgeText(wanted.body, seen.body, 'body', expected, { code: 'HTTP_BODY' });
    if (verdict !== undefined) return verdict;
  }
  for (const [path, value] of Object.entries(wanted.json ?? {})) {
    const found = at(seen.body, path);
    if (found !== undefined && isDeepStrictEqual(found, value)) continue;
    return {
      status: 'fail',
      code: 'HTTP_JSON',
      expected: `${expected}, with ${path} ${JSON.stringify(value)} in its body`,
      observed: found === undefined ? `the body has no ${path}` : `${path} has another value`,
      class: 'body',
    };
  }
  return undefined;
}

function judgeTime(wanted: AnswerWanted, seen: HttpSeen, expected: string): Verdict | undefined {
  if (wanted.maxMs === undefined || seen.ms <= wanted.maxMs) return undefined;
  return {
    status: 'fail',
    code: 'HTTP_SLOW',
    expected: `${expected} within ${wanted.maxMs} ms`,
    observed: `${seen.address}:${seen.port} took ${seen.ms} ms`,
    class: 'slow',
    hint: 'The first requests after a deployment are slow: use warmUp to make some before this one.',
  };
}

function judgeText(
  pattern: string,
  text: string,
  what: string,
  expected: string,
  found: { code: string; observed?: string | undefined },
): Verdict | undefined {
  const matched = matches(pattern, text);
  if (matched === true) return undefined;
  return {
    status: matched === undefined ? 'unknown' : 'fail',
    code: matched === undefined ? 'HTTP_PATTERN_SLOW' : found.code,
    expected: `${expected}, with ${what} like /${pattern}/`,
    observed:
      found.observed ??
      (text === ''
        ? `there is no ${what}`
        : `the ${what} ${matched === undefined ? 'takes too long to match' : 'does not match'}`),
    class: what.split(' ')[0] ?? what,
    ...(matched === undefined ? { hint: 'Write the pattern without nested repetition.' } : {}),
  };
}

/** The target of a redirect without what may hold a token or a signature: user, query and fragment. */
function shownLocation(location: string): string {
  const bare = location
    .replace(/[?#].*$/s, '')
    .replace(/^((?:[a-z][a-z0-9+.-]*:)?\/\/)[^/]*@/i, '$1');
  return `location ${bare.slice(0, 200)}${bare === location ? '' : ', shortened'}`;
}

/** The value at a dotted path of a JSON text; undefined where there is none, or no JSON. */
function at(text: string, path: string): unknown {
  let current: unknown;
  try {
    current = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key))
      return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function statusHint(status: number): string | undefined {
  if (status === 403) {
    return "The service's own firewall refuses this agent, or the public path was used: look at its public network access and its private endpoint.";
  }
  if (status === 470) return 'An Azure Firewall application rule does not allow this name.';
  if (status >= 500) return 'The service, or a gateway before it, is not ready.';
  if (status >= 300 && status < 400)
    return 'A redirect: give its status and location, or let follow go after it.';
  return undefined;
}
