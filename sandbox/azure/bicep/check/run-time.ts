import { runTimeOf } from '../emit/inline.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import { propertyNamed } from '../syntax/read.ts';
import { valuesOf, walk } from '../syntax/walk.ts';

const LOOP_PLACES =
  'For-expressions are not supported in this context. For-expressions may be used as values of resource, module, variable, and output declarations, or values of resource and module properties.';

function checkDeclaration(model: Model, symbol: ResourceSymbol | ModuleSymbol): void {
  const { reads } = runTimeOf(model);
  const kind = symbol.kind === 'module' ? 'module' : symbol.type;
  // The engine must know names before it deploys anything.
  for (const property of ['name', 'scope'].map((name) => propertyNamed(symbol.body, name))) {
    if (!property || (symbol.kind === 'resource' && symbol.existing)) continue;
    if (property === propertyNamed(symbol.body, 'scope') && isDeclared(model, property.value)) {
      continue;
    }
    if (!reads(property.value)) continue;
    const name = property === propertyNamed(symbol.body, 'name') ? 'name' : 'scope';
    report(
      model,
      property.value,
      'BCP120',
      `This expression is being used in an assignment to the "${name}" property of the "${kind}" type, which requires a value that can be calculated at the start of the deployment.`,
    );
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

/** A scope may name a resource as it is: only its id is needed. */
function isDeclared(model: Model, node: { kind: string }): boolean {
  const target = node as { kind: string; base?: object };
  const symbol = model.references.get(target.kind === 'index' ? (target.base ?? node) : node);
  return symbol?.kind === 'resource';
}

function checkLoops(model: Model): void {
  const { reads } = runTimeOf(model);
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind !== 'for') return;
        const parent = model.parents.get(node);
        const placed = node === value || parent?.kind === 'property' || parent?.kind === 'resource';
        if (!placed) report(model, node, 'BCP138', LOOP_PLACES);
      });
    }
    if (statement.kind === 'var' && statement.value.kind === 'for' && reads(statement.value)) {
      report(
        model,
        statement.value,
        'BCP182',
        `This expression is being used in the for-body of the variable "${statement.name.name}", which requires values that can be calculated at the start of the deployment.`,
      );
    }
  }
}

/** Looks for what must be known before a deployment starts, but is not. */
export function checkRunTime(model: Model): void {
  if (model.kind === 'params') return;
  for (const symbol of [...model.resources, ...model.modules]) checkDeclaration(model, symbol);
  checkLoops(model);
}
