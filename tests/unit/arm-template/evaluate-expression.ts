import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { stubHost, template } from './stub-host.ts';

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'int',
  boolean: 'bool',
  object: 'object',
};

/** The value of an expression (without brackets) as the output of a template; `expected` decides the output's type. */
export function evaluateExpression(expression: string, expected: unknown): unknown {
  const type = Array.isArray(expected) ? 'array' : (TYPES[typeof expected] ?? 'object');
  const plan = planDeployment(
    template({
      languageVersion: '2.0',
      resources: {},
      outputs: { value: { type, nullable: true, value: `[${expression}]` } },
    }),
    {},
    stubHost(),
  );
  return plan.outputs()['value']?.value;
}
