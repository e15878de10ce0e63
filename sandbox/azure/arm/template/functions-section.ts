import { invalidTemplate } from './engine-error.ts';
import type { UserFunction } from './evaluate/frame.ts';
import { getProperty, isObject } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { checkTypeShape } from './parameters/schema.ts';

/** The functions that a template defines, by 'namespace.name' in lower case. */
export function readUserFunctions(section: readonly JsonValue[]): Map<string, UserFunction> {
  const result = new Map<string, UserFunction>();
  section.forEach((group, i) => {
    const path = `functions[${i}]`;
    if (!isObject(group)) throw invalidTemplate('A function namespace must be an object.', path);
    checkMembers(group, ['namespace', 'members'], path);
    const namespace = getProperty(group, 'namespace');
    const members = getProperty(group, 'members') ?? {};
    if (typeof namespace !== 'string' || !isObject(members)) {
      throw invalidTemplate("A function namespace must have 'namespace' and 'members'.", path);
    }
    for (const [name, definition] of Object.entries(members)) {
      const full = `${namespace}.${name}`;
      const key = full.toLowerCase();
      if (result.has(key)) {
        throw invalidTemplate(`The template function '${full}' is defined twice.`, path);
      }
      result.set(key, readFunction(full, definition, `${path}.members.${name}`));
    }
  });
  return result;
}

function readFunction(name: string, definition: JsonValue, path: string): UserFunction {
  if (!isObject(definition)) throw invalidTemplate('A function must be an object.', path);
  checkMembers(definition, ['parameters', 'output', 'metadata'], path);
  const parameters = getProperty(definition, 'parameters') ?? [];
  if (!Array.isArray(parameters)) {
    throw invalidTemplate("The 'parameters' of a function must be an array.", path);
  }
  const output = getProperty(definition, 'output');
  checkTypeShape(output, `${path}.output`, ['value']);
  const value = getProperty(output, 'value');
  if (value === undefined) throw invalidTemplate('The output of a function has no value.', path);
  return {
    name,
    parameters: parameters.map((parameter, i) => {
      checkTypeShape(parameter, `${path}.parameters[${i}]`, ['name']);
      const parameterName = getProperty(parameter, 'name');
      if (typeof parameterName !== 'string') {
        throw invalidTemplate('A parameter of a function must have a name.', path);
      }
      return { name: parameterName, type: parameter };
    }),
    output: { type: output, value },
  };
}

function checkMembers(object: JsonObject, known: readonly string[], path: string): void {
  for (const key of Object.keys(object)) {
    if (!known.some((name) => name.toLowerCase() === key.toLowerCase())) {
      throw invalidTemplate(`Unknown property '${key}' of a template function.`, path);
    }
  }
}
