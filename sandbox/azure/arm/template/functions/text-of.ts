import type { JsonValue } from '../json.ts';

/**
 * The text that string(), format() and concat() make of a value: booleans are 'True' and 'False',
 * as in .NET, objects and arrays are compact JSON
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string#string).
 */
export function textOf(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}
