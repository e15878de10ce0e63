import type * as v from 'valibot';
import { LineCounter, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Pair } from 'yaml';
import { SpokelineError } from '../errors.ts';
import type { ErrorCode, ErrorDetail } from '../errors.ts';
import type { Stamp, Topology } from '../topology/model.ts';
import { nearest } from '../topology/nearest.ts';
import type { FieldPath, Kind, PreparedCheck, SpecContext } from './check.ts';
import type { Estate } from './estate.ts';
import { kinds } from './kinds.ts';
import { expand } from './placeholders.ts';
import type { Scope } from './placeholders.ts';

/** One check of a gates document, for one stamp if it is written for each. */
export interface GateCheck extends PreparedCheck {
  /** Unique; `<stamp>/<id>` for a check of a stamp. */
  readonly id: string;
  readonly kind: string;
  readonly stamp?: string;
}

export interface GateContext {
  readonly estate: Estate;
  readonly topology?: Topology;
  /** The stamps that `each: stamp` stands for. */
  readonly stamps: readonly Stamp[];
}

const entryKeys = ['id', 'kind', 'each'];

/**
 * Reads a gates document: `checks:`, a list of `{ id, kind, each?, … }`.
 *
 * @throws SpokelineError GATES_INVALID, or GATE_TARGET_FORBIDDEN when it names an address that must
 * not be probed; in both cases with every problem, its line and its column. Nothing has been probed
 * then.
 */
export function readGates(file: string, text: string, context: GateContext): GateCheck[] {
  const reader = new GatesReader(file, text, context);
  return reader.read();
}

class GatesReader {
  readonly #file: string;
  readonly #context: GateContext;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #problems = new Map<string, ErrorDetail>();

