import { resolve } from 'node:path';
import { checkModel } from './check/check-model.ts';
import { hasEndlessType } from './check/type-cycles.ts';
import { readConfiguration } from './check/configuration.ts';
import { lint } from './check/lint.ts';
import type { JsonValue } from '../arm/template/json.ts';
import { attempt } from './emit/attempt.ts';
import { templateOf } from './emit/template.ts';
import { Compilation } from './model/compilation.ts';
import type { Diagnostic, Level, Position } from './model/diagnostic.ts';
import { hasErrors } from './model/model.ts';
import type { Model } from './model/model.ts';
import { parametersOf } from './params/write.ts';

/** A finding as the JSON-RPC interface gives it. */
export interface FoundDiagnostic {
  /** Path of the file. */
  source: string;
  range: { start: Position; end: Position };
  level: Level;
  code: string;
  message: string;
}

export interface CompileResult {
  success: boolean;
  diagnostics: FoundDiagnostic[];
  /** The template; undefined if there is any error. */
  template: Record<string, unknown> | undefined;
}

/** A path that is not one of a file that this compiler reads. */
export class InvalidPath extends Error {}

/** A file with all it refers to, looked at; nothing is emitted yet. */
export interface Loaded {
  compilation: Compilation;
  model: Model;
}

function read(compilation: Compilation, path: string): Model {
  try {
    return compilation.load(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const reason = code === 'ENOENT' ? 'Could not find file' : `Unable to read (${code})`;
    throw new InvalidPath(`Error BCP091: An error occurred reading file. ${reason} '${path}'.`);
  }
}

/** Reads and checks a file. Throws InvalidPath if the file itself cannot be read. */
export function load(
  path: string,
  extensions: readonly string[],
  overridden: readonly string[] = [],
): Loaded {
  if (!extensions.some((extension) => path.endsWith(extension))) {
    throw new InvalidPath(`Invalid file path: ${path}`);
  }
  const compilation = new Compilation();
  const model = read(compilation, resolve(path));
  for (const each of compilation.models.values()) {
    if (each.kind === 'json') continue;
    checkModel(each, each === model ? overridden : []);
    lint(each, readConfiguration(each.settings));
  }
  return { compilation, model };
}

export function anyErrors(compilation: Compilation): boolean {
  return [...compilation.models.values()].some((m) => m.kind !== 'json' && hasErrors(m));
}

function silenced(model: Model, diagnostic: Diagnostic): boolean {
  if (diagnostic.level === 'Error') return false;
  const line = model.lines.position(diagnostic.start).line;
  let off = false;
  for (const { kind, codes, at } of model.directives) {
    if (!codes.includes(diagnostic.code)) continue;
    if (kind === 'disable-next-line') {
      if (model.lines.position(at).line + 1 === line) return true;
    } else if (at <= diagnostic.start) {
      off = kind === 'disable-diagnostics';
    }
  }
  return off;
}

/** All findings of all files, those of the entry file first, each file's in the order of its text. */
export function diagnosticsOf({ compilation, model }: Loaded): FoundDiagnostic[] {
  const models = [...compilation.models.values()].filter((m): m is Model => m.kind !== 'json');
  models.sort((a, b) => Number(b === model) - Number(a === model));
  return models.flatMap((each) => {
    const source = each.path;
    const seen = new Set<string>();
    return [...each.diagnostics]
      .sort((a, b) => a.start - b.start || a.end - b.end)
      .filter((d) => !silenced(each, d))
      .flatMap((d): FoundDiagnostic[] => {
        const { level, code, message } = d;
        const key = `${d.start} ${d.end} ${code} ${message}`;
        if (seen.has(key)) return [];
        seen.add(key);
        const range = { start: each.lines.position(d.start), end: each.lines.position(d.end) };
        return [{ source, range, level, code, message }];
      });
  });
}

/** Compiles a `.bicep` file. */
export function compile(path: string): CompileResult {
  const loaded = load(path, ['.bicep']);
  const { compilation, model } = loaded;
  // What cannot be expressed is looked for even if there are errors: all of a file, not the first only.
  const template = hasEndlessType(model) ? undefined : attempt(model, () => templateOf(model));
  const success = !anyErrors(compilation) && template !== undefined;
  return {
    success,
    diagnostics: diagnosticsOf(loaded),
    template: success ? template : undefined,
  };
}

export interface CompileParamsResult {
  success: boolean;
  diagnostics: FoundDiagnostic[];
  parameters: Record<string, unknown> | undefined;
  /** The template of the file that `using` names; undefined for `using none`. */
  template: Record<string, unknown> | undefined;
}

/** Compiles a `.bicepparam` file; the overrides take the place of its own assignments. */
export function compileParams(
  path: string,
  overrides: Readonly<Record<string, JsonValue>>,
): CompileParamsResult {
  const loaded = load(path, ['.bicepparam'], Object.keys(overrides));
  const { compilation, model } = loaded;
  const target = model.using?.target;
  const template =
    target?.kind === 'json' ? target.template : target && attempt(target, () => templateOf(target));
  const parameters = anyErrors(compilation)
    ? undefined
    : attempt(model, () => parametersOf(model, overrides));
  const success = !anyErrors(compilation) && parameters !== undefined;
  return {
    success,
    diagnostics: diagnosticsOf(loaded),
    parameters: success ? parameters : undefined,
    template: success ? template : undefined,
  };
}
