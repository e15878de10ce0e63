/**
 * Evaluates the `visibleRule` of a task input: comparisons joined by either `&&` or `||`, such as
 * `action = create || action = validate`.
 * @throws Error for a rule of another form
 */
export function isVisible(rule: string, values: ReadonlyMap<string, string>): boolean {
  const lookup = new Map([...values].map(([name, value]) => [name.toLowerCase(), value]));
  return rule.split('||').some((part) => part.split('&&').every((test) => holds(test, lookup)));
}

const comparison =
  /^\s*(\w+)\s*(!?=|==|NotContains|Contains|StartsWith|EndsWith|In|NotIn)\s*(.*?)\s*$/i;

function holds(test: string, values: ReadonlyMap<string, string>): boolean {
  const [, name = '', operator = '', right = ''] = comparison.exec(test) ?? [];
  if (name === '') throw new Error(`the visible rule '${test}' cannot be read`);
  const value = (values.get(name.toLowerCase()) ?? '').toLowerCase();
  const other = right.replace(/^(['"])(.*)\1$/, '$2').toLowerCase();
  switch (operator.toLowerCase()) {
    case '=':
    case '==':
      return value === other;
    case '!=':
      return value !== other;
    case 'contains':
      return value.includes(other);
    case 'notcontains':
      return !value.includes(other);
    case 'startswith':
      return value.startsWith(other);
    case 'endswith':
      return value.endsWith(other);
    case 'in':
      return other.split(',').includes(value);
    default:
      return !other.split(',').includes(value);
  }
}
