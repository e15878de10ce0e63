import type * as v from 'valibot';
import type { Stamp } from '../topology/model.ts';
import { nearest } from '../topology/nearest.ts';
import type { Field, FieldPath, Kind, SpecContext } from './check.ts';
import { finished, prepareDerived, specContext } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';
import { kinds } from './kinds.ts';
import { expand } from './placeholders.ts';
import type { Scope } from './placeholders.ts';
import { isPlain, ProblemDocument } from './problems.ts';
import { sets, type CheckSet } from './sets.ts';
import { readWaivers, waive } from './waivers.ts';

const documentKeys = ['checks', 'waivers'];
const entryKeys = ['id', 'kind', 'each', 'severity'];

/**
 * Reads a gates document: `checks:`, a list of `{ id, kind, each?, severity?, … }`, and `waivers:`.
 *
 * @throws SpokelineError GATES_INVALID, or GATE_TARGET_FORBIDDEN when it names an address that must
 * not be probed; in both cases with every problem, its line and its column. Nothing has been probed
 * then.
 */
export function readGates(file: string, text: string, context: GateContext): GateCheck[] {
  const document = new ProblemDocument(file, text);
  const checks = document.ok ? new GatesReader(document, context).read() : [];
  if (!document.ok) throw document.failure();
  return checks;
}

/** One entry of the list, as far as it is the same for every kind. */
interface Entry {
  readonly id: string;
  readonly at: FieldPath;
  readonly stamp: Stamp | undefined;
  readonly severity: 'warning' | undefined;
}

class GatesReader {
  readonly #document: ProblemDocument;
  readonly #context: GateContext;

  constructor(document: ProblemDocument, context: GateContext) {
    this.#document = document;
    this.#context = context;
  }

