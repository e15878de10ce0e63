import * as v from 'valibot';
import { sameId } from '../../net/same-id.ts';
import { lastOf, listAt, objectAt, textAt, textsAt } from '../../reach/read/resource.ts';
import type { Resource } from '../../reach/read/resource.ts';
import type { Hub, Network } from '../../topology/model.ts';
import type { Check, Verdict } from '../check.ts';
import { networkNeeds, networkOf, networkWords } from '../networks.ts';
import { isLinked, recordIn, zonesAbove } from '../private-zones.ts';
import type { Finding, StateSeen } from '../state.ts';
import { networkTypes, verdictOf } from '../state.ts';
import { nameField } from './fields.ts';

const schema = v.strictObject({
  zone: nameField,
  linked: v.optional(
    v.array(v.picklist(networkWords, 'must be a list of hub, operations and stamp')),
  ),
  records: v.optional(v.array(v.string('must be a list of record names'))),
});
type Spec = v.InferOutput<typeof schema> & {
  readonly hub?: Hub | undefined;
  readonly networks?: readonly Network[] | undefined;
};

/** A private zone is linked to the networks that ask it, and its records are what the endpoints have. */
export const dnsZone: Check<Spec, StateSeen> = {
  kind: 'dns-zone',
  schema,
  reference: {
    summary:
      'A private zone is linked to the networks that ask it, and its records are what the interfaces of the endpoints have.',
    example: `each: stamp
zone: privatelink.vaultcore.azure.net
linked: [hub]
records: ['{stamp.parameters.keyVaultName}']`,
  },
  complete(spec, context) {
    const { hub, problem } = context;
    if (hub === undefined) problem([], 'needs a topology');
    const linked = spec.linked ?? ['hub'];
    const networks = linked.flatMap((word) => {
      const network = networkOf(word, context);
      if (network === undefined && hub !== undefined) problem(['linked'], networkNeeds[word]);
      return network ?? [];
    });
    return { ...spec, hub, networks };
  },
  target: ({ zone }) => zone,
  observe: (_spec, probe, signal) => probe.state(signal),
  judge(spec, whole) {
    const { zone, records = [], hub, networks = [] } = spec;
    const seen = withoutOtherGroups(whole, hub);
    const names = networks.map(({ name }) => name).join(', ');
    const expected =
      records.length === 0
        ? `${zone} is linked to ${names}`
        : `${zone} is linked to ${names} and says of ${records.join(', ')} what its endpoint has`;
    const found = zoneOf(seen, zone, hub);
    const blind = seen.unread.some(({ type }) => type === networkTypes.zones);
    if (seen.source === 'predicted') {
      // Records are written after a deployment, and zones often by another team's template.
      return { ...later, expected };
    }
    if (found === undefined) {
      const findings = blind ? [] : [missing(zone, hub)];
      return verdictOf(expected, '', findings, seen, [networkTypes.zones]);
    }
    const hidden = (type: string) => seen.unread.some((one) => one.type === type);
    const unlinked = hidden(networkTypes.links)
      ? []
      : networks.filter(({ id }) => !isLinked(found, id, seen.resources));
    const findings = [
      ...unlinked.map(({ name }): Finding => ({
        code: 'ZONE_NOT_LINKED',
        class: 'not-linked',
        text: `${zone} is not linked to ${name}`,
        hint: `Link ${zone} to ${name}: its machines get the public answer until then.`,
      })),
      ...records.flatMap((name) => judgeRecord(seen, found, name)),
      ...records.flatMap((name) => judgeHidden(seen, found, name, networks)),
    ];
    const { zones, links, records: sets, interfaces } = networkTypes;
    // An endpoint that was found is not looked for any further.
    const sought = records.some((name) => addressesOf(seen, name, zone).length === 0);
    const relevant = [
      zones,
      links,
      ...(records.length > 0 ? [sets] : []),
      ...(sought ? [interfaces] : []),
    ];
    return verdictOf(expected, 'linked, records as the endpoints', findings, seen, relevant);
  },
};

const later: Omit<Verdict, 'expected'> = {
  status: 'skipped',
  code: 'ZONE_AFTER_DEPLOYMENT',
  class: 'not-predicted',
  observed: 'links and records are known after the deployment only',
  hint: 'Run the gate with evidence live or state after PrivateDns.',
};

/** Of zones of one name in several groups, the one in the place for zones. */
function zoneOf(
  { resources }: StateSeen,
  name: string,
  hub: Hub | undefined,
): Resource | undefined {
  const named = resources.ofType(networkTypes.zones).filter(({ id }) => sameId(lastOf(id), name));
  return named.find(({ id }) => isInPlace(id, hub)) ?? named[0];
}

