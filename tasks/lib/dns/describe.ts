import { ownerOf } from './check.ts';
import type { Plan } from './plan.ts';

/** A plan as lines: what would be created, changed, removed, left alone, and why. */
export function describePlan(plan: Plan): string[] {
  const lines = [`${plan.owner}:`];
  for (const step of plan.records) {
    if (step.kind === 'remove' || step.kind === 'changed') {
      const { name, zone, addresses } = step.actual;
      const why =
        step.kind === 'remove'
          ? 'ours, and not needed'
          : 'not needed, but changed by somebody: left alone';
      lines.push(
        row(step.kind === 'remove' ? 'remove' : 'leave', `${name}.${zone}`, addresses, why),
      );
      continue;
    }
    const { name, zone, addresses } = step.wanted;
    lines.push(row(step.kind, `${name}.${zone}`, addresses, reasonOf(step)));
  }
  for (const step of plan.links) {
    const { zone, networkId } = step.kind === 'remove' ? step.actual : step.wanted;
    const network = networkId.split('/').at(-1) ?? networkId;
    lines.push(row(step.kind, `${zone} <-> ${network}`, [], ''));
  }
  for (const zone of plan.missingZones)
    lines.push(row('missing', zone, [], 'the zone does not exist'));
  for (const { zone, networkId } of plan.missingLinks) {
    lines.push(row('missing', `${zone} <-> ${networkId}`, [], 'its owner has to make this link'));
  }
  if (lines.length === 1) lines.push('  nothing to do');
  return lines;
}

/** Steps that write. */
export function changesOf(plan: Plan): number {
  const writing = new Set(['create', 'update', 'remove']);
  return [...plan.records, ...plan.links].filter(({ kind }) => writing.has(kind)).length;
}

/** The plan as data, for the output `plan`. */
export function planDocument(plans: readonly Plan[]): unknown {
  return plans.map((plan) => ({
    owner: plan.owner,
    records: plan.records.map((step) => {
      const { zone, name, addresses } = 'wanted' in step ? step.wanted : step.actual;
      const present = 'actual' in step ? step.actual : undefined;
      return {
        action: step.kind,
        zone,
        name,
        addresses,
        ...(present === undefined
          ? {}
          : {
              present: { owner: ownerOf(present), addresses: present.addresses, ttl: present.ttl },
            }),
      };
    }),
    links: plan.links.map((step) => {
      const { zone, name, networkId } = step.kind === 'remove' ? step.actual : step.wanted;
      return { action: step.kind, zone, name, network: networkId };
    }),
    missingZones: plan.missingZones,
    missingLinks: plan.missingLinks,
  }));
}

function row(verb: string, what: string, addresses: readonly string[], why: string): string {
  const value = addresses.length === 0 ? '' : ` -> ${addresses.join(', ')}`;
  return `  ${verb.padEnd(8)} ${what}${value}${why === '' ? '' : ` (${why})`}`;
}

function reasonOf(step: Exclude<Plan['records'][number], { kind: 'remove' | 'changed' }>): string {
  switch (step.kind) {
    case 'create':
    case 'keep':
      return '';
    case 'update':
      return `now ${step.actual.addresses.join(', ')}, TTL ${step.actual.ttl} s`;
    case 'foreign':
      return `right already, belongs to ${ownerOf(step.actual)}: left alone`;
    case 'conflict':
      return `holds ${step.actual.addresses.join(', ')}, belongs to ${ownerOf(step.actual)}`;
  }
}
