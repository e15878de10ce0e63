import { runTimeOf } from '../emit/inline.ts';
import { builtIn } from '../model/functions.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol, VarSymbol } from '../model/symbols.ts';
import type { CallNode, Expression } from '../syntax/nodes.ts';
import { bare, propertyNamed } from '../syntax/read.ts';
import { childrenOf, valuesOf } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';

// All that a resource has beside its own properties.
const RESOURCE_PROPERTIES = [
  ...['name', 'scope', 'location', 'tags', 'extendedLocation', 'zones', 'identity', 'plan', 'kind'],
  'sku',
];

type Declared = ResourceSymbol | ModuleSymbol;

/** The resource or module that an expression names, or one of whose loop it names. */
function declaredBehind(model: Model, node: Expression): Declared | undefined {
  const inner = bare(node);
  const isElement = inner.kind === 'index' && inner.index.kind !== 'string';
  const symbol = model.references.get(isElement ? bare(inner.base) : inner);
  return symbol?.kind === 'resource' || symbol?.kind === 'module' ? symbol : undefined;
}

/** The innermost parts of a value that read what is only known at run time. */
function culprits(model: Model, node: ValueNode): ValueNode[] {
  if (!runTimeOf(model).reads(node)) return [];
  const isMember =
    node.kind === 'access' || (node.kind === 'index' && node.index.kind === 'string');
  if (isMember && declaredBehind(model, node.base)) return [node];
  if (model.references.has(node)) return [node];
  const inner = childrenOf(node).flatMap((child) => culprits(model, child));
  return node.kind === 'call' && isLateCall(model, node) ? [node, ...inner] : inner;
}

/** A method of a resource, or a function that asks the provider of one. */
function isLateCall(model: Model, node: CallNode): boolean {
  if (node.base && declaredBehind(model, node.base)) return true;
  return builtIn(node.name.name)?.runtime === true && !model.references.has(node);
}

const early = ({ name, kind }: Declared): string => {
  const names = kind === 'module' ? '"name"' : '"apiVersion", "id", "name", "type"';
  return ` Properties of ${name} which can be calculated at the start include ${names}.`;
};

/** The variables from one down to the resource or module that makes it late. */
function wayTo(model: Model, symbol: VarSymbol): { path: string[]; end: Declared | undefined } {
  const [part] = culprits(model, symbol.node.value);
  const next = part && model.references.get(part);
  if (next?.kind === 'var') {
    const { path, end } = wayTo(model, next);
    return { path: [symbol.name, ...path], end };
  }
  const end = part && behind(model, part);
  return { path: end ? [symbol.name, end.name] : [symbol.name], end };
}

function behind(model: Model, node: ValueNode): Declared | undefined {
  const base = node.kind === 'access' || node.kind === 'index' ? node.base : node;
  return declaredBehind(model, base as Expression);
}

/** What can be read instead. */
function advice(model: Model, node: ValueNode): string {
  const symbol = model.references.get(node);
  if (symbol?.kind !== 'var') {
    const target = node.kind === 'call' ? undefined : behind(model, node);
    return target ? early(target) : '';
  }
  const { path, end } = wayTo(model, symbol);
  const names = path.map((name) => `"${name}"`).join(' -> ');
  return ` You are referencing a variable which cannot be calculated at the start (${names}).${end ? early(end) : ''}`;
}

function refuse(model: Model, value: ValueNode, code: string, place: string): void {
  for (const node of culprits(model, value)) {
    const message = `This expression is being used in ${place}, which requires a value that can be calculated at the start of the deployment.`;
    report(model, node, code, message + advice(model, node));
  }
}

/** A scope may name a resource as it is: only its id is needed. */
const isDeclared = (model: Model, value: Expression): boolean =>
  declaredBehind(model, value)?.kind === 'resource';

function checkDeclaration(model: Model, symbol: Declared): void {
  const kind = symbol.kind === 'module' ? 'module' : symbol.type;
  // The engine must know names before it deploys anything.
  const properties = symbol.kind === 'resource' ? RESOURCE_PROPERTIES : ['name', 'scope'];
  for (const name of properties) {
    const property = propertyNamed(symbol.body, name);
    if (!property || (symbol.kind === 'resource' && symbol.existing)) continue;
    if (name === 'scope' && isDeclared(model, property.value)) continue;
    const place = `an assignment to the "${name}" property of the "${kind}" type`;
    refuse(model, property.value, 'BCP120', place);
  }
  if (symbol.condition) {
    refuse(model, symbol.condition.condition, 'BCP177', 'the if-condition expression');
  }
}

function checkVariables(model: Model): void {
  for (const { name, node } of model.vars) {
    if (node.value.kind !== 'for') continue;
    for (const part of culprits(model, node.value.body)) {
      const target = part.kind === 'access' ? behind(model, part) : undefined;
      const late =
        part.kind === 'access' && target
          ? ` The property "${part.name.name}" of ${target.name} cannot be calculated at the start.`
          : '';
      const message = `This expression is being used in the for-body of the variable "${name}", which requires values that can be calculated at the start of the deployment.`;
      report(model, part, 'BCP182', message + late + advice(model, part));
    }
  }
}

/** Looks for what must be known before a deployment starts, but is not. */
export function checkRunTime(model: Model): void {
  if (model.kind === 'params') return;
  for (const symbol of [...model.resources, ...model.modules]) checkDeclaration(model, symbol);
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      if (value.kind === 'for') refuse(model, value.source, 'BCP178', 'the for-expression');
    }
  }
  checkVariables(model);
}