  read(): GateCheck[] {
    const content = this.#document.content();
    if (!this.#document.ok) return [];
    if (!isPlain(content)) {
      this.#document.problem([], 'must be a map with the key checks');
      return [];
    }
    for (const key of Object.keys(content)) {
      if (!documentKeys.includes(key)) this.#document.unknownKey([key], key, documentKeys);
    }
    const waivers = readWaivers(content['waivers'], this.#document);
    const list = content['checks'];
    if (!Array.isArray(list) || list.length === 0) {
      this.#document.problem(['checks'], 'checks must be a list of at least one check');
      return [];
    }
    const written = list.flatMap((entry: unknown, position) =>
      this.#entry(entry, position).map((check) => ({ check, position })),
    );
    this.#findTwice(list, written);
    const named = new Set(written.map(({ check }) => check.id));
    const derived = prepareDerived(this.#context).filter(({ id }) => !named.has(id));
    const checks = [...written.map(({ check }) => check), ...derived];
    return waive(checks, waivers, this.#context, this.#document);
  }

  /** An id of an entry, and one of a part of a set, which may be that of another entry. */
  #findTwice(
    list: readonly unknown[],
    written: readonly { readonly check: GateCheck; readonly position: number }[],
  ): void {
    const entries = list.flatMap((entry, position) =>
      isPlain(entry) && typeof entry['id'] === 'string' ? { id: entry['id'], position } : [],
    );
    const parts = written.map(({ check, position }) => ({ id: check.id, position }));
    for (const ids of [entries, parts]) {
      const seen = new Set<string>();
      for (const { id, position } of ids) {
        if (seen.has(id)) {
          // Ids that are the same for several stamps are one problem, told without the stamp.
          const own = id.slice(id.indexOf('/') + 1);
          this.#document.problem(['checks', position, 'id'], `id ${own} is used twice`);
        }
        seen.add(id);
      }
    }
  }

  #entry(entry: unknown, position: number): GateCheck[] {
    const document = this.#document;
    const at: FieldPath = ['checks', position];
    if (!isPlain(entry)) {
      document.problem(at, 'a check must be a map with id and kind');
      return [];
    }
    const { id, kind, each, severity, ...spec } = entry;
    if (typeof id !== 'string' || !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(id)) {
      const given = id === undefined ? 'is missing' : `is ${JSON.stringify(id)}`;
      document.problem(
        id === undefined ? at : [...at, 'id'],
        `id ${given}; it must be lower-case letters, digits and . _ - between them`,
      );
      return [];
    }
    const known = kinds.find((one) => one.kind === kind) ?? sets.find((one) => one.kind === kind);
    if (known === undefined) {
      const names = [...kinds, ...sets].map((candidate) => candidate.kind);
      const near = typeof kind === 'string' ? nearest(kind, names) : undefined;
      const given = kind === undefined ? 'is missing' : `${JSON.stringify(kind)} is not known`;
      const mean = near === undefined ? '' : `; did you mean ${near}?`;
      document.problem(
        kind === undefined ? at : [...at, 'kind'],
        `${id}: kind ${given}; allowed: ${names.join(', ')}${mean}`,
      );
      return [];
    }
    if (each !== undefined && each !== 'stamp') {
      document.problem([...at, 'each'], `${id}: each is ${JSON.stringify(each)}; allowed: stamp`);
      return [];
    }
    if (severity !== undefined && severity !== 'blocking' && severity !== 'warning') {
      const given = JSON.stringify(severity);
      document.problem(
        [...at, 'severity'],
        `${id}: severity is ${given}; allowed: blocking, warning`,
      );
      return [];
    }
    if (each !== undefined && this.#context.topology === undefined) {
      document.problem([...at, 'each'], `${id}: each: stamp needs a topology`);
      return [];
    }
    const stamps = each === undefined ? [undefined] : this.#context.stamps;
    return stamps.flatMap((stamp) => {
      const warning = severity === 'warning' ? severity : undefined;
      const common: Entry = { id, at, stamp, severity: warning };
      const raw = this.#expanded(spec, common);
      if (raw === undefined) return [];
      return 'parts' in known ? this.#set(known, raw, common) : this.#check(known, raw, common);
    });
  }

  /** The specification with its placeholders filled in; undefined, and a problem, if one is unknown. */
  #expanded(spec: Record<string, unknown>, { id, at, stamp }: Entry): unknown {
    const { topology } = this.#context;
    const scope: Scope = {
      ...(topology === undefined ? {} : { hub: topology.hub }),
      ...(topology?.operations === undefined ? {} : { operations: topology.operations }),
      ...(topology?.registry === undefined ? {} : { registry: topology.registry }),
      ...(stamp === undefined ? {} : { stamp }),
    };
    let expanded = true;
    const value = expand(spec, scope, (field, message) => {
      expanded = false;
      this.#document.problem([...at, ...field], `${id}: ${message}`);
    });
    // What an unknown placeholder leaves behind would only be reported a second time.
    return expanded ? value : undefined;
  }

  #contextOf({ id, at, stamp }: Entry): SpecContext {
    return specContext(this.#context, stamp, (field, message, code) => {
      const name = field.filter((part) => typeof part === 'string').join('.');
      const subject = name === '' ? id : `${id}: ${name}`;
      this.#document.problem([...at, ...field], `${subject} ${message}`, code);
    });
  }

  #check(kind: Kind, raw: unknown, entry: Entry): GateCheck[] {
    const prepared = kind.prepare(raw, this.#contextOf(entry), (issues) => {
      for (const issue of issues) this.#issue(issue, entry, kind.fields);
    });
    return prepared === undefined ? [] : [finished(prepared, kind.kind, entry)];
  }

  #set(set: CheckSet, raw: unknown, entry: Entry): GateCheck[] {
    const context = this.#contextOf(entry);
    const parts = set.parts(raw, context, (issues) => {
      for (const issue of issues) this.#issue(issue, entry, set.fields);
    });
    return parts.flatMap(({ name, kind, spec }) => {
      const known = kinds.find((one) => one.kind === kind);
      const prepared = known?.prepare(spec, context, (issues) => {
        for (const issue of issues) this.#issue({ ...issue, path: undefined }, entry, set.fields);
      });
      if (prepared === undefined) return [];
      return [finished(prepared, kind, { ...entry, id: `${entry.id}.${name}` })];
    });
  }

  #issue(issue: v.BaseIssue<unknown>, { id, at }: Entry, fields: readonly Field[]): void {
    const document = this.#document;
    const path = (issue.path ?? []).map((part) => part.key as string | number);
    const name = path.filter((part) => typeof part === 'string').join('.');
    const key = path.at(-1);
    if (issue.type === 'strict_object' && issue.expected === 'never' && typeof key === 'string') {
      const keys =
        path.length === 1 ? [...entryKeys, ...fields.map((field) => field.name)] : ['host', 'port'];
      document.unknownKey([...at, ...path], key, keys, `${id}: `);
    } else if (issue.type === 'strict_object' && path.length > 0 && issue.input === undefined) {
      document.problem([...at, ...path.slice(0, -1)], `${id}: ${name} is missing`);
    } else if (issue.type === 'strict_object') {
      document.problem([...at, ...path], `${id}: ${name} must be a map`);
    } else {
      const given = JSON.stringify(issue.input)?.slice(0, 80) ?? 'missing';
      document.problem([...at, ...path], `${id}: ${name} is ${given}; it ${issue.message}`);
    }
  }
}
