import { runTimeOf } from '../emit/inline.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import type { Expression } from '../syntax/nodes.ts';
import { bare, propertyNamed } from '../syntax/read.ts';
import { childrenOf } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';

// All that a resource has beside its own properties.
const RESOURCE_PROPERTIES = [
  ...['name', 'scope', 'location', 'tags', 'extendedLocation', 'zones', 'identity', 'plan', 'kind'],
  'sku',
];

function checkDeclaration(model: Model, symbol: ResourceSymbol | ModuleSymbol): void {
  const { reads } = runTimeOf(model);
  const kind = symbol.kind === 'module' ? 'module' : symbol.type;
  // The engine must know names before it deploys anything.
  const properties = symbol.kind === 'resource' ? RESOURCE_PROPERTIES : ['name', 'scope'];
  for (const name of properties) {
    const property = propertyNamed(symbol.body, name);
    if (!property || (symbol.kind === 'resource' && symbol.existing)) continue;
    if (name === 'scope' && isDeclared(model, property.value)) continue;
    for (const node of readingParts(property.value, reads)) {
      report(
        model,
        node,
        'BCP120',
        `This expression is being used in an assignment to the "${name}" property of the "${kind}" type, which requires a value that can be calculated at the start of the deployment.`,
      );
    }
  }
  if (symbol.loop && reads(symbol.loop.source)) {
    report(
      model,
      symbol.loop.source,
      'BCP178',
      'This expression is being used in the for-expression, which requires a value that can be calculated at the start of the deployment.',
    );
  }
  if (symbol.condition && reads(symbol.condition.condition)) {
    report(
      model,
      symbol.condition.condition,
      'BCP177',
      'This expression is being used in the if-condition expression, which requires a value that can be calculated at the start of the deployment.',
    );
  }
}

const CONTAINERS = [
  'object',
  'property',
  'spread',
  'array',
  'string',
  'ternary',
  'binary',
  'parentheses',
];

/** The parts of a value that read what is only known at run time. */
function readingParts(node: ValueNode, reads: (node: ValueNode) => boolean): ValueNode[] {
  if (!reads(node)) return [];
  if (!CONTAINERS.includes(node.kind)) return [node];
  return childrenOf(node).flatMap((child) => readingParts(child, reads));
}

/** A scope may name a resource as it is: only its id is needed. */
function isDeclared(model: Model, value: Expression): boolean {
  const node = bare(value);
  const symbol = model.references.get(node.kind === 'index' ? bare(node.base) : node);
  return symbol?.kind === 'resource';
}

function checkVariables(model: Model): void {
  const { reads } = runTimeOf(model);
  for (const { name, node } of model.vars) {
    if (node.value.kind !== 'for' || !reads(node.value)) continue;
    report(
      model,
      node.value,
      'BCP182',
      `This expression is being used in the for-body of the variable "${name}", which requires values that can be calculated at the start of the deployment.`,
    );
  }
}

/** Looks for what must be known before a deployment starts, but is not. */
export function checkRunTime(model: Model): void {
  if (model.kind === 'params') return;
  for (const symbol of [...model.resources, ...model.modules]) checkDeclaration(model, symbol);
  checkVariables(model);
}
