import * as v from 'valibot';
import { sameId } from '../../reach/model.ts';
import {
  hasUnresolved,
  lastOf,
  listAt,
  objectAt,
  textAt,
  valueAt,
} from '../../reach/read/resource.ts';
import type { Resource } from '../../reach/read/resource.ts';
import { intersection, parsePrefix, setOf, without } from '../../reach/ranges.ts';
import type { Check } from '../check.ts';
import type { Finding, StateSeen } from '../state.ts';
import { blindVerdict, networkTypes, verdictOf } from '../state.ts';

const schema = v.strictObject({
  target: v.string('must be the name or id of a resource'),
  /** Addresses or networks that may use the public way; none: it has to be off. */
  addresses: v.optional(
    v.array(
      v.pipe(
        v.string('must be a list of addresses or networks'),
        v.check((text) => parsePrefix(text) !== undefined, 'must be an address or a network'),
      ),
    ),
  ),
});
type Spec = v.InferOutput<typeof schema>;

/** The public way to a service is off, or open to declared addresses only. */
export const publicAccess: Check<Spec, StateSeen> = {
  kind: 'public-access',
  schema,
  reference: {
    summary: 'The public way to a service is off, or open to the given addresses only.',
    example: `each: stamp
target: '{stamp.parameters.keyVaultName}'`,
  },
  target: ({ target }) => lastOf(target),
  observe: (_spec, probe, signal) => probe.state(signal),
  judge({ target, addresses = [] }, seen) {
    const expected =
      addresses.length === 0
        ? `public access to ${lastOf(target)} is off`
        : `public access to ${lastOf(target)} is off or for ${addresses.join(', ')} only`;
    const found = seen.resources.all.find(
      ({ id, type }) =>
        !/^Microsoft\.(Network|Resources)\//i.test(type) &&
        (sameId(id, target) || sameId(lastOf(id), target)),
    );
    if (found === undefined) {
      const [blind] = seen.unread.filter(({ scope }) => sameId(lastOf(scope), lastOf(target)));
      // Services are found behind endpoints: one that may not be listed may be the way to it.
      const unlisted = seen.unread.find(({ type }) => type === networkTypes.endpoints);
      const gap = blind ?? unlisted;
      if (gap !== undefined) return blindVerdict(expected, gap);
      return {
        status: 'unknown',
        code: 'PUBLIC_ACCESS_NOT_SEEN',
        class: 'not-seen',
        expected,
        observed: `${lastOf(target)} is not among the resources that were read`,
        hint: 'Services are found behind the private endpoints of the hub and the stamps.',
      };
    }
    if (hasUnresolved([stateOf(found), rulesOf(found)])) {
      return {
        status: 'unknown',
        code: 'PUBLIC_ACCESS_NOT_SEEN',
        class: 'not-seen',
        expected,
        observed: `what ${lastOf(target)} says of public access is known after the deployment only`,
        hint: 'Say it by parameters and constants, or run the gate with evidence state after the deployment.',
      };
    }
    return verdictOf(expected, stateOf(found), judge(found, addresses), seen, []);
  },
};

/** Flexible database servers say it of their network. */
function stateOf({ properties }: Resource): string {
  const given = [properties, objectAt(properties, 'network')].map((one) =>
    textAt(one, 'publicNetworkAccess'),
  );
  return given.find((text) => text !== undefined) ?? 'Enabled (the default)';
}

/** Services call the list of rules by one of two names. */
function rulesOf({ properties }: Resource): unknown {
  return valueAt(properties, 'networkAcls') ?? valueAt(properties, 'networkRuleSet');
}

/** The addresses to which public access is open; undefined for all. */
function openTo(service: Resource): readonly string[] | undefined {
  const rules = rulesOf(service);
  // Cosmos DB lets in whom it lists, and everybody while it lists nobody.
  const listed = listAt(service.properties, 'ipRules').flatMap(
    (rule) => textAt(rule, 'ipAddressOrRange') ?? [],
  );
  if (rules === undefined && listed.length > 0) return listed;
  if (!/^Deny$/i.test(textAt(rules, 'defaultAction') ?? '')) return undefined;
  return listAt(rules, 'ipRules').flatMap((rule) => textAt(rule, 'value') ?? []);
}

function judge(service: Resource, addresses: readonly string[]): Finding[] {
  const state = stateOf(service);
  if (/^(Disabled|SecuredByPerimeter)$/i.test(state)) return [];
  const name = lastOf(service.id);
  const hint = `Set publicNetworkAccess of ${name} to Disabled.`;
  const open = openTo(service);
  if (open === undefined) {
    const text = `public access to ${name} is ${state}, from anywhere`;
    return [{ code: 'PUBLIC_ACCESS_OPEN', class: 'open', text, hint }];
  }
  const excess = open.filter((text) => {
    const own = setOf([text]);
    return own.length === 0 || without(own, intersection(own, setOf(addresses))).length > 0;
  });
  if (open.length > 0 && excess.length === 0) return [];
  if (open.length === 0 && addresses.length > 0) return [];
  const from = open.length === 0 ? 'for no address' : `for ${excess.join(', ')}`;
  const text = `public access to ${name} is ${state}, ${from}`;
  return [{ code: 'PUBLIC_ACCESS_OPEN', class: 'open', text, hint }];
}
