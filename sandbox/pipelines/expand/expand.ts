import { stringify } from 'yaml';
import type { Value } from '../expressions/value.ts';
import { ContextObject, Version } from '../expressions/value.ts';
import { checkGraph } from './graph.ts';
import { dataText } from './lazy.ts';
import type { GivenParameters } from './parameters.ts';
import { readPipeline } from './pipeline.ts';
import { Repositories } from './repositories.ts';
import { Expansion, Scope, variableContext, VariableScope } from './scope.ts';
import { Literal, originOf, setOrigin } from './tree.ts';
import type { Data } from './tree.ts';

export interface ExpandOptions {
  /** The pipeline file, inside `root`. */
  file: string;
  /** Folder of the pipeline's repository. */
  root: string;
  /** Folders of repository resources by `owner/name@ref`. */
  repositories?: Readonly<Record<string, string>>;
  /** Values of the pipeline's parameters; objects as such or as JSON text. */
  parameters?: GivenParameters;
  /** Compile-time variables that do not come from the file, such as `Build.Reason`. */
  variables?: Readonly<Record<string, string>>;
}

/** A pipeline with all templates gone. Scalars are text, as the service prints them. */
export type Plain = string | Plain[] | { [key: string]: Plain };

/** An expanded pipeline, and where to find its repositories. */
export interface ExpandedPipeline {
  document: { [key: string]: Plain };
  /** Folder of `self` or of a repository resource. @throws PipelineError for others */
  folder(alias: string): string;
}

/**
 * Expands a pipeline as the service does before a run.
 * @throws PipelineError for everything the service would reject
 */
export function expandPipeline(options: ExpandOptions): ExpandedPipeline {
  const repositories = new Repositories({
    root: options.root,
    repositories: options.repositories ?? {},
  });
  const file = repositories.pipeline(options.file);
  const variables = new VariableScope();
  for (const [name, value] of Object.entries(options.variables ?? {})) variables.set(name, value);
  const names = new Map<string, Value>([['variables', variableContext(variables)]]);
  const expansion = new Expansion(repositories);
  const scope = new Scope({ expansion, file, variables, names, nesting: 0 });
  const root = readPipeline(file, scope, options.parameters ?? {});
  checkGraph(root);
  const document: { [key: string]: Plain } = {};
  for (const [key, value] of root) document[key] = plain(value);
  return { document, folder: (alias) => repositories.folder(alias) };
}

function plain(data: Data): Plain {
  if (Array.isArray(data)) return data.map(plain);
  if (data instanceof ContextObject) return plain(data.all());
  if (data instanceof Map) {
    const result = Object.fromEntries([...data].map(([key, value]) => [key, plain(value)]));
    const origin = originOf(data);
    if (origin) setOrigin(result, origin);
    return result;
  }
  if (data instanceof Literal || data instanceof Version) return dataText(data) ?? '';
  return dataText(data) ?? '';
}

/** The expanded pipeline as YAML. */
export function printPipeline(pipeline: ExpandedPipeline): string {
  return stringify(pipeline.document, { lineWidth: 0, aliasDuplicateObjects: false });
}
