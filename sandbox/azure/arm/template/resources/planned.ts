import { EngineError, invalidTemplate } from '../engine-error.ts';
import type { Frame } from '../evaluate/frame.ts';
import { evaluateTree } from '../evaluate/tree.ts';
import { clone, getProperty, isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { evaluationScope, specialise } from '../outer.ts';
import type { NestedDeployment, PlannedResource } from '../types.ts';
import { ENGINE_MEMBERS, isDeploymentType, withoutTemplate } from './declaration.ts';
import { describing } from './expand.ts';
import type { Node } from './expand.ts';
import { checkEarly, runTimeTexts } from './run-time.ts';

/** The public form of a node. */
export function plannedResource(node: Node, dependsOn: string[]): PlannedResource {
  const { placement, declaration, copyGroup } = node;
  const deployed = node.condition && !node.existing;
  const early = deployed ? describing(declaration, () => earlyBody(node)) : undefined;
  const planned: PlannedResource = {
    key: node.key,
    path: declaration.path,
    id: placement.id,
    type: placement.type,
    name: placement.name,
    apiVersion: node.apiVersion,
    scope: placement.scope,
    existing: node.existing,
    condition: node.condition,
    dependsOn,
    usesRunTime: deployed && early === undefined,
    body: () => {
      return early === undefined ? running(node, (frame) => bodyOf(node, frame)) : clone(early);
    },
  };
  if (declaration.symbol !== undefined) planned.symbol = declaration.symbol;
  if (placement.extensionScope !== undefined) planned.extensionScope = placement.extensionScope;
  if (copyGroup !== undefined) planned.copyGroup = copyGroup;
  const options = getProperty(declaration.json, '@options');
  if (isObject(options) && node.condition) {
    const value = evaluateTree(options, node.frame, `${declaration.path}.@options`);
    if (isObject(value)) planned.options = value;
  }
  if (isDeploymentType(placement.type) && !node.existing) {
    planned.nested = () => running(node, (frame) => nestedOf(node, frame));
  }
  return planned;
}

/** The body, if it can be known before anything is deployed; its errors, as far as they can. */
function earlyBody(node: Node): JsonObject | undefined {
  const { frame, declaration, placement } = node;
  let late = false;
  for (const [key, value] of Object.entries(declaration.json)) {
    if (isEngineMember(key)) continue;
    const isProperties = key.toLowerCase() === 'properties';
    const shown = isProperties && isDeploymentType(placement.type) ? withoutInner(value) : value;
    if (runTimeTexts(shown, frame.context).next().done === true) continue;
    late = true;
  }
  if (!late) return bodyOf(node, frame);
  for (const [key, value] of Object.entries(declaration.json)) {
    if (isEngineMember(key)) continue;
    const isProperties = key.toLowerCase() === 'properties';
    const own = isProperties && isDeploymentType(placement.type) ? withoutTemplate(value) : value;
    checkEarly(own, frame, `${declaration.path}.${key}`);
  }
  return undefined;
}

/** A nested template of inner scope asks for resources of its own, not for those of this one. */
function withoutInner(properties: JsonValue): JsonValue {
  if (isObject(properties) && evaluationScope(properties) === 'outer') return properties;
  return withoutTemplate(properties);
}

function isEngineMember(key: string): boolean {
  const lower = key.toLowerCase();
  return ENGINE_MEMBERS.has(lower) || ['name', 'type', 'apiversion'].includes(lower);
}

/** Evaluates with the resources of the deployment at hand; errors name the resource. */
function running<T>(node: Node, run: (frame: Frame) => T): T {
  try {
    return run({ ...node.frame, phase: 'run' });
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'InvalidTemplate') throw error;
    throw new EngineError(
      error.code,
      `Unable to process template language expressions for resource '${node.placement.id}'. ` +
        `'${error.message}'`,
      { target: error.target ?? node.declaration.path, cause: error },
    );
  }
}

function bodyOf(node: Node, frame: Frame): JsonObject {
  const { declaration, placement } = node;
  const result: JsonObject = {
    name: placement.name,
    type: placement.type,
    apiVersion: node.apiVersion,
  };
  for (const [key, value] of Object.entries(declaration.json)) {
    if (isEngineMember(key)) continue;
    const path = `${declaration.path}.${key}`;
    const evaluated =
      key.toLowerCase() === 'properties' && isDeploymentType(placement.type)
        ? deploymentProperties(value, frame, path)
        : evaluateTree(value, frame, path);
    // A null on the outside is a member that isn't there; inside of properties null is a value.
    if (evaluated !== null) result[key] = clone(evaluated);
  }
  return result;
}

/** The properties of a deployment but for its template, which has expressions of its own. */
function deploymentProperties(value: JsonValue, frame: Frame, path: string): JsonValue {
  if (!isObject(value)) return evaluateTree(value, frame, path);
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const isTemplate = key.toLowerCase() === 'template' && isObject(item);
    result[key] = isTemplate ? item : evaluateTree(item, frame, `${path}.${key}`);
  }
  return result;
}

const DEPLOYMENT_MEMBERS: ReadonlySet<string> = new Set([
  'mode',
  'template',
  'parameters',
  'expressionevaluationoptions',
  'debugsetting',
  'onerrordeployment',
  'validationlevel',
]);

function nestedOf(node: Node, frame: Frame): NestedDeployment {
  const { declaration, placement } = node;
  const path = `${declaration.path}.properties`;
  const properties = getProperty(declaration.json, 'properties');
  if (!isObject(properties)) {
    throw invalidTemplate("The property 'properties' of a deployment is missing.", path);
  }
  for (const key of Object.keys(properties)) {
    if (/^(templatelink|parameterslink)$/i.test(key)) {
      throw invalidTemplate(`Linked templates ('${key}') are not supported.`, path);
    }
    if (!DEPLOYMENT_MEMBERS.has(key.toLowerCase())) {
      throw invalidTemplate(
        `Could not find member '${key}' on object of type 'DeploymentProperties'.`,
        path,
      );
    }
  }
  const written = getProperty(properties, 'template');
  // Bicep puts templates that it loads from JSON files into variables.
  const template =
    typeof written === 'string' ? evaluateTree(written, frame, `${path}.template`) : written;
  if (!isObject(template)) {
    throw invalidTemplate("The property 'template' of a deployment is missing.", path);
  }
  const given = getProperty(properties, 'parameters') ?? {};
  const parameters = evaluateTree(given, frame, `${path}.parameters`);
  if (!isObject(parameters)) {
    throw invalidTemplate("The 'parameters' of a deployment must be an object.", path);
  }
  const mode = evaluateTree(
    getProperty(properties, 'mode') ?? 'Incremental',
    frame,
    `${path}.mode`,
  );
  if (typeof mode !== 'string' || !/^(incremental|complete)$/i.test(mode)) {
    throw invalidTemplate(`The deployment mode '${String(mode)}' is not valid.`, `${path}.mode`);
  }
  // A template that comes out of an expression is not looked into: its expressions are its own in
  // any case.
  const outer = isObject(written) && evaluationScope(properties) === 'outer';
  return {
    template: outer ? specialise(template, frame, `${path}.template`) : template,
    parameters: clone(parameters),
    scope: placement.scope,
    mode,
  };
}