  constructor(file: string, text: string, context: GateContext) {
    this.#file = file;
    this.#context = context;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
    });
  }

  read(): GateCheck[] {
    for (const error of this.#document.errors) this.#at(error.pos[0], error.message);
    const checks = this.#problems.size === 0 ? this.#checks() : [];
    if (this.#problems.size > 0) throw this.#failure();
    return checks;
  }

  #failure(): SpokelineError {
    const details = [...this.#problems.values()].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const forbidden = details.some((detail) => detail.code === 'GATE_TARGET_FORBIDDEN');
    const code = forbidden ? 'GATE_TARGET_FORBIDDEN' : 'GATES_INVALID';
    const count = details.length === 1 ? '1 problem' : `${details.length} problems`;
    return new SpokelineError(code, `${this.#file} has ${count}; nothing was probed`, { details });
  }

  #checks(): GateCheck[] {
    let content: unknown;
    try {
      content = this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      this.#at(0, error instanceof Error ? error.message : String(error));
      return [];
    }
    if (!isPlain(content)) {
      this.#problem([], 'must be a map with the key checks');
      return [];
    }
    for (const key of Object.keys(content)) {
      if (key !== 'checks') this.#unknownKey([key], key, ['checks']);
    }
    const list = content['checks'];
    if (!Array.isArray(list) || list.length === 0) {
      this.#problem(['checks'], 'checks must be a list of at least one check');
      return [];
    }
    const checks = list.flatMap((entry: unknown, position) => this.#entry(entry, position));
    const seen = new Set<string>();
    list.forEach((entry: unknown, position) => {
      const id = isPlain(entry) ? entry['id'] : undefined;
      if (typeof id !== 'string') return;
      if (seen.has(id)) this.#problem(['checks', position, 'id'], `id ${id} is used twice`);
      seen.add(id);
    });
    return checks;
  }

  #entry(entry: unknown, position: number): GateCheck[] {
    const at: FieldPath = ['checks', position];
    if (!isPlain(entry)) {
      this.#problem(at, 'a check must be a map with id and kind');
      return [];
    }
    const { id, kind, each, ...spec } = entry;
    if (typeof id !== 'string' || !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(id)) {
      const given = id === undefined ? 'is missing' : `is ${JSON.stringify(id)}`;
      this.#problem(
        id === undefined ? at : [...at, 'id'],
        `id ${given}; it must be lower-case letters, digits and . _ - between them`,
      );
      return [];
    }
    const known = kinds.find((candidate) => candidate.kind === kind);
    if (known === undefined) {
      const names = kinds.map((candidate) => candidate.kind);
      const near = typeof kind === 'string' ? nearest(kind, names) : undefined;
      const given = kind === undefined ? 'is missing' : `${JSON.stringify(kind)} is not known`;
      const mean = near === undefined ? '' : `; did you mean ${near}?`;
      this.#problem(
        kind === undefined ? at : [...at, 'kind'],
        `${id}: kind ${given}; allowed: ${names.join(', ')}${mean}`,
      );
      return [];
    }
    if (each !== undefined && each !== 'stamp') {
      this.#problem([...at, 'each'], `${id}: each is ${JSON.stringify(each)}; allowed: stamp`);
      return [];
    }
    if (each === undefined) return this.#prepared(known, id, spec, at, undefined);
    if (this.#context.topology === undefined) {
      this.#problem([...at, 'each'], `${id}: each: stamp needs a topology`);
      return [];
    }
    return this.#context.stamps.flatMap((stamp) => this.#prepared(known, id, spec, at, stamp));
  }

  #prepared(
    kind: Kind,
    id: string,
    raw: unknown,
    at: FieldPath,
    stamp: Stamp | undefined,
  ): GateCheck[] {
    const { estate, topology } = this.#context;
    const problem: SpecContext['problem'] = (field, message, code) => {
      const name = field.filter((part) => typeof part === 'string').join('.');
      const subject = name === '' ? id : `${id}: ${name}`;
      this.#problem([...at, ...field], `${subject} ${message}`, code);
    };
    const scope: Scope = {
      ...(topology === undefined ? {} : { hub: topology.hub }),
      ...(topology?.registry === undefined ? {} : { registry: topology.registry }),
      ...(stamp === undefined ? {} : { stamp }),
    };
    let expanded = true;
    const spec = expand(raw, scope, (field, message) => {
      expanded = false;
      this.#problem([...at, ...field], `${id}: ${message}`);
    });
    // What an unknown placeholder leaves behind would only be reported a second time.
    if (!expanded) return [];
    const context: SpecContext = {
      estate,
      problem,
      ...(topology === undefined ? {} : { hub: topology.hub }),
      ...(stamp === undefined ? {} : { stamp }),
    };
    const prepared = kind.prepare(spec, context, (issues) => {
      for (const issue of issues) this.#issue(issue, id, at, kind);
    });
    if (prepared === undefined) return [];
    const { target, run } = prepared;
    return stamp === undefined
      ? [{ id, kind: kind.kind, target, run }]
      : [{ id: `${stamp.name}/${id}`, kind: kind.kind, stamp: stamp.name, target, run }];
  }

  #issue(issue: v.BaseIssue<unknown>, id: string, at: FieldPath, kind: Kind): void {
    const path = (issue.path ?? []).map((part) => part.key as string | number);
    const name = path.filter((part) => typeof part === 'string').join('.');
    const key = path.at(-1);
    if (issue.type === 'strict_object' && issue.expected === 'never' && typeof key === 'string') {
      const keys = path.length === 1 ? [...entryKeys, ...kind.keys] : ['host', 'port'];
      this.#unknownKey([...at, ...path], key, keys, `${id}: `);
    } else if (issue.type === 'strict_object' && path.length > 0 && issue.input === undefined) {
      this.#problem([...at, ...path.slice(0, -1)], `${id}: ${name} is missing`);
    } else if (issue.type === 'strict_object') {
      this.#problem([...at, ...path], `${id}: ${name} must be a map`);
    } else {
      const given = JSON.stringify(issue.input)?.slice(0, 80) ?? 'missing';
      this.#problem([...at, ...path], `${id}: ${name} is ${given}; it ${issue.message}`);
    }
  }

  #unknownKey(path: FieldPath, key: string, known: readonly string[], before = ''): void {
    const near = nearest(key, known);
    const mean = near === undefined ? '' : `; did you mean ${near}?`;
    const message = `${before}unknown key ${JSON.stringify(key)}; allowed: ${known.join(', ')}${mean}`;
    this.#at(this.#offset(path, true), message);
  }

  #problem(path: FieldPath, message: string, code?: ErrorCode): void {
    this.#at(this.#offset(path, false), message, code);
  }

  /** The same problem of several stamps is one problem of the document. */
  #at(offset: number, message: string, code: ErrorCode = 'GATES_INVALID'): void {
    const { line, col } = this.#lines.linePos(offset);
    const position = { line: Math.max(line, 1), column: Math.max(col, 1) };
    const key = `${position.line}:${position.column} ${message}`;
    this.#problems.set(key, { message, code, file: this.#file, ...position });
  }

  /** Where a value (or its key) begins; of the nearest one above it if it is not there. */
  #offset(path: FieldPath, ofKey: boolean): number {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const [depth, part] of path.entries()) {
      const pair: Pair | undefined = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && item.key.value === part)
        : undefined;
      const next: unknown = isSeq(node) ? node.items[Number(part)] : pair?.value;
      const key: unknown = pair?.key;
      const last = depth === path.length - 1;
      const place = last && ofKey && isNode(key) ? key : next;
      if (!isNode(place)) return isNode(key) && isPair(pair) ? (key.range?.[0] ?? offset) : offset;
      offset = place.range?.[0] ?? offset;
      node = next;
    }
    return offset;
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
