import * as v from 'valibot';
import { sameId } from '../../reach/model.ts';
import { idAt, lastOf, listAt, objectAt, textAt, textsAt } from '../../reach/read/resource.ts';
import type { Resource } from '../../reach/read/resource.ts';
import type { Hub, Network } from '../../topology/model.ts';
import type { Check } from '../check.ts';
import { networkNeeds, networkOf, networkWords } from '../networks.ts';
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
  judge(spec, seen) {
    const { zone, records = [], hub, networks = [] } = spec;
    const names = networks.map(({ name }) => name).join(', ');
    const expected =
      records.length === 0
        ? `${zone} is linked to ${names}`
        : `${zone} is linked to ${names} and says of ${records.join(', ')} what its endpoint has`;
    const found = seen.resources
      .ofType(networkTypes.zones)
      .find(({ id }) => sameId(lastOf(id), zone));
    const blind = seen.unread.some(({ type }) => type === networkTypes.zones);
    if (found === undefined) {
      const findings = blind ? [] : [missing(zone, hub)];
      return verdictOf(expected, '', findings, seen, [networkTypes.zones]);
    }
    const links = seen.resources.childrenOf(found.id, 'virtualNetworkLinks');
    const unlinked = networks.filter(
      ({ id }) => !links.some((link) => sameId(idAt(link.properties, 'virtualNetwork') ?? '', id)),
    );
    const findings = [
      ...unlinked.map(({ name }): Finding => ({
        code: 'ZONE_NOT_LINKED',
        class: 'not-linked',
        text: `${zone} is not linked to ${name}`,
        hint: `Link ${zone} to ${name}: its machines get the public answer until then.`,
      })),
      ...records.flatMap((name) => judgeRecord(seen, found, name)),
    ];
    return verdictOf(expected, 'linked, records as the endpoints', findings, seen, [
      networkTypes.zones,
      networkTypes.interfaces,
    ]);
  },
};

function judgeRecord(seen: StateSeen, zone: Resource, name: string): Finding[] {
  const record = seen.resources.childrenOf(zone.id, 'A').find(({ id }) => sameId(lastOf(id), name));
  const there = listAt(record?.properties, 'aRecords').flatMap(
    (r) => textAt(r, 'ipv4Address') ?? [],
  );
  const wanted = addressesOf(seen, name);
  const zoneName = lastOf(zone.id);
  if (record === undefined) {
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

/** Addresses that the interfaces of private endpoints have for names that begin with the record's. */
function addressesOf({ resources }: StateSeen, name: string): string[] {
  return resources.ofType(networkTypes.interfaces).flatMap(({ properties }) =>
    listAt(properties, 'ipConfigurations').flatMap((configuration) => {
      const inner = objectAt(configuration, 'properties');
      const names = textsAt(objectAt(inner, 'privateLinkConnectionProperties'), 'fqdns');
      const own = names.some((fqdn) => fqdn.toLowerCase().startsWith(`${name.toLowerCase()}.`));
      return own ? (textAt(inner, 'privateIPAddress') ?? []) : [];
    }),
  );
}

function missing(zone: string, hub: Hub | undefined): Finding {
  return {
    code: 'ZONE_MISSING',
    class: 'missing',
    text: `there is no zone ${zone}`,
    hint: `Create ${zone} in ${hub?.dns.resourceGroup}, and link it.`,
  };
}
