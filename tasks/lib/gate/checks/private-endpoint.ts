import * as v from 'valibot';
import {
  idAt,
  lastOf,
  listAt,
  objectAt,
  parentOf,
  textAt,
  textsAt,
} from '../../reach/read/resource.ts';
import type { Resource } from '../../reach/read/resource.ts';
import { sameId } from '../../net/same-id.ts';
import type { Check } from '../check.ts';
import type { Finding, StateSeen, Subject } from '../state.ts';
import { networkField, networkTypes, subjectOf, verdictOf } from '../state.ts';

const schema = v.strictObject({
  network: networkField,
  subnet: v.optional(v.string('must be a subnet')),
  target: v.string('must be the name of a resource'),
  group: v.optional(v.string('must be a sub-resource such as vault or blob')),
});
type Spec = v.InferOutput<typeof schema> & { readonly subject?: Subject | undefined };

/** A resource has a private endpoint that is approved, in the right subnet. */
export const privateEndpoint: Check<Spec, StateSeen> = {
  kind: 'private-endpoint',
  schema,
  reference: {
    summary: 'A resource has an approved private endpoint in the right subnet.',
    example: `each: stamp
target: '{stamp.parameters.keyVaultName}'
group: vault`,
  },
  complete(spec, context) {
    const subnet = spec.subnet ?? 'endpoints';
    return { ...spec, subnet, subject: subjectOf({ ...spec, subnets: [subnet] }, context) };
  },
  target: ({ target, group }) => (group === undefined ? target : `${target} ${group}`),
  observe: (_spec, probe, signal) => probe.state(signal),
  judge(spec, seen) {
    const { subject, subnet } = spec;
    const expected = `an approved private endpoint of ${privateEndpoint.target(spec)} in ${subnet}`;
    const own = seen.resources
      .ofType(networkTypes.endpoints)
      .filter((endpoint) => leadsTo(endpoint, spec.target));
    const near = own.filter(
      ({ properties }) =>
        subject !== undefined &&
        sameId(parentOf(idAt(properties, 'subnet') ?? ''), subject.network.id),
    );
    // A storage account has an endpoint for each of its services: the others are no fault.
    const wanted = near.filter((endpoint) => isFor(endpoint, spec.group));
    const right = wanted.length > 0 ? wanted : near;
    const blind = seen.unread.some(({ type }) => type === networkTypes.endpoints);
    const findings = own.length === 0 && !blind ? [missing(spec)] : judge(spec, own, right);
    const observed = right.map(({ id }) => lastOf(id)).join(', ');
    // What was found needs no further look.
    const relevant = right.length === 0 ? [networkTypes.endpoints] : [];
    return verdictOf(expected, observed, findings, seen, relevant);
  },
};

function judge(spec: Spec, all: readonly Resource[], own: readonly Resource[]): Finding[] {
  const { target, subject, subnet } = spec;
  if (own.length === 0) {
    if (all.length === 0) return [];
    const there = all.map(({ properties }) => idAt(properties, 'subnet') ?? '').join(', ');
    return [wrongSubnet(spec, `in ${there}`)];
  }
  return own.flatMap(({ id, properties }): Finding[] => {
    const findings: Finding[] = [];
    const home = idAt(properties, 'subnet') ?? '';
    if (!sameId(home, subject?.subnets[0]?.id ?? ''))
      findings.push(wrongSubnet(spec, `in ${lastOf(home)}`));
    for (const { connection, manual } of connectionsOf(properties)) {
      const given = textAt(objectAt(connection, 'privateLinkServiceConnectionState'), 'status');
      // One that asks for an approval has none yet, unless it says so.
      const status = given ?? (manual ? 'Pending' : 'Approved');
      const groups = textsAt(connection, 'groupIds');
      if (status !== 'Approved') {
        findings.push({
          code: 'ENDPOINT_NOT_APPROVED',
          class: status.toLowerCase(),
          text: `the connection of ${lastOf(id)} is ${status}`,
          hint: `Approve the connection of ${lastOf(id)} on ${target}; until then it carries nothing.`,
        });
      }
      if (!hasGroup(groups, spec.group)) {
        findings.push({
          code: 'ENDPOINT_WRONG_TARGET',
          class: 'wrong-target',
          text: `${lastOf(id)} leads to ${groups.join(', ')}`,
          hint: `Make a private endpoint for ${spec.group} of ${target} in ${subnet}.`,
        });
      }
    }
    return findings;
  });
}

function missing({ target, subject, subnet }: Spec): Finding {
  return {
    code: 'ENDPOINT_MISSING',
    class: 'missing',
    text: `${target} has no private endpoint`,
    hint: `Make a private endpoint of ${target} in subnet ${subnet} of ${subject?.network.name}.`,
  };
}

function wrongSubnet({ target, subject, subnet }: Spec, where: string): Finding {
  return {
    code: 'ENDPOINT_WRONG_SUBNET',
    class: 'wrong-subnet',
    text: `the private endpoint of ${target} is ${where}`,
    hint: `Put it into subnet ${subnet} of ${subject?.network.name}.`,
  };
}

function connectionsOf(properties: unknown): { connection: unknown; manual: boolean }[] {
  return ['privateLinkServiceConnections', 'manualPrivateLinkServiceConnections'].flatMap((key) =>
    listAt(properties, key).map((one) => ({
      connection: objectAt(one, 'properties'),
      manual: key.startsWith('manual'),
    })),
  );
}

function isFor({ properties }: Resource, group: string | undefined): boolean {
  return connectionsOf(properties).some(({ connection }) =>
    hasGroup(textsAt(connection, 'groupIds'), group),
  );
}

/** Services of the estate's own (Private Link services) have no sub-resources. */
function hasGroup(groups: readonly string[], group: string | undefined): boolean {
  return group === undefined || groups.length === 0 || groups.some((one) => sameId(one, group));
}

function leadsTo({ properties }: Resource, target: string): boolean {
  return connectionsOf(properties).some(({ connection }) => {
    const id = textAt(connection, 'privateLinkServiceId') ?? '';
    return sameId(id, target) || sameId(lastOf(id), target);
  });
}
