import type { DeploymentScope } from '../../../sandbox/azure/arm/template/plan.ts';
import { SUBSCRIPTION } from './stub-host.ts';

interface TypeShape {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  defaultValue?: unknown;
  allowedValues?: unknown[];
  minLength?: number;
  maxLength?: number;
  minValue?: number;
  items?: TypeShape;
  prefixItems?: TypeShape[];
  properties?: Record<string, TypeShape>;
  discriminator?: { propertyName: string; mapping: Record<string, TypeShape> };
}

interface Declarations {
  parameters?: Record<string, TypeShape>;
  definitions?: Record<string, TypeShape>;
}

/** Values for the parameters that have none, made after their types and names. */
export function inventParameters(template: Record<string, unknown>): {
  parameters: Record<string, { value: unknown }>;
  invented: boolean;
} {
  const { parameters = {}, definitions = {} } = template as Declarations;
  const result: Record<string, { value: unknown }> = {};
  for (const [name, declared] of Object.entries(parameters)) {
    const type = resolve(declared, definitions);
    if (declared.defaultValue === undefined && type.nullable !== true) {
      result[name] = { value: valueOf(type, definitions, name) };
    }
  }
  return { parameters: result, invented: Object.keys(result).length > 0 };
}

/** The scope that the schema of a template is for. */
export function scopeKindOf(template: Record<string, unknown>): DeploymentScope['kind'] {
  const schema = String(template['$schema']);
  if (/\/tenantDeployment/i.test(schema)) return 'tenant';
  if (/\/managementGroupDeployment/i.test(schema)) return 'managementGroup';
  return /\/subscriptionDeployment/i.test(schema) ? 'subscription' : 'resourceGroup';
}

function resolve(type: TypeShape, definitions: Record<string, TypeShape>): TypeShape {
  if (type.$ref === undefined) return type;
  const { $ref, ...rest } = type;
  const target = definitions[$ref.slice('#/definitions/'.length)];
  return resolve({ ...target, ...rest }, definitions);
}

function valueOf(
  declared: TypeShape,
  definitions: Record<string, TypeShape>,
  name: string,
): unknown {
  const type = resolve(declared, definitions);
  if (type.nullable === true) return null;
  const kind = (type.type ?? 'object').toLowerCase();
  if (type.allowedValues !== undefined) {
    return kind === 'array' ? type.allowedValues.slice(0, 1) : type.allowedValues[0];
  }
  switch (kind) {
    case 'string':
    case 'securestring':
      return textOf(type, name);
    case 'int':
      return type.minValue ?? 1;
    case 'bool':
      return true;
    case 'array': {
      const tuple = (type.prefixItems ?? []).map((item) => valueOf(item, definitions, name));
      while (tuple.length < (type.minLength ?? 0)) {
        tuple.push(type.items === undefined ? 'x' : valueOf(type.items, definitions, name));
      }
      return tuple;
    }
    default:
      return objectOf(type, definitions, name);
  }
}

function objectOf(
  type: TypeShape,
  definitions: Record<string, TypeShape>,
  name: string,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (type.discriminator !== undefined) {
    const [variant] = Object.entries(type.discriminator.mapping);
    if (variant !== undefined) {
      Object.assign(result, valueOf(variant[1], definitions, name));
      result[type.discriminator.propertyName] = variant[0];
    }
  }
  for (const [key, property] of Object.entries(type.properties ?? {})) {
    const value = valueOf(property, definitions, key);
    if (value !== null) result[key] = value;
  }
  return result;
}

function textOf(type: TypeShape, name: string): string {
  let text = `${name}-x`;
  if (/(subscription|object|principal|tenant|client|roleDefinition)Id/i.test(name))
    text = SUBSCRIPTION;
  else if (/managementGroup/i.test(name)) text = 'mg2';
  else if (/id$/i.test(name)) {
    text = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg2/providers/Microsoft.X/ys/${name}`;
  } else if (/prefix|cidr/i.test(name)) text = '10.1.0.0/16';
  return text.padEnd(type.minLength ?? 0, 'x').slice(0, type.maxLength);
}
