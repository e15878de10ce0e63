import { EngineError, invalidTemplate } from '../engine-error.ts';
import { toJson } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { arrayAt, integerAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';
import { notHere } from './scope.ts';

/** The zones that a host without an opinion has everywhere. */
const DEFAULT_ZONES: readonly string[] = ['1', '2', '3'];

/** Availability zones, provider data and built-in role definitions. */
export const zones: readonly BuiltIn[] = [
  strict('pickZones', 3, 5, (values, call) => {
    const [namespace, type, location] = [0, 1, 2].map((i) => stringAt(values, i, call));
    const count = values.length > 3 ? integerAt(values, 3, call) : 1;
    const offset = values.length > 4 ? integerAt(values, 4, call) : 0;
    const { host } = call.frame.context;
    const known = host.zones?.(namespace ?? '', type ?? '', location ?? '') ?? DEFAULT_ZONES;
    if (count < 1 || count > 3 || offset < 0) {
      throw invalidTemplate(
        "The template function 'pickZones' expects 1 to 3 zones and an offset that is not " +
          'negative.',
      );
    }
    if (known.length === 0) return [];
    if (offset + count > known.length) {
      throw invalidTemplate(
        `The template function 'pickZones' asks for zone '${offset + count}' of ` +
          `'${known.length}' in '${location}'.`,
      );
    }
    return known.slice(offset, offset + count);
  }),
  // Which physical zone a logical one is differs by subscription; here they correspond in order.
  strict('toLogicalZone', 3, 3, (values, call) =>
    logical(stringAt(values, 2, call), stringAt(values, 1, call), call),
  ),
  strict('toLogicalZones', 3, 3, (values, call) =>
    arrayAt(values, 2, call).map((zone) => logical(zone, stringAt(values, 1, call), call)),
  ),
  strict('toPhysicalZone', 3, 3, (values, call) =>
    physical(stringAt(values, 2, call), stringAt(values, 1, call), call),
  ),
  strict('toPhysicalZones', 3, 3, (values, call) =>
    arrayAt(values, 2, call).map((zone) => physical(zone, stringAt(values, 1, call), call)),
  ),
  strict('providers', 1, 2, (values, call) => {
    const { host } = call.frame.context;
    if (host.providers === undefined) throw notHere('providers');
    const namespace = stringAt(values, 0, call);
    const found = host.providers(
      namespace,
      values.length > 1 ? stringAt(values, 1, call) : undefined,
    );
    if (found === undefined) {
      throw new EngineError(
        'InvalidResourceNamespace',
        `The resource namespace '${namespace}' is invalid.`,
      );
    }
    return toJson(found);
  }),
  strict('roleDefinitions', 1, 1, (values, call) => {
    const name = stringAt(values, 0, call);
    const guid = ROLES.get(name.toLowerCase());
    if (guid === undefined) {
      throw invalidTemplate(`The template function 'roleDefinitions' knows no role '${name}'.`);
    }
    return {
      id: `/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
      roleDefinitionId: guid,
    };
  }),
];

function logical(zone: JsonValue, location: string, call: CallSite): string {
  const prefix = `${location}-az`;
  if (typeof zone !== 'string' || !zone.startsWith(prefix)) throw unknownZone(zone, location, call);
  const number = zone.slice(prefix.length);
  if (!DEFAULT_ZONES.includes(number)) throw unknownZone(zone, location, call);
  return number;
}

function physical(zone: JsonValue, location: string, call: CallSite): string {
  if (typeof zone !== 'string' || !DEFAULT_ZONES.includes(zone)) {
    throw unknownZone(zone, location, call);
  }
  return `${location}-az${zone}`;
}

function unknownZone(zone: JsonValue, location: string, call: CallSite): EngineError {
  return invalidTemplate(
    `The template function '${call.name}' knows no zone '${String(zone)}' in '${location}'.`,
  );
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const ROLES: ReadonlyMap<string, string> = new Map([
  ['owner', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'],
  ['contributor', 'b24988ac-6180-42a0-ab88-20f7382dd24c'],
  ['reader', 'acdd72a7-3385-48ef-bd42-f606fba81ae7'],
  ['user access administrator', '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9'],
  ['network contributor', '4d97b98b-1d4f-4787-a291-c67834d212e7'],
  ['private dns zone contributor', 'b12aa53e-6015-4669-85d0-8515ebb3ae7f'],
  ['acrpull', '7f951dda-4ed3-4680-a7ca-43fe172d538d'],
  ['acrpush', '8311e382-0749-4cb8-b61a-304f252e45ec'],
  ['key vault administrator', '00482a5a-887f-4fb3-b363-3b7fe8e74483'],
  ['key vault secrets officer', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'],
  ['key vault secrets user', '4633458b-17de-408a-b874-0445c86b69e6'],
  ['storage blob data contributor', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'],
  ['storage blob data reader', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'],
  ['managed identity operator', 'f1a07417-d97a-45cb-824c-7a7467783830'],
]);
