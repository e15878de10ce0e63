import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Node, Scalar } from 'yaml';
import { parseTemplate } from '../expressions/text.ts';
import { ExpressionError } from '../expressions/value.ts';
import type { Value } from '../expressions/value.ts';
import { PipelineError } from './tree.ts';
import type { MappingTree, Position, ScalarTree, Tree } from './tree.ts';

/** The service parses YAML to this depth. */
const maximumDepth = 100;

/**
 * Parses a pipeline file. Anchors are refused, as the service does.
 * @param display how messages call the file
 * @throws PipelineError with line and column, also for a bad expression in a branch never taken
 */
export function parseFile(text: string, display: string): Tree {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: false,
    merge: false,
    logLevel: 'silent',
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file: display, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (!Array.isArray(documents)) throw new PipelineError(`${display} is empty`);
  const [document, second] = documents;
  const problem = document?.errors[0];
  if (problem) {
    const [reason = ''] = problem.message.split('\n');
    throw new PipelineError(
      reason.replace(/ at line \d+, column \d+:?$/, ''),
      position(problem.pos[0]),
    );
  }
  if (second) {
    throw new PipelineError('a file holds one YAML document', position(second.range[0]));
  }
  if (!document?.contents) throw new PipelineError(`${display} is empty`);
  return new Converter(position, text).node(document.contents, 0);
}

class Converter {
  readonly #position: (offset: number) => Position;
  readonly #source: string;

  constructor(position: (offset: number) => Position, source: string) {
    this.#position = position;
    this.#source = source;
  }

  node(node: Node | null | undefined, depth: number, fallback = 0): Tree {
    const at = this.#position(node?.range?.[0] ?? fallback);
    if (depth > maximumDepth) {
      throw new PipelineError(`more than ${String(maximumDepth)} levels of YAML nesting`, at);
    }
    if (!node) return this.#empty(at);
    if (isAlias(node)) throw new PipelineError('YAML aliases are not supported', at);
    if (isScalar(node)) return this.#scalar(node, at);
    if (node.anchor !== undefined) throw new PipelineError('YAML anchors are not supported', at);
    if (isSeq<Node>(node)) {
      const items = node.items.map((item) => this.node(item, depth + 1, node.range?.[0]));
      return { kind: 'sequence', items, at };
    }
    if (!isMap<Node, Node | null>(node)) throw new PipelineError('unexpected YAML node', at);
    const mapping: MappingTree = { kind: 'mapping', pairs: [], at };
    for (const { key, value } of node.items) {
      const name = this.node(key, depth + 1, node.range?.[0]);
      if (name.kind !== 'scalar') throw new PipelineError('a key must be text', name.at);
      const offset = key.range?.[0];
      mapping.pairs.push({ key: name, value: this.node(value, depth + 1, offset) });
    }
    return mapping;
  }

  #empty(at: Position): ScalarTree {
    return { kind: 'scalar', text: '', value: null, template: { kind: 'text', text: '' }, at };
  }

  #scalar(node: Scalar, at: Position): ScalarTree {
    if (node.anchor !== undefined) throw new PipelineError('YAML anchors are not supported', at);
    const plain = node.type === 'PLAIN' || node.type === undefined;
    if (node.value === null) return this.#empty(at);
    const text = plain ? (node.source ?? String(node.value)) : this.#unfinished(node);
    try {
      return {
        kind: 'scalar',
        text,
        value: literal(node, text),
        template: parseTemplate(text),
        at,
      };
    } catch (error) {
      if (error instanceof ExpressionError) throw new PipelineError(error.message, at);
      throw error;
    }
  }

  /** A block at the end of a file that has no last line break has none either (YAML 1.2, 8.1.1.2). */
  #unfinished(node: Scalar): string {
    const text = String(node.value);
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const atEnd = (node.range?.[1] ?? 0) >= this.#source.length && !this.#source.endsWith('\n');
    return block && atEnd ? text.replace(/\n$/, '') : text;
  }
}

function literal(node: Scalar, text: string): Value {
  const { value } = node;
  if (typeof value === 'boolean') return value;
  // Octal, hexadecimal, infinity and the like stay text: expressions know decimal numbers only.
  if (typeof value === 'number' && /^[-+]?\d*\.?\d+$/.test(text)) return value;
  return text;
}
