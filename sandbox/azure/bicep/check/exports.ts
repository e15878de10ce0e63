import { isExported } from '../model/compilation.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { VarSymbol } from '../model/symbols.ts';
import { decoratorNamed } from '../syntax/read.ts';
import { walk } from '../syntax/walk.ts';

/** Parameters, resources and modules that a variable needs, directly or through others. */
function unexportable(model: Model, symbol: VarSymbol, seen: Set<VarSymbol>): Set<string> {
  const names = new Set<string>();
  if (seen.has(symbol)) return names;
  seen.add(symbol);
  walk(symbol.node.value, (node) => {
    const target = model.references.get(node);
    if (target?.kind === 'param' || target?.kind === 'resource' || target?.kind === 'module') {
      names.add(target.name);
    }
    if (target?.kind === 'var') {
      for (const name of unexportable(model, target, seen)) names.add(name);
    }
  });
  return names;
}

/** One symbol of another file has one name here. */
function checkImports(model: Model): void {
  const items = model.program.statements.flatMap((s) => (s.kind === 'import' ? s.items : []));
  const origins = items.map((item) => {
    const symbol = model.symbols.get(item.name.name);
    return symbol?.kind === 'imported' ? symbol.target : undefined;
  });
  for (const [i, { original, span }] of items.entries()) {
    const same = items.filter(
      (other, j) => other.original === original && origins[j] === origins[i],
    );
    if (same.length < 2 || !origins[i]) continue;
    const names = same.map(({ name }) => `'${name.name}'`).join(', ');
    const message = `This symbol is imported multiple times under the names ${names}.`;
    report(model, span, 'BCP362', message);
  }
}

/** What a file exports must not need what only a deployment has. */
export function checkExports(model: Model): void {
  checkImports(model);
  if (model.kind === 'params') return;
  for (const symbol of model.vars) {
    const decorator = isExported(symbol) && decoratorNamed(symbol.node.decorators, 'export');
    if (!decorator) continue;
    const names = unexportable(model, symbol, new Set());
    if (names.size === 0) continue;
    const list = [...names].sort().map((name) => `"${name}"`);
    const start = model.text.lastIndexOf('@', decorator.start);
    report(
      model,
      { start, end: decorator.end },
      'BCP372',
      `The "@export()" decorator may not be applied to variables that refer to parameters, modules, or resource, either directly or indirectly. The target of this decorator contains direct or transitive references to the following unexportable symbols: ${list.join(', ')}.`,
    );
  }
}
