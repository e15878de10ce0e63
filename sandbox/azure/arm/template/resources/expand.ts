import { EngineError, invalidTemplate } from '../engine-error.ts';
import type { CopyCounter, Frame, TemplateContext } from '../evaluate/frame.ts';
import { copyCount, evaluateTree } from '../evaluate/tree.ts';
import { getProperty, isObject, typeName } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { CopyMember } from '../types.ts';
import { isDeploymentType } from './declaration.ts';
import type { Declaration } from './declaration.ts';
import { placeResource } from './place.ts';
import type { Placement } from './place.ts';

/** One resource after its copy is expanded; what a PlannedResource is made of. */
export interface Node {
  key: string;
  declaration: Declaration;
  frame: Frame;
  condition: boolean;
  existing: boolean;
  apiVersion: string;
  placement: Placement;
  copyGroup: CopyMember | undefined;
}

interface Copy {
  name: string;
  count: number;
  mode: 'serial' | 'parallel';
  batchSize: number | undefined;
}

/**
 * Expands copies and evaluates what must be known before deploying: condition, name, type,
 * api-version, scope.
 */
export function expandResources(list: readonly Declaration[], context: TemplateContext): Node[] {
  const nodes: Node[] = [];
  const keys = new Set<string>();
  // Children are expanded for each instance of their parent.
  const instances = new Map<Declaration, Node[]>();
  for (const declaration of list) {
    const parents =
      declaration.parent === undefined ? [undefined] : instances.get(declaration.parent);
    const own: Node[] = [];
    for (const parent of parents ?? []) {
      for (const node of expandOne(declaration, parent, context)) {
        node.key = uniqueKey(node, keys);
        own.push(node);
      }
    }
    instances.set(declaration, own);
    nodes.push(...own);
  }
  checkDuplicates(nodes);
  return nodes;
}

function uniqueKey(node: Node, keys: Set<string>): string {
  let key = node.key;
  // Two resources with one id: at most one of them has a true condition.
  if (keys.has(key)) key = `${key}#${node.declaration.path}`;
  if (keys.has(key)) key = `${key}#${keys.size}`;
  keys.add(key);
  return key;
}

function expandOne(
  declaration: Declaration,
  parent: Node | undefined,
  context: TemplateContext,
): Node[] {
  const frame: Frame = {
    context,
    place: 'resource',
    phase: 'plan',
    copies: parent?.frame.copies ?? [],
    lambdas: new Map(),
    locals: undefined,
  };
  return describing(declaration, () => {
    const copy = readCopy(declaration, frame);
    if (copy === undefined) return [instance(declaration, parent, frame, undefined)];
    return Array.from({ length: copy.count }, (_, index) => {
      const counter: CopyCounter = { name: copy.name, index, kind: 'resource' };
      const member: CopyMember = { name: copy.name, mode: copy.mode, index, count: copy.count };
      if (copy.batchSize !== undefined) member.batchSize = copy.batchSize;
      return instance(
        declaration,
        parent,
        { ...frame, copies: [...frame.copies, counter] },
        member,
      );
    });
  });
}

/** Adds the resource to the message of an error, as ARM does. */
export function describing<T>(declaration: Declaration, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'InvalidTemplate') throw error;
    const name = getProperty(declaration.json, 'name');
    const message = `The template resource '${String(name)}' is not valid: ${error.message}`;
    throw new EngineError(error.code, message, {
      target: error.target ?? declaration.path,
      cause: error,
    });
  }
}

function instance(
  declaration: Declaration,
  parent: Node | undefined,
  frame: Frame,
  copyGroup: CopyMember | undefined,
): Node {
  const { json, path, symbol } = declaration;
  const condition = readCondition(getProperty(json, 'condition'), frame, path);
  const existing = getProperty(json, 'existing') === true;
  let apiVersion = '';
  let placement: Placement;
  try {
    apiVersion = requiredText(json, 'apiVersion', frame, path);
    placement = place(declaration, parent, frame);
  } catch (error) {
    // Names are often built from what the condition guards; ARM doesn't look at them when it is
    // false.
    if (condition) throw error;
    const type = getProperty(json, 'type');
    placement = {
      id: '',
      type: typeof type === 'string' ? type : '',
      name: '',
      scope: frame.context.host.scope,
      extensionScope: undefined,
    };
  }
  const suffix = copyGroup === undefined ? '' : `[${copyGroup.index}]`;
  const key = symbol === undefined ? placement.id.toLowerCase() || path : `${symbol}${suffix}`;
  return {
    key,
    declaration,
    frame,
    condition,
    existing,
    apiVersion,
    placement,
    copyGroup,
  };
}

