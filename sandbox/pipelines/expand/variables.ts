import { bool, fields, marked, onlyKnown, text } from './fields.ts';
import type { Fields } from './fields.ts';
import { templateContent } from './include.ts';
import { dataText, positionOf, uniquePairs, view } from './lazy.ts';
import type { Lazy } from './lazy.ts';
import { PipelineError } from './tree.ts';
import type { Data } from './tree.ts';

const namedKeys = new Set(['name', 'value', 'readonly']);
const groupKeys = new Set(['group']);

/**
 * Variables as a list of name and value. Each is added to the scope as soon as it is read, so that
 * the next one may refer to it.
 */
export function readVariables(lazy: Lazy): Data[] {
  const seen = view(lazy);
  if (seen.kind === 'mapping') {
    const result: Data[] = [];
    for (const pair of uniquePairs(seen.pairs)) {
      const value = text(pair.value, pair.key);
      seen.scope.variables.set(pair.key, value);
      result.push(
        new Map([
          ['name', pair.key],
          ['value', value],
        ]),
      );
    }
    return result;
  }
  if (seen.kind === 'scalar' && dataText(seen.data) !== '') {
    throw new PipelineError(`'variables' must be a mapping or a sequence`, positionOf(lazy));
  }
  const result: Data[] = [];
  if (seen.kind !== 'sequence') return result;
  for (const item of seen.items) {
    const given = fields(item, 'a variable');
    if (given.pairs.has('template')) {
      result.push(...readVariables(templateContent(given, 'variables')));
    } else {
      result.push(marked(readVariable(given), given));
    }
  }
  return result;
}

function readVariable(given: Fields): Map<string, Data> {
  const group = given.pairs.get('group');
  if (group) {
    onlyKnown(given, groupKeys, 'a variable group');
    return new Map([['group', text(group.value, 'group')]]);
  }
  onlyKnown(given, namedKeys, 'a variable');
  const nameField = given.pairs.get('name');
  if (!nameField) throw new PipelineError(`a variable needs a 'name' or a 'group'`, given.at);
  const name = text(nameField.value, 'name');
  const valueField = given.pairs.get('value');
  const value = valueField ? text(valueField.value, name) : '';
  given.scope.variables.set(name, value);
  const result = new Map<string, Data>([
    ['name', name],
    ['value', value],
  ]);
  const readonly = given.pairs.get('readonly');
  if (readonly) result.set('readonly', bool(readonly.value, 'readonly'));
  return result;
}
