import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { CallNode, Expression } from '../syntax/nodes.ts';
import { literalText } from '../syntax/read.ts';
import { valuesOf, walk } from '../syntax/walk.ts';
import { parseJsonC, selectPath } from './json-text.ts';
import type { LoadedContent, Model } from './model.ts';
import { report } from './model.ts';

const ENCODINGS: Readonly<Record<string, string>> = {
  'us-ascii': 'latin1',
  'iso-8859-1': 'latin1',
  'utf-8': 'utf-8',
  'utf-16': 'utf-16le',
  'utf-16BE': 'utf-16be',
};

/** A problem with the content itself, reported at the call. */
class BadContent extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function decode(bytes: Buffer, encoding: string | undefined): string {
  const name = ENCODINGS[encoding ?? 'utf-8'];
  if (name === undefined)
    throw new BadContent('BCP070', `The encoding "${encoding}" is not known.`);
  // A byte-order mark tells more than the default does.
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : name;
  return new TextDecoder(marked).decode(bytes);
}

function structured(call: CallNode, read: (text: string) => unknown, bytes: Buffer): LoadedContent {
  const path = literalText(call.arguments[1]);
  let value: unknown;
  try {
    value = read(decode(bytes, literalText(call.arguments[2])));
  } catch (error) {
    if (error instanceof BadContent) throw error;
    throw new BadContent(
      'BCP186',
      'Unable to parse literal JSON value. Please ensure that it is well-formed.',
    );
  }
  if (call.arguments[1] === undefined || path === undefined || path === '') return { value };
  const selected = selectPath(value, path);
  if (selected === undefined) {
    throw new BadContent(
      'BCP235',
      'Specified JSONPath does not exist in the given file or is invalid.',
    );
  }
  return { value: selected };
}

function load(model: Model, call: CallNode, files: Set<string>): LoadedContent | undefined {
  const { name } = call.name;
  const given: Expression | undefined = call.arguments[0];
  const text = literalText(given);
  if (given === undefined) return undefined;
  if (text === undefined) {
    report(model, given, 'BCP032', 'The value must be a compile-time constant.');
    return undefined;
  }
  if (name === 'loadDirectoryFileInfo') {
    report(model, call, 'BCP000', `This compiler does not support ${name}().`);
    return undefined;
  }
  const path = resolve(dirname(model.path), text);
  try {
    const bytes = readFileSync(path);
    files.add(path);
    if (name === 'loadFileAsBase64') return { text: bytes.toString('base64') };
    if (name === 'loadTextContent') return { text: decode(bytes, literalText(call.arguments[1])) };
    return structured(call, name === 'loadJsonContent' ? parseJsonC : parseYaml, bytes);
  } catch (error) {
    if (error instanceof BadContent) {
      report(model, given, error.code, error.message);
      return undefined;
    }
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const reason =
      code === 'ENOENT' ? `Could not find file '${path}'.` : `Unable to read '${path}' (${code}).`;
    report(model, given, 'BCP091', `An error occurred reading file. ${reason}`);
    return undefined;
  }
}

/** Whether a call is one of those that read a file at compile time. */
export function isLoadCall(model: Model, call: CallNode): boolean {
  if (
    !/^load(TextContent|JsonContent|YamlContent|FileAsBase64|DirectoryFileInfo)$/.test(
      call.name.name,
    )
  ) {
    return false;
  }
  return call.base === undefined || model.references.get(call.base)?.kind === 'namespace';
}

/** Reads every file that `load...()` calls name; missing ones are reported. */
export function loadContents(model: Model, files: Set<string>): void {
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind !== 'call' || !isLoadCall(model, node)) return;
        const content = load(model, node, files);
        if (content) model.loaded.set(node, content);
      });
    }
  }
}
