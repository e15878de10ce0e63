import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Pair, YAMLParseError } from 'yaml';
import { SpokelineError } from '../errors.ts';
import type { ErrorCode, ErrorDetail } from '../errors.ts';
import { nearest } from '../topology/nearest.ts';
import type { FieldPath } from './check.ts';

/** Levels of maps and lists; a check has three or four. */
const deepest = 50;
const tooDeep = 'is nested too deeply';

/** A YAML document, and what is wrong with it, each problem with its line and column. */
export class ProblemDocument {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #problems = new Map<string, ErrorDetail>();

  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      merge: true,
    });
    for (const error of this.#document.errors) this.#at(error.pos[0], wordsOf(error));
  }

  get ok(): boolean {
    return this.#problems.size === 0;
  }

  /** The content as plain values; undefined, and a problem, when it unfolds without end. */
  content(): unknown {
    this.#findUnknownAliases();
    if (!this.ok) return undefined;
    try {
      const content: unknown = this.#document.toJS({ maxAliasCount: 100 });
      if (!isDeeperThan(deepest, content)) return content;
      this.#at(0, tooDeep);
    } catch (error) {
      this.#at(0, error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  #findUnknownAliases(): void {
    visit(this.#document, {
      Alias: (_key, alias) => {
        if (alias.resolve(this.#document) !== undefined) return;
        this.#at(alias.range?.[0] ?? 0, `alias *${alias.source} has no anchor before it`);
      },
    });
  }

  /** All problems as one error: GATE_TARGET_FORBIDDEN if one of them is that, else GATES_INVALID. */
  failure(): SpokelineError {
    const details = [...this.#problems.values()].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const forbidden = details.some((detail) => detail.code === 'GATE_TARGET_FORBIDDEN');
    const code = forbidden ? 'GATE_TARGET_FORBIDDEN' : 'GATES_INVALID';
    const count = details.length === 1 ? '1 problem' : `${details.length} problems`;
    return new SpokelineError(code, `${this.#file} has ${count}; nothing was probed`, { details });
  }

  problem(path: FieldPath, message: string, code?: ErrorCode): void {
    this.#at(this.#offset(path, false), message, code);
  }

  unknownKey(path: FieldPath, key: string, known: readonly string[], before = ''): void {
    const near = nearest(key, known);
    const mean = near === undefined ? '' : `; did you mean ${near}?`;
    const message = `${before}unknown key ${JSON.stringify(key)}; allowed: ${known.join(', ')}${mean}`;
    this.#at(this.#offset(path, true), message);
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

/** By aliases a document may be deeper than it is written, or contain itself. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(levels - 1, one));
}

/** The parser's own words, but where they speak of its interface or of its call stack. */
function wordsOf({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'must be one YAML document; a second one begins here';
  if (code === 'RESOURCE_EXHAUSTION') return tooDeep;
  return message;
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
