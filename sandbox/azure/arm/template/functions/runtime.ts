import { EngineError, invalidTemplate } from '../engine-error.ts';
import type { Frame, ReferenceTarget } from '../evaluate/frame.ts';
import { isObject, toJson } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { badArgument, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';
import { notHere } from './scope.ts';

/** Functions that ask Azure: their answer exists only once the resource is deployed. */
export const runtime: readonly BuiltIn[] = [
  strict('reference', 1, 3, (values, call) => {
    demandRunTime(call);
    const { id, apiVersion } = targetOf(stringAt(values, 0, call), values[1], call);
    return read(id, apiVersion, isFull(values[2], call), call.frame);
  }),
  strict('references', 1, 2, (values, call) => {
    demandRunTime(call);
    const name = stringAt(values, 0, call);
    const found = call.frame.context.lookup(name);
    if (found.kind !== 'many') {
      throw invalidTemplate(
        `The template function 'references' expects the symbolic name of a resource with a copy: ` +
          `'${name}' is none.`,
      );
    }
    const full = isFull(values[1], call);
    return found.targets
      .filter((target) => target.condition)
      .map((target) => read(target.id, target.apiVersion, full, call.frame));
  }),
  strict('resourceInfo', 1, 1, (values, call) => {
    const name = stringAt(values, 0, call);
    const found = call.frame.context.lookup(name);
    if (found.kind === 'one') return info(found.target);
    if (found.kind === 'many') return found.targets.map((target) => info(target));
    throw unknownResource(name, call);
  }),
];

/** list*(): the name of the function is the name of the POST action. */
export function listFunction(name: string): BuiltIn {
  return strict(name, 2, 3, (values, call) => {
    demandRunTime(call);
    const { id, apiVersion } = targetOf(stringAt(values, 0, call), values[1], call);
    const body = values[2] ?? null;
    if (body !== null && !isObject(body)) throw badArgument(call, 3, 'an object', body);
    const { host } = call.frame.context;
    return toJson(host.listAction(name, id, apiVersion, body ?? undefined));
  });
}

function demandRunTime(call: CallSite): void {
  const { phase, place } = call.frame;
  if (phase !== 'run' || place === 'parameter' || place === 'variable' || place === 'function') {
    throw notHere(call.name);
  }
}

function info(target: ReferenceTarget): JsonObject {
  return {
    id: target.id,
    name: target.name,
    type: target.type,
    apiVersion: target.apiVersion,
  };
}

function isFull(value: JsonValue | undefined, call: CallSite): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string' && value.toLowerCase() === 'full') return true;
  throw invalidTemplate(
    `The template function '${call.name}' knows 'Full' as its last parameter, not ` +
      `'${String(value)}'.`,
  );
}

function unknownResource(name: string, call: CallSite): EngineError {
  return invalidTemplate(
    `The template function '${call.name}' refers to '${name}', which is neither a resource of ` +
      'the template nor a ' +
      'resource id.',
  );
}

/**
 * The id and api-version that a first argument (symbolic name, name or id) and an optional second
 * stand for.
 */
function targetOf(
  given: string,
  version: JsonValue | undefined,
  call: CallSite,
): { id: string; apiVersion: string } {
  if (version !== undefined && version !== null && typeof version !== 'string') {
    throw badArgument(call, 2, 'a string', version);
  }
  const { context } = call.frame;
  let target: ReferenceTarget | undefined;
  if (given.startsWith('/')) {
    target = context.byId(given);
  } else {
    const found = context.lookup(given);
    if (found.kind === 'many') {
      throw invalidTemplate(
        `The template function '${call.name}' refers to '${given}', which stands for ` +
          `${found.targets.length} ` +
          'resources of the template.',
      );
    }
    if (found.kind === 'none') throw unknownResource(given, call);
    target = found.target;
  }
  const apiVersion = version ?? target?.apiVersion;
  if (!apiVersion) {
    throw invalidTemplate(
      `The template function '${call.name}' must name an API version: '${given}' is not a ` +
        'resource of the template.',
    );
  }
  return { id: target?.id ?? given, apiVersion };
}

function read(id: string, apiVersion: string, full: boolean, frame: Frame): JsonValue {
  const resource = frame.context.host.reference(id, apiVersion);
  if (resource === undefined) {
    const parts = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)\/providers\/(.+)$/i.exec(id);
    const what = parts?.[2] ?? id.replace(/^\//, '');
    throw new EngineError(
      'ResourceNotFound',
      parts === null
        ? `The Resource '${what}' was not found.`
        : `The Resource '${what}' under resource group '${parts[1]}' was not found.`,
      { target: id },
    );
  }
  const json = toJson(resource);
  if (!isObject(json)) throw new TypeError('a resource is an object');
  if (!full) return json['properties'] ?? {};
  // The engine adds what a GET does not say; ids are in the answer, as they are in Azure's.
  return { apiVersion, ...json };
}
