import { DependencyFinder } from '../emit/dependencies.ts';
import { contextOf } from '../emit/template.ts';
import type { Model } from '../model/model.ts';
import { literalText } from '../syntax/read.ts';
import { rangeOf } from './metadata.ts';

const byName = (a: string, b: string): number => a.localeCompare(b, 'en');

/** The resources and modules of a file and which of them use which. */
export function deploymentGraph(model: Model): object {
  const finder = new DependencyFinder(contextOf(model));
  const nodes = [
    ...model.resources.map(({ node, name, type, existing }) => ({
      range: rangeOf(model, node),
      name,
      type: type === '' ? '<unknown>' : type,
      isExisting: existing,
    })),
    ...model.modules.map(({ node, name }) => ({
      range: rangeOf(model, node),
      name,
      type: '<module>',
      isExisting: false,
      relativePath: literalText(node.path),
    })),
  ];
  const edges = new Map<string, { source: string; target: string }>();
  for (const symbol of [...model.resources, ...model.modules]) {
    for (const { target } of finder.of(symbol)) {
      if (target.kind === 'var') continue;
      const edge = { source: symbol.name, target: target.name };
      edges.set(JSON.stringify(edge), edge);
    }
  }
  return {
    nodes: nodes.sort((a, b) => byName(a.name, b.name)),
    edges: [...edges.values()].sort(
      (a, b) => byName(a.source, b.source) || byName(a.target, b.target),
    ),
  };
}
