import { NOT_RECOGNIZED } from '../syntax/parse-statement.ts';
import type { StatementNode } from '../syntax/statements.ts';
import type { Model } from './model.ts';
import { report } from './model.ts';

const PARAMETERS_ONLY = ['using', 'extends'];
const OF_PARAMETERS = [...PARAMETERS_ONLY, 'param', 'var', 'type', 'import'];

/** Whether a declaration may stand in a file of that kind; reported at its first word, if not. */
export function isAllowed(model: Model, statement: StatementNode): boolean {
  const { kind, start } = statement;
  const word = /^\w*/.exec(model.text.slice(start))?.[0] ?? '';
  const at = { start, end: start + word.length };
  if (model.kind === 'params' && !OF_PARAMETERS.includes(kind) && word !== 'extension') {
    const message =
      'This declaration type is not valid for a Bicep Parameters file. Supported declarations: "using", "extends", "param", "var", "type".';
    report(model, at, 'BCP337', message);
    return false;
  }
  if (model.kind === 'bicep' && PARAMETERS_ONLY.includes(kind)) {
    report(model, at, 'BCP007', NOT_RECOGNIZED);
    return false;
  }
  const [decorator] = model.kind === 'params' && kind === 'param' ? statement.decorators : [];
  if (decorator) {
    const { start: sign } = decorator;
    report(model, { start: sign, end: sign + 1 }, 'BCP130', 'Decorators are not allowed here.');
  }
  return true;
}

/** What needs a feature that is off, with the code that the real CLI has for it. */
const EXPERIMENTS: Readonly<Record<string, readonly [code: string, message: string]>> = {
  assert: [
    'BCP349',
    'Using an assert declaration requires enabling EXPERIMENTAL feature "Assertions".',
  ],
  provider: ['BCP007', NOT_RECOGNIZED],
  test: [
    'BCP348',
    'Using a test declaration statement requires enabling EXPERIMENTAL feature "TestFramework".',
  ],
};

/** Why a declaration that is only read over is refused. */
export function refusalOf(what: string): readonly [code: string, message: string] {
  return EXPERIMENTS[what] ?? ['BCP000', `This compiler does not support ${what}.`];
}
