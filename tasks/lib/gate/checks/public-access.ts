import * as v from 'valibot';
import { sameId } from '../../reach/model.ts';
import { lastOf, listAt, objectAt, textAt, valueAt } from '../../reach/read/resource.ts';
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
    return verdictOf(expected, stateOf(found), judge(found, addresses), seen, []);
  },
};

function stateOf({ properties }: Resource): string {
  return textAt(properties, 'publicNetworkAccess') ?? 'Enabled (the default)';
}

function judge(service: Resource, addresses: readonly string[]): Finding[] {
  const { id, properties } = service;
  const state = stateOf(service);
  if (/^(Disabled|SecuredByPerimeter)$/i.test(state)) return [];
  const name = lastOf(id);
  // Services call the list of rules by one of two names.
  const rules =
    valueAt(properties, 'networkAcls') === undefined
      ? objectAt(properties, 'networkRuleSet')
      : objectAt(properties, 'networkAcls');
  const hint = `Set publicNetworkAccess of ${name} to Disabled.`;
  if (textAt(rules, 'defaultAction') !== 'Deny') {
    const text = `public access to ${name} is ${state}, from anywhere`;
    return [{ code: 'PUBLIC_ACCESS_OPEN', class: 'open', text, hint }];
  }
  const open = listAt(rules, 'ipRules').flatMap((rule) => textAt(rule, 'value') ?? []);
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
