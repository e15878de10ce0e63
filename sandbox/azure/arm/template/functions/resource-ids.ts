import { invalidTemplate } from '../engine-error.ts';
import type { JsonValue } from '../json.ts';
import { resourcePath, typeSegments } from '../resources/resource-path.ts';
import { badArgument, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';

type Values = readonly JsonValue[];
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The functions that build ids. The type is the one argument with a '/'. */
export const resourceIds: readonly BuiltIn[] = [
  strict('resourceId', 2, Infinity, (values, call) => {
    const { before, type, names } = split(values, call, 2);
    const { scope } = call.frame.context.host;
    let [subscription, group] = [scope.subscriptionId, scope.resourceGroup];
    if (before.length === 2) [subscription, group] = [subscriptionOf(before[0]), before[1]];
    // One argument before the type is a resource group, whatever it looks like.
    else if (before[0] !== undefined) group = before[0];
    if (subscription === undefined) return resourcePath('', type, names);
    const base = `/subscriptions/${subscription}`;
    return resourcePath(
      group === undefined ? base : `${base}/resourceGroups/${group}`,
      type,
      names,
    );
  }),
  strict('subscriptionResourceId', 2, Infinity, (values, call) => {
    const { before, type, names } = split(values, call, 1);
    const subscription = subscriptionOf(before[0]) ?? call.frame.context.host.scope.subscriptionId;
    if (subscription === undefined) {
      throw invalidTemplate(
        "The template function 'SUBSCRIPTIONRESOURCEID' is not expected at this location: the " +
          'deployment has no ' +
          'subscription and the call names none.',
      );
    }
    return resourcePath(`/subscriptions/${subscription}`, type, names);
  }),
  strict('tenantResourceId', 2, Infinity, (values, call) => {
    const { type, names } = split(values, call, 0);
    return resourcePath('', type, names);
  }),
  strict('managementGroupResourceId', 2, Infinity, (values, call) => {
    const { before, type, names } = split(values, call, 1);
    const { scope } = call.frame.context.host;
    const group = before[0] ?? (scope.kind === 'managementGroup' ? scope.id.split('/').pop() : '');
    if (!group) {
      throw invalidTemplate(
        "The template function 'MANAGEMENTGROUPRESOURCEID' is not expected at this location: the " +
          'deployment has no ' +
          'management group and the call names none.',
      );
    }
    const base = `/providers/Microsoft.Management/managementGroups/${group}`;
    return resourcePath(base, type, names);
  }),
  strict('extensionResourceId', 3, Infinity, (values, call) => {
    const base = stringAt(values, 0, call);
    if (!base.startsWith('/')) throw badArgument(call, 1, 'a resource id', base);
    const { type, names } = split(values.slice(1), call, 0);
    return resourcePath(base.replace(/\/+$/, ''), type, names);
  }),
];

function subscriptionOf(given: string | undefined): string | undefined {
  if (given === undefined || GUID.test(given)) return given;
  throw invalidTemplate(`The provided value '${given}' is not valid subscription identifier.`);
}

function split(
  values: Values,
  call: CallSite,
  most: number,
): { before: string[]; type: string; names: string[] } {
  const texts = values.map((_, i) => stringAt(values, i, call));
  const at = texts.findIndex((text) => text.includes('/'));
  if (at < 0) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${call.name}': no argument is a resource ` +
        'type.',
    );
  }
  if (at > most) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${call.name}': '${texts[most] ?? ''}' is ` +
        'not a resource type.',
    );
  }
  const type = texts[at] ?? '';
  const names = texts.slice(at + 1);
  if (names.some((name) => name.includes('/'))) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${call.name}': more than one argument has a '/', and only ` +
        `the type may: '${type}'.`,
    );
  }
  const wanted = typeSegments(type).length;
  if (names.length !== wanted) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${call.name}': the type '${type}' requires ` +
        `'${wanted}' ` +
        `resource name argument(s); '${names.length}' are given.`,
    );
  }
  return { before: texts.slice(0, at), type, names };
}
