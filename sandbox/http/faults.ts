/** One fault: which requests it meets, when it fires, and what happens then. */
export interface FaultRule {
  /** Name of the server: `arm`, `entra`, `oidc`, `registry`, or a host name of an endpoint. */
  server?: string;
  method?: string;
  /** Regular expression over path and query. */
  path?: string;
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is; anything else as JSON. */
  body?: unknown;
  /** Milliseconds before the answer; alone it only delays the real answer. */
  delayMs?: number;
  /** The connection is reset without an answer. */
  reset?: boolean;
  /** The request is carried out, and the connection reset in the place of its answer. */
  lost?: boolean;
  /** How often it fires at most. */
  count?: number;
  /** How many matching requests pass first. */
  skip?: number;
  /** 0 to 1; drawn from a generator with `seed`, so that a run can be repeated. */
  probability?: number;
  seed?: number;
}

/** A rule set shared by all servers of a run: counts are per rule, not per server. */
export interface Faults {
  /** The first rule that fires for this request; asking counts as the request. */
  next(server: string, method: string, path: string): FaultRule | undefined;
  /** Adds rules behind those that exist. */
  add(...rules: FaultRule[]): void;
  /** How often a rule of this set fired so far. */
  fired(rule: FaultRule): number;
}

interface ArmedRule {
  rule: FaultRule;
  path: RegExp | undefined;
  seen: number;
  fired: number;
  random: () => number;
}

/** @throws Error that names the rule and the key, for anything that is not a rule */
export function createFaults(rules: readonly FaultRule[] = []): Faults {
  const armed = rules.map((rule, index) => arm(rule, index));
  return {
    next(server, method, path) {
      for (const candidate of armed) {
        if (matches(candidate, server, method, path) && fires(candidate)) return candidate.rule;
      }
      return undefined;
    },
    add(...more) {
      for (const rule of more) armed.push(arm(rule, armed.length));
    },
    fired: (rule) => armed.find((candidate) => candidate.rule === rule)?.fired ?? 0,
  };
}

/**
 * Reads a fault file's text: a JSON array of rules, or `{"faults": [...]}`, where other keys are for
 * others.
 * @throws Error that names the rule and the key
 */
export function parseFaults(text: string): FaultRule[] {
  const document: unknown = JSON.parse(text);
  const keyed = typeof document === 'object' && document !== null;
  const none = keyed && 'registry' in document ? [] : document;
  const list = keyed && 'faults' in document ? document.faults : none;
  if (!Array.isArray(list)) throw new Error('a fault file is a list of rules');
  return list.map((rule: unknown, index) => checkRule(rule, index));
}

const kinds: Record<keyof FaultRule, 'string' | 'number' | 'boolean' | 'object' | 'any'> = {
  server: 'string',
  method: 'string',
  path: 'string',
  status: 'number',
  headers: 'object',
  body: 'any',
  delayMs: 'number',
  reset: 'boolean',
  lost: 'boolean',
  count: 'number',
  skip: 'number',
  probability: 'number',
  seed: 'number',
};

function checkRule(rule: unknown, index: number): FaultRule {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    throw new Error(`fault ${String(index)} is not an object`);
  }
  for (const [key, value] of Object.entries(rule)) {
    if (!isRuleKey(key)) {
      throw new Error(
        `fault ${String(index)} has the unknown key '${key}'; known: ${Object.keys(kinds).join(', ')}`,
      );
    }
    const kind = kinds[key];
    if (kind !== 'any' && typeof value !== kind) {
      throw new Error(`fault ${String(index)}: '${key}' must be of type ${kind}`);
    }
  }
  return rule;
}

function isRuleKey(key: string): key is keyof FaultRule {
  return Object.hasOwn(kinds, key);
}

function arm(rule: FaultRule, index: number): ArmedRule {
  checkRule(rule, index);
  const { probability, status, delayMs, reset, lost } = rule;
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw new Error(`fault ${String(index)}: 'probability' must be from 0 to 1`);
  }
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new Error(`fault ${String(index)}: 'status' must be from 200 to 599`);
  }
  if (status === undefined && delayMs === undefined && reset !== true && lost !== true) {
    const allowed = "'status', 'delayMs', 'reset' or 'lost'";
    throw new Error(`fault ${String(index)} does nothing: give ${allowed}`);
  }
  let path: RegExp | undefined;
  try {
    path = rule.path === undefined ? undefined : new RegExp(rule.path, 'i');
  } catch {
    throw new Error(`fault ${String(index)}: 'path' is not a regular expression: ${rule.path}`);
  }
  return { rule, path, seen: 0, fired: 0, random: generator(rule.seed ?? 1) };
}

function matches(armed: ArmedRule, server: string, method: string, path: string): boolean {
  const { rule } = armed;
  if (rule.server !== undefined && rule.server.toLowerCase() !== server.toLowerCase()) return false;
  if (rule.method !== undefined && rule.method.toUpperCase() !== method.toUpperCase()) return false;
  return armed.path === undefined || armed.path.test(path);
}

function fires(armed: ArmedRule): boolean {
  const { count, skip, probability } = armed.rule;
  armed.seen += 1;
  if (armed.seen <= (skip ?? 0)) return false;
  if (count !== undefined && armed.fired >= count) return false;
  if (probability !== undefined && armed.random() >= probability) return false;
  armed.fired += 1;
  return true;
}

/** Mulberry32: small, seeded, good enough to draw faults with. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
