import { isWrite, type RecordStep } from './decide.ts';
import type { RecordSet, RecordType, SetName, WantedRecord } from './model.ts';
import { ownerIn, ownerKey } from './owner.ts';
import type { LinkStep } from './plan-links.ts';
import { presentIn, type Plan } from './plan.ts';
import { shownValues } from './shown-values.ts';
import { groupText, type GroupStep } from './zone-groups.ts';

/** The columns of a plan. */
export const planHeader = ['action', 'what', 'values', 'owner now', 'why'] as const;

/** A plan as rows: what would be created, changed, removed, left alone, and why. */
export function planRows(plan: Plan): string[][] {
  return [
    ...plan.zoneGroups.map(groupRow),
    ...plan.records.map(recordRow),
    ...plan.links.map((step) => linkRow(step, plan.wish.owner)),
    ...plan.mixtures.map(({ wanted, type }) => [
      'conflict',
      nameOf(wanted),
      shownValues(wanted.type, wanted.values),
      '',
      `a CNAME excludes other records, and there is also one of type ${type}`,
    ]),
    ...plan.missingZones.map((zone) => ['missing', zone, '', '', 'the zone does not exist']),
    ...plan.missingLinks.map(({ zone, networkId }) => [
      'missing',
      linkName(zone, networkId),
      '',
      '',
      'its owner has to make this link',
    ]),
    ...plan.limits.map((limit) => ['limit', limit, '', '', '']),
  ];
}

/** Steps that write. */
export function changesOf(plan: Plan): number {
  const links = plan.links.filter(({ kind }) => ['create', 'update', 'remove'].includes(kind));
  const groups = plan.zoneGroups.filter(({ kind }) =>
    ['create', 'update', 'remove'].includes(kind),
  );
  return plan.records.filter(isWrite).length + links.length + groups.length;
}

/** The plan as data, for the output `plan`. */
export function planDocument(plans: readonly Plan[]): unknown {
  return plans.map((plan) => ({
    owner: plan.wish.owner,
    zoneGroups: plan.zoneGroups.map((step) => {
      const [action, , zones, , why] = groupRow(step);
      return { action, endpoint: step.endpoint.id, zones, why };
    }),
    records: plan.records.map((step) => {
      const set = setOf(step);
      const present = presentIn(step);
      return {
        action: step.kind,
        ...{ zone: set.zone, name: set.name, type: set.type, values: set.values },
        why: whyOf(step),
        ...(present === undefined ? {} : { present: presentOf(present) }),
      };
    }),
    links: plan.links.map((step) => {
      const { zone, name, networkId } = step.kind === 'remove' ? step.actual : step.wanted;
      const { registration, fallback } = step.kind === 'remove' ? step.actual : step.wanted;
      return {
        action: step.kind,
        ...{ zone, name, network: networkId, registration, fallback },
        why: linkWhy(step, plan.wish.owner),
      };
    }),
    missingZones: plan.missingZones,
    missingLinks: plan.missingLinks,
    mixtures: plan.mixtures.map(({ wanted, type }) => ({
      ...{ zone: wanted.zone, name: wanted.name, type: wanted.type, beside: type },
    })),
    limits: plan.limits,
  }));
}

/** `kv.zone`, with its type when that is not A. */
export function nameOf({ zone, name, type }: SetName): string {
  return withType(name === '@' ? zone : `${name}.${zone}`, type);
}

/** A name, with the type of its records when that is not A. */
export function withType(name: string, type: RecordType): string {
  return type === 'A' ? name : `${name} ${type}`;
}

function recordRow(step: RecordStep): string[] {
  const set = setOf(step);
  const present = presentIn(step);
  const owner = present === undefined ? '' : ownerIn(present);
  return [step.kind, nameOf(set), shownValues(set.type, set.values), owner, whyOf(step)];
}

function setOf(step: RecordStep): WantedRecord | RecordSet {
  return 'wanted' in step ? step.wanted : step.actual;
}

function valuesIn({ type, values }: RecordSet): string {
  return shownValues(type, values);
}

function presentOf({ values, ttl, ...set }: RecordSet): unknown {
  return { owner: ownerIn({ values, ttl, ...set }), values, ttl };
}

function whyOf(step: RecordStep): string {
  switch (step.kind) {
    case 'create':
      return 'missing';
    case 'keep':
      return 'right as it is';
    case 'update':
      return step.actual.planned === undefined ? step.why : `${step.why} in this run`;
    case 'leave':
      return step.why;
    case 'adopt':
      return 'right as it is, and of nobody';
    case 'foreign':
      return step.actual.planned === undefined
        ? 'right already, and somebody else writes it: left alone'
        : `${ownerIn(step.actual)} writes it in this run: left alone`;
    case 'conflict':
      return step.actual.planned === undefined
        ? `holds ${valuesIn(step.actual)}, and somebody else writes it`
        : `${ownerIn(step.actual)} writes ${valuesIn(step.actual)} in this run`;
    case 'await':
      return step.actual === undefined
        ? 'the zone group has to write it'
        : `holds ${valuesIn(step.actual)}; the zone group has to write it`;
    case 'remove':
      return 'ours, and not needed';
  }
}

function linkRow(step: LinkStep, owner: string): string[] {
  const { zone, networkId } = step.kind === 'remove' ? step.actual : step.wanted;
  const present = step.kind === 'create' || step.actual.planned ? undefined : step.actual;
  const belongs = present?.tags[ownerKey] ?? 'nobody that spokeline knows';
  const settings = step.kind === 'remove' ? step.actual : step.wanted;
  const values = [
    ...(settings.registration ? ['registration'] : []),
    ...(settings.fallback ? ['fallback'] : []),
  ].join(', ');
  return [
    step.kind,
    linkName(zone, networkId),
    values,
    present === undefined ? '' : belongs,
    linkWhy(step, owner),
  ];
}

function linkWhy(step: LinkStep, owner: string): string {
  switch (step.kind) {
    case 'create':
      return 'missing';
    case 'keep':
      return 'right as it is';
    case 'update':
      return `${step.actual.fallback === step.wanted.fallback ? 'registration' : 'fallback'} differs`;
    case 'foreign': {
      const by = step.actual.planned
        ? `${step.actual.tags[ownerKey] ?? ''} makes it in this run`
        : 'linked by somebody else';
      return `${by}: left alone${step.differs === undefined ? '' : `, though ${step.differs}`}`;
    }
    case 'conflict':
      return `the name belongs to a link of ${step.actual.networkId}`;
    case 'remove':
      return `of ${owner}, and not needed`;
  }
}

function groupRow(step: GroupStep): string[] {
  const what = `zone group of ${step.endpoint.name}`;
  switch (step.kind) {
    case 'create':
    case 'update':
      return [step.kind, what, step.zones.join(', '), '', ''];
    case 'keep':
      return ['keep', what, '', '', 'ours, and right as it is'];
    case 'foreign':
      // Its records show that it did its work, so that it was not read, and may be ours.
      return step.group.name === ''
        ? ['keep', what, '', '', 'it has registered the endpoint']
        : ['foreign', what, '', groupText(step.group), 'it registers the endpoint: left alone'];
    case 'conflict':
      return ['conflict', what, '', '', step.why];
    case 'remove':
      return ['remove', what, '', '', 'ours'];
  }
}

function linkName(zone: string, networkId: string): string {
  return `${zone} <-> ${networkId.split('/').at(-1) ?? networkId}`;
}
