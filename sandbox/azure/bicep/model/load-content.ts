import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { JsonValue } from '../../arm/template/json.ts';
import type { CallNode } from '../syntax/nodes.ts';
import { valuesOf, walk } from '../syntax/walk.ts';
import { constantOf } from './constant.ts';
import { selectPath } from './json-path.ts';
import { directoryFiles } from './load-directory.ts';
import type { LoadedContent, Model } from './model.ts';
import { report } from './model.ts';
import { plainNumbers } from './real-number.ts';
import { parseLoadedJson, parseLoadedYaml } from './structured-text.ts';

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

/** Arguments of a call that must be known when the file is compiled. */
type Given = (string | undefined)[];

interface Language {
  name: string;
  code: string;
  parse: (text: string) => unknown;
}

const JSON_TEXT: Language = { name: 'JSON', code: 'BCP186', parse: parseLoadedJson };
const YAML_TEXT: Language = { name: 'YAML', code: 'BCP340', parse: parseLoadedYaml };

function structured(
  [, path, encoding]: Given,
  { name, code, parse }: Language,
  bytes: Buffer,
): LoadedContent {
  let value: unknown;
  try {
    value = parse(decode(bytes, encoding));
  } catch (error) {
    if (error instanceof BadContent) throw error;
    const message = `Unable to parse literal ${name} value. Please ensure that it is well-formed.`;
    throw new BadContent(code, message);
  }
  if (path === undefined || path === '') return { value };
  const selected = selectedFrom(value, path);
  if (selected === undefined) {
    throw new BadContent(
      'BCP235',
      'Specified JSONPath does not exist in the given file or is invalid.',
    );
  }
  return { value: selected };
}

function selectedFrom(value: unknown, path: string): unknown {
  try {
    return selectPath(value, path);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function read(model: Model, name: string, given: Given, files: Set<string>): LoadedContent {
  const [text = '', second] = given;
  const path = resolve(dirname(model.path), text);
  if (name === 'loadDirectoryFileInfo') {
    return { value: directoryFiles(dirname(model.path), path, second) };
  }
  const bytes = readFileSync(path);
  files.add(path);
  if (name === 'loadFileAsBase64') return { text: bytes.toString('base64') };
  if (name === 'loadTextContent') return { text: decode(bytes, second) };
  return structured(given, name === 'loadJsonContent' ? JSON_TEXT : YAML_TEXT, bytes);
}

/** Reads what the calls of one file name, each once, in whatever order they need one another. */
class Loader {
  readonly #model: Model;
  readonly #files: Set<string>;
  readonly #pending = new Set<CallNode>();

  constructor(model: Model, files: Set<string>) {
    this.#model = model;
    this.#files = files;
  }

  load(call: CallNode): void {
    if (this.#model.loaded.has(call) || this.#pending.has(call)) return;
    this.#pending.add(call);
    const given = this.#given(call);
    if (given === undefined) return;
    const at = call.arguments[0] ?? call;
    try {
      this.#model.loaded.set(call, read(this.#model, call.name.name, given, this.#files));
    } catch (error) {
      if (error instanceof BadContent) {
        report(this.#model, at, error.code, error.message);
        return;
      }
      const code = (error as NodeJS.ErrnoException).code;
      if (code === undefined) throw error;
      const path = resolve(dirname(this.#model.path), given[0] ?? '');
      const reason =
        code === 'ENOENT'
          ? `Could not find file '${path}'.`
          : `Unable to read '${path}' (${code}).`;
      report(this.#model, at, 'BCP091', `An error occurred reading file. ${reason}`);
    }
  }

  /** The arguments as texts; undefined, with a report, if one of them is not known yet. */
  #given(call: CallNode): Given | undefined {
    const values = call.arguments.map((argument) =>
      constantOf(this.#model, argument, (inner) => this.#valueOf(inner)),
    );
    const unknown = call.arguments.find((_, i) => typeof values[i] !== 'string');
    if (unknown) {
      report(this.#model, unknown, 'BCP032', 'The value must be a compile-time constant.');
      return undefined;
    }
    return call.arguments.length === 0 ? undefined : values.map(String);
  }

  #valueOf(call: CallNode): JsonValue | undefined {
    if (!isLoadCall(this.#model, call)) return undefined;
    this.load(call);
    const content = this.#model.loaded.get(call);
    if (!content) return undefined;
    return 'text' in content ? content.text : (plainNumbers(content.value) as JsonValue);
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
  const loader = new Loader(model, files);
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind === 'call' && isLoadCall(model, node)) loader.load(node);
      });
    }
  }
}