/** Whether an id is of something in the topology's place for zones, or of that group itself. */
function isInPlace(id: string, hub: Hub | undefined): boolean {
  if (hub === undefined) return false;
  const place = `/subscriptions/${hub.dns.subscription}/resourceGroups/${hub.dns.resourceGroup}/`;
  return `${id}/`.toLowerCase().startsWith(place.toLowerCase());
}

/** Zones beside the place for them matter if they are seen; that they cannot be is no gap. */
function withoutOtherGroups(seen: StateSeen, hub: Hub | undefined): StateSeen {
  if (hub === undefined) return seen;
  const unread = seen.unread.filter(
    ({ type, scope, why }) =>
      !type.startsWith(networkTypes.zones) || why === 'no-connection' || isInPlace(scope, hub),
  );
  return { ...seen, unread };
}

function judgeRecord(seen: StateSeen, zone: Resource, name: string): Finding[] {
  const there = recordIn(zone, name, seen.resources);
  const zoneName = lastOf(zone.id);
  const wanted = addressesOf(seen, name, zoneName);
  if (there === undefined) {
    if (seen.unread.some(({ type }) => type === networkTypes.records)) return [];
    const text = `${zoneName} has no record ${name}`;
    const hint = `Run PrivateDns for the stamp of ${name}.`;
    return [{ code: 'ZONE_RECORD_MISSING', class: 'missing', text, hint }];
  }
  if (wanted.length > 0 && there.length > 0 && there.every((one) => wanted.includes(one)))
    return [];
  if (wanted.length === 0) {
    if (seen.unread.some(({ type }) => type === networkTypes.interfaces)) return [];
    const text = `no private endpoint has the name of ${name}, which ${zoneName} says is ${there.join(', ')}`;
    const hint = `Remove the record ${name}, or deploy its endpoint again.`;
    return [{ code: 'ZONE_RECORD_STALE', class: 'stale', text, hint }];
  }
  const text = `${name} is ${there.join(', ')}, and its endpoint has ${wanted.join(', ')}`;
  const hint = `Run PrivateDns for the stamp of ${name}: the record is of an endpoint that is gone.`;
  return [{ code: 'ZONE_RECORD_WRONG', class: 'wrong-address', text, hint }];
}

/** A zone closer to the name answers for it, with its own record or with none. */
function judgeHidden(
  { resources }: StateSeen,
  zone: Resource,
  name: string,
  networks: readonly Network[],
): Finding[] {
  const zoneName = lastOf(zone.id);
  return zonesAbove(`${name}.${zoneName}`, resources)
    .filter(({ id }) => lastOf(id).length > zoneName.length)
    .flatMap((closer): Finding[] => {
      const there = networks.filter(({ id }) => isLinked(closer, id, resources));
      if (there.length === 0) return [];
      const group = closer.id.split('/')[4] ?? '';
      const where = there.map((network) => network.name).join(', ');
      const text = `zone ${lastOf(closer.id)} of ${group}, linked to ${where}, hides the record ${name}`;
      const hint = `Remove zone ${lastOf(closer.id)} from ${group}: it is closer to the name, so ${zoneName} is not asked for it.`;
      return [{ code: 'ZONE_HIDDEN', class: 'hidden', text, hint }];
    });
}

/**
 * Addresses that the interfaces of private endpoints have for a record: for the zone's public name where any has
 * that (an account has endpoints for several services, all under its one name), else for names that begin alike,
 * since some zones are called otherwise (vault.azure.net, privatelink.vaultcore.azure.net).
 */
function addressesOf({ resources }: StateSeen, name: string, zone: string): string[] {
  const all = resources.ofType(networkTypes.interfaces).flatMap(({ properties }) =>
    listAt(properties, 'ipConfigurations').map((configuration) => {
      const inner = objectAt(configuration, 'properties');
      const link = objectAt(inner, 'privateLinkConnectionProperties');
      return {
        address: textAt(inner, 'privateIPAddress'),
        names: textsAt(link, 'fqdns').map((one) => one.toLowerCase()),
      };
    }),
  );
  const exact = `${name}.${zone.replace(/^privatelink\./i, '')}`.toLowerCase();
  const own = all.filter(({ names }) => names.includes(exact));
  const alike = all.filter(({ names }) =>
    names.some((one) => one.startsWith(`${name.toLowerCase()}.`)),
  );
  return (own.length > 0 ? own : alike).flatMap(({ address }) => address ?? []);
}

function missing(zone: string, hub: Hub | undefined): Finding {
  return {
    code: 'ZONE_MISSING',
    class: 'missing',
    text: `there is no zone ${zone}`,
    hint: `Create ${zone} in ${hub?.dns.resourceGroup}, and link it.`,
  };
}
