import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import { parametersOf } from './bodies.ts';

function assignedNames(model: Model): Set<string> {
  const names = new Set(model.params.map((p) => p.name));
  for (const name of model.extended ? assignedNames(model.extended) : []) names.add(name);
  return names;
}

function undeclared(name: string): string {
  return `The parameter "${name}" is assigned in the params file without being declared in the Bicep file.`;
}

/** Compares a parameters file with the template that it is for. */
export function checkParametersFile(model: Model, overridden: readonly string[]): void {
  if (model.kind !== 'params') return;
  const using = model.program.statements.find((s) => s.kind === 'using');
  if (!model.using && !using) {
    report(
      model,
      { start: 0, end: 0 },
      'BCP261',
      'A using declaration must be present in this parameters file.',
    );
    return;
  }
  for (const { node } of model.params) {
    if (!node.value) {
      report(model, node, 'BCP018', 'Expected the "=" character at this location.');
    }
  }
  const target = model.using?.target;
  if (!target) return;
  const wanted = parametersOf(target);
  for (const { name, node } of model.params) {
    if (wanted.all.includes(name)) continue;
    report(model, node, 'BCP259', undeclared(name));
  }
  for (const name of overridden) {
    if (!wanted.all.includes(name) && using) report(model, using, 'BCP259', undeclared(name));
  }
  const given = new Set([...assignedNames(model), ...overridden]);
  const absent = wanted.required.filter((name) => !given.has(name));
  if (absent.length === 0 || !using) return;
  report(
    model,
    using,
    'BCP258',
    `The following parameters are declared in the Bicep file but are missing an assignment in the params file: ${absent.map((n) => `"${n}"`).join(', ')}.`,
  );
}
