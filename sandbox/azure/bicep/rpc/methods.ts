import type { JsonValue } from '../../arm/template/json.ts';
import { compile, compileParams, load } from '../compile.ts';
import { diagnosticLine } from '../diagnostic-line.ts';
import { jsonText } from '../json-writer.ts';
import { readMetadata, snapshotOf } from '../snapshot/snapshot.ts';
import type { ExternalInputValue } from '../snapshot/world.ts';
import { COMPILER_VERSION } from '../version.ts';
import { deploymentGraph } from './deployment-graph.ts';
import { metadataOf } from './metadata.ts';

type Handler = (params: Record<string, unknown>) => object;

function pathOf(params: Record<string, unknown>): string {
  const { path } = params;
  if (typeof path !== 'string' || path === '') throw new Error('The parameter "path" is missing.');
  return path;
}

function compileMethod(params: Record<string, unknown>): object {
  const path = pathOf(params);
  if (path.endsWith('.bicepparam')) {
    const { success, diagnostics, parameters } = compileParams(path, {});
    return { success, diagnostics, contents: parameters ? jsonText(parameters) : null };
  }
  const { success, diagnostics, template } = compile(path);
  return { success, diagnostics, contents: template ? jsonText(template) : null };
}

function compileParamsMethod(params: Record<string, unknown>): object {
  const path = pathOf(params);
  if (!path.endsWith('.bicepparam')) throw new Error('Expected a .bicepparam file');
  const overrides = (params['parameterOverrides'] ?? {}) as Record<string, JsonValue>;
  const { success, diagnostics, parameters, template } = compileParams(path, overrides);
  return {
    success,
    diagnostics,
    parameters: parameters ? jsonText(parameters) : null,
    template: template ? jsonText(template) : null,
    templateSpecId: null,
  };
}

/** Compiles the parameters file and its template, and predicts what deploying them would make. */
function snapshotMethod(params: Record<string, unknown>): object {
  const path = pathOf(params);
  if (!path.endsWith('.bicepparam')) throw new Error('Expected a .bicepparam file');
  const { diagnostics, parameters, template } = compileParams(path, {});
  if (!parameters || !template) {
    const errors = diagnostics.filter(({ level }) => level === 'Error').map(diagnosticLine);
    throw new Error(['Compilation failed:', ...errors].join('\n'));
  }
  const inputs = (params['externalInputs'] ?? []) as ExternalInputValue[];
  const metadata = readMetadata(params['metadata']);
  return { snapshot: jsonText(snapshotOf(template, parameters, metadata, inputs)) };
}

const EXTENSIONS = ['.bicep', '.bicepparam'];

function fileReferences(params: Record<string, unknown>): object {
  const { compilation } = load(pathOf(params), EXTENSIONS);
  return { filePaths: [...compilation.files].sort() };
}

/** The methods of the JSON-RPC interface. */
export const METHODS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['bicep/version', () => ({ version: COMPILER_VERSION })],
  ['bicep/compile', compileMethod],
  ['bicep/compileParams', compileParamsMethod],
  ['bicep/getSnapshot', snapshotMethod],
  ['bicep/getMetadata', (params) => metadataOf(load(pathOf(params), EXTENSIONS).model)],
  ['bicep/getFileReferences', fileReferences],
  ['bicep/getDeploymentGraph', (params) => deploymentGraph(load(pathOf(params), EXTENSIONS).model)],
]);
