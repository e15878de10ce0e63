import * as v from 'valibot';
import { parsePrefix, setOf, without } from '../../reach/ranges.ts';
import { lastOf } from '../../reach/read/resource.ts';
import type { Resource } from '../../reach/read/resource.ts';
import { sameId } from '../../net/same-id.ts';
import type { Check, Verdict } from '../check.ts';
import { addressesOf, publicWay, ruleParts } from '../public-way.ts';
import type { PublicWay } from '../public-way.ts';
import type { Finding, StateSeen, Unread } from '../state.ts';
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
    // Services of different types may have one name; what belongs to a service is none.
    const services = seen.resources.all.filter(
      ({ id, type }) =>
        /^(?!Microsoft\.(?:Network|Resources)\/)[^/]+\/[^/]+$/i.test(type) &&
        (sameId(id, target) || sameId(lastOf(id), target)),
    );
    if (services.length === 0) return unseen(lastOf(target), expected, seen);
    const ways = services.map((service) => ({ service, ...publicWay(service, seen.resources) }));
    const open = ways.filter(({ state }) => !/^(Disabled|SecuredByPerimeter)$/i.test(state));
    const gap = seen.unread.find((one) => open.some(({ service }) => isRulesOf(one, service)));
    if (gap !== undefined) return blindVerdict(expected, gap);
    if (open.some(({ unresolved }) => unresolved)) {
      return {
        status: 'unknown',
        code: 'PUBLIC_ACCESS_NOT_SEEN',
        class: 'not-seen',
        expected,
        observed: `what ${lastOf(target)} says of public access is known after the deployment only`,
        hint: 'Say it by parameters and constants, or run the gate with evidence state after the deployment.',
      };
    }
    const good = [...new Set(ways.map(({ state }) => state))].join(', ');
    const findings = open.flatMap((way) => judge(lastOf(target), way, addresses));
    return verdictOf(expected, good, findings, seen, []);
  },
};

function unseen(name: string, expected: string, { unread }: StateSeen): Verdict {
  const blind = unread.find(({ scope }) => sameId(lastOf(scope), name));
  // Services are found behind endpoints: one that may not be listed may be the way to it.
  const unlisted = unread.find(({ type }) => type === networkTypes.endpoints);
  const gap = blind ?? unlisted;
  if (gap !== undefined) return blindVerdict(expected, gap);
  return {
    status: 'unknown',
    code: 'PUBLIC_ACCESS_NOT_SEEN',
    class: 'not-seen',
    expected,
    observed: `${name} is not among the resources that were read`,
    hint: 'Services are found behind the private endpoints of the hub and the stamps.',
  };
}

/** Whether what nobody could look at are the rules of this service. */
function isRulesOf({ type, scope }: Unread, service: Resource): boolean {
  return (
    sameId(scope, service.id) &&
    ruleParts(service.type).some((part) => sameId(type, `${service.type}/${part}`))
  );
}

function judge(
  name: string,
  { state, openTo }: PublicWay,
  addresses: readonly string[],
): Finding[] {
  const hint = `Set publicNetworkAccess of ${name} to Disabled.`;
  const finding = (from: string): Finding => ({
    code: 'PUBLIC_ACCESS_OPEN',
    class: 'open',
    text: `public access to ${name} is ${state}, ${from}`,
    hint,
  });
  if (openTo === undefined) return [finding('from anywhere')];
  if (openTo.length === 0) return addresses.length > 0 ? [] : [finding('for no address')];
  const declared = setOf(addresses);
  const excess = openTo.filter((text) => {
    const own = addressesOf(text);
    return own.length === 0 || without(own, declared).length > 0;
  });
  if (excess.length === 0) return [];
  // The rule "allow Azure services" of databases: any customer's, not only one's own.
  const shown = excess.map((text) => (text === '0.0.0.0' ? 'all of Azure (0.0.0.0)' : text));
  return [finding(`for ${shown.join(', ')}`)];
}
