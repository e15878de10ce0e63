import { checkTemplate } from './check.ts';
import { Context } from './context.ts';
import { readDocument } from './document.ts';
import { invalidTemplate } from './engine-error.ts';
import { Outputs } from './outputs.ts';
import { givenParameters } from './parameters/parameters.ts';
import { dependencies } from './resources/depend.ts';
import { expandResources } from './resources/expand.ts';
import { ResourceIndex } from './resources/lookup.ts';
import { plannedResource } from './resources/planned.ts';
import type { DeploymentPlan, TemplateHost } from './types.ts';

export { EngineError } from './engine-error.ts';
export type { EngineErrorDetail } from './engine-error.ts';
export type {
  CopyMember,
  DeploymentPlan,
  DeploymentScope,
  NestedDeployment,
  PlannedOutput,
  PlannedParameter,
  PlannedResource,
  ReferencedResource,
  TemplateHost,
} from './types.ts';

/**
 * Plans one deployment: what it deploys, in which order, under which ids. Nothing is deployed and
 * reference() is not called; `body()`, `nested()` and `outputs()` of the plan do that, later.
 *
 * `parameters` are those of the request: {name: {value}} or {name: {reference: {keyVault: {id},
 * secretName}}}. Throws EngineError for all that Azure refuses at validation; unknown functions and
 * members are named.
 */
export function planDeployment(
  template: unknown,
  parameters: Record<string, unknown>,
  host: TemplateHost,
): DeploymentPlan {
  const document = readDocument(template);
  // The plain schema is taken at every scope: Azure Verified Modules send it to subscriptions and
  // management groups.
  if (document.scopeKind !== 'resourceGroup' && document.scopeKind !== host.scope.kind) {
    throw invalidTemplate(
      `Template schema '${String(document.json['$schema'])}' is not supported: it is for ` +
        'deployments at ' +
        `${document.scopeKind} scope and this one is at ${host.scope.kind} scope.`,
      '$schema',
    );
  }
  const context = new Context(document, givenParameters(parameters), host);
  const resources = checkTemplate(document, context);
  context.parameters.validate();
  const nodes = expandResources(resources, context);
  const index = new ResourceIndex(nodes);
  context.index = index;
  const edges = dependencies(nodes, index);
  const outputs = new Outputs(document.outputs, document.definitions, context);
  return {
    resources: nodes.map((node) => plannedResource(node, edges.get(node.key) ?? [])),
    parameters: context.parameters.summary(),
    outputs: () => outputs.shown(),
    secureOutputs: () => outputs.withSecureValues(),
  };
}
