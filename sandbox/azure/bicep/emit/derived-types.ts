import type { TypeCallNode, TypeNode } from '../syntax/type-nodes.ts';
import { EmitError } from './arm.ts';

type Json = Record<string, unknown>;

// Without the library of resource types only these are certain: they are the same for every resource.
const COMMON: Readonly<Record<string, string>> = {
  id: 'string',
  name: 'string',
  location: 'string',
  tags: 'object',
  properties: 'object',
};

/** `resourceInput<'T@v'>.properties`: a pointer into the definition of a resource type. */
function derivedJson(root: TypeCallNode, steps: readonly string[], type: TypeNode): Json {
  const argument = root.arguments[0];
  const resource = argument?.kind === 'type-literal' ? String(argument.value) : '';
  const variants = ['resourceInput', 'resourceOutput'];
  if (!variants.includes(root.name.name) || !resource.includes('@')) {
    throw new EmitError(root, `The type "${root.name.name}<>" is not supported.`);
  }
  const last = steps[steps.length - 1];
  if (last === undefined) throw new EmitError(root, WHOLE_BODY, 'BCP394');
  const kind = steps.length === 2 ? COMMON[last] : undefined;
  if (kind === undefined) {
    throw new EmitError(
      type,
      `The type of a property of "${resource}" is not known: this compiler has no library of resource types.`,
    );
  }
  const source = `${resource}#${steps.join('/')}`;
  const output = root.name.name === 'resourceOutput' ? { output: true } : {};
  return {
    type: kind,
    metadata: { '__bicep_resource_derived_type!': { source, ...output } },
  };
}

/** The JSON of a type that a type of a resource or of the language is a part of; undefined for all others. */
export function derivedTypeJson(type: TypeNode): Json | undefined {
  const steps: string[] = [];
  let root = type;
  while (root.kind === 'type-access') {
    const { step } = root;
    if (step === 'items') steps.unshift('items');
    else if (step === 'additional') steps.unshift('additionalProperties');
    else if ('index' in step) steps.unshift('prefixItems', String(step.index));
    else if (root.base.kind === 'type-name' && root.base.name.name === 'sys') {
      return ambientJson(step.property);
    } else steps.unshift('properties', step.property);
    root = root.base;
  }
  return root.kind === 'type-call' ? derivedJson(root, steps, type) : undefined;
}

export const RESOURCE_TYPED =
  'Using resource-typed parameters and outputs requires enabling EXPERIMENTAL feature "ResourceTypedParamsAndOutputs".';
const WHOLE_BODY =
  'Resource-derived type expressions must dereference a property within the resource body. Using the entire resource body type is not permitted.';

/** A type of the language itself; `any` is no constraint at all. */
export function ambientJson(name: string): Json {
  return name === 'any' ? {} : { type: name };
}