function place(declaration: Declaration, parent: Node | undefined, frame: Frame): Placement {
  const { json, path } = declaration;
  let type = requiredText(json, 'type', frame, path);
  let name = requiredText(json, 'name', frame, path);
  if (parent !== undefined) {
    type = `${parent.placement.type}/${type}`;
    name = `${parent.placement.name}/${name}`;
  }
  const text = (member: string): string | undefined => optionalText(json, member, frame, path);
  const own = {
    scope: text('scope'),
    subscriptionId: text('subscriptionId'),
    resourceGroup: text('resourceGroup'),
  };
  const elsewhere = own.subscriptionId ?? own.resourceGroup;
  if (
    elsewhere !== undefined &&
    !isDeploymentType(type) &&
    getProperty(json, 'existing') !== true
  ) {
    throw invalidTemplate(
      "'subscriptionId' and 'resourceGroup' are for deployments and existing resources only.",
      path,
    );
  }
  const inherited = parent?.placement.extensionScope ?? parent?.placement.scope.id;
  return placeResource(
    { type, name, path, ...own, scope: own.scope ?? inherited },
    frame.context.host.scope,
  );
}

function readCondition(value: JsonValue | undefined, frame: Frame, path: string): boolean {
  if (value === undefined || value === null) return true;
  const condition = evaluateTree(value, frame, `${path}.condition`);
  if (typeof condition === 'boolean') return condition;
  // It may well be deployed.
  if (frame.context.host.partial?.stands(condition) === true) return true;
  // ARM takes the strings too:
  // https://learn.microsoft.com/azure/azure-resource-manager/templates/conditional-resource-deployment
  if (typeof condition === 'string' && /^(true|false)$/i.test(condition)) {
    return condition.toLowerCase() === 'true';
  }
  throw invalidTemplate(
    `The condition must be a boolean; it is of type '${typeName(condition)}'.`,
    `${path}.condition`,
  );
}

function requiredText(json: JsonObject, member: string, frame: Frame, path: string): string {
  const value = optionalText(json, member, frame, path);
  if (value === undefined || value === '') {
    throw invalidTemplate(`The property '${member}' must not be empty.`, `${path}.${member}`);
  }
  return value;
}

function optionalText(
  json: JsonObject,
  member: string,
  frame: Frame,
  path: string,
): string | undefined {
  const value = evaluateTree(getProperty(json, member) ?? null, frame, `${path}.${member}`);
  if (value === null || typeof value === 'string') return value ?? undefined;
  if (member === 'name' && typeof value === 'number') return String(value);
  throw invalidTemplate(
    `The property '${member}' must be a string; it is of type '${typeName(value)}'.`,
    `${path}.${member}`,
  );
}

function readCopy(declaration: Declaration, frame: Frame): Copy | undefined {
  const copy = getProperty(declaration.json, 'copy');
  if (copy === undefined || copy === null) return undefined;
  const path = `${declaration.path}.copy`;
  if (!isObject(copy)) throw invalidTemplate("The 'copy' of a resource must be an object.", path);
  for (const key of Object.keys(copy)) {
    if (!['name', 'count', 'mode', 'batchsize'].includes(key.toLowerCase())) {
      throw invalidTemplate(`Unknown property '${key}' of a copy loop.`, path);
    }
  }
  const name = requiredText(copy, 'name', frame, path);
  const mode = (optionalText(copy, 'mode', frame, path) ?? 'parallel').toLowerCase();
  if (mode !== 'serial' && mode !== 'parallel') {
    throw invalidTemplate(`The copy mode '${mode}' is not 'serial' or 'parallel'.`, path);
  }
  const batch = evaluateTree(getProperty(copy, 'batchSize') ?? null, frame, path);
  if (batch !== null && (typeof batch !== 'number' || !Number.isInteger(batch) || batch < 1)) {
    throw invalidTemplate("The copy's 'batchSize' must be an integer of at least 1.", path);
  }
  const count = copyCount(getProperty(copy, 'count') ?? null, frame, `${path}.count`);
  // A batch size is only looked at in serial mode, where it is 1 by default.
  const batchSize = mode === 'serial' ? (batch ?? 1) : undefined;
  return { name, count, mode, batchSize };
}

function checkDuplicates(nodes: readonly Node[]): void {
  const seen = new Set<string>();
  for (const node of nodes) {
    if (!node.condition || node.existing) continue;
    const id = node.placement.id.toLowerCase();
    if (seen.has(id)) {
      throw invalidTemplate(
        `The resource '${relativeName(node.placement.id)}' is defined multiple times in a ` +
          'template.',
        node.declaration.path,
      );
    }
    seen.add(id);
  }
}

/**
 * 'Microsoft.Network/virtualNetworks/v1' of an id: how ARM names resources in validation errors.
 */
export function relativeName(id: string): string {
  const at = id.toLowerCase().lastIndexOf('/providers/');
  return at < 0 ? id : id.slice(at + '/providers/'.length);
}
