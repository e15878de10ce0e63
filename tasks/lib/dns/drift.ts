import type { AskRecords } from '../net/record-resolver.ts';
import type { RecordAnswer } from '../net/resolve.ts';
import { inTurns } from './turns.ts';
import { sameValues, type RecordStep } from './decide.ts';
import { nameOf, withType } from './describe.ts';
import type { RecordSet, RecordType, WantedRecord } from './model.ts';
import { ownerIn } from './owner.ts';
import type { LinkStep } from './plan-links.ts';
import type { Plan } from './plan.ts';
import { shownValues } from './shown-values.ts';
import { groupText, type ZoneGroup } from './zone-groups.ts';

/** One name, as everybody who has a say in it sees it. */
export interface DriftRow {
  /** The public name, or that of the record where there is none. */
  readonly name: string;
  /** Of its records; not of a link. */
  readonly type?: RecordType;
  /** What the interfaces of its private endpoints, or the declaration, have; empty for a record that is stale. */
  readonly wanted: readonly string[];
  /** The zone groups of its endpoints, in words. */
  readonly zoneGroup: string | undefined;
  readonly record:
    | { readonly name: string; readonly owner: string; readonly values: readonly string[] }
    | undefined;
  readonly answers: readonly RecordAnswer[];
  /** What is not as it should be; nothing when all agree. */
  readonly faults: readonly string[];
}

/** Names that are asked for at a time; each takes a socket a resolver. */
const parallel = 32;

/** The side-by-side view of the names and links of a plan. Asks every resolver for every name. */
export async function driftOf(
  plan: Plan,
  present: ReadonlyMap<string, ZoneGroup>,
  ask: AskRecords,
  signal: AbortSignal,
): Promise<DriftRow[]> {
  const questions = new Map(
    plan.records.flatMap((step) =>
      'wanted' in step ? questionsOf(step.wanted).map((each) => [each.title, each] as const) : [],
    ),
  );
  const answers = new Map<string, readonly RecordAnswer[]>();
  // A resolver that is silent costs its time-out for each name.
  await inTurns([...questions.values()], parallel, async ({ title, fqdn, type }) => {
    answers.set(title, await ask(fqdn, type, signal));
  });
  const rows = plan.records.flatMap((step) => {
    const asked = 'wanted' in step ? questionsOf(step.wanted) : [];
    if (asked.length === 0) return [rowOf(step, undefined, plan, present, [])];
    return asked.map(({ title }) => rowOf(step, title, plan, present, answers.get(title) ?? []));
  });
  return [...rows, ...plan.links.flatMap(linkRows), ...missingRows(plan)];
}

function questionsOf({ fqdns, type }: WantedRecord) {
  return fqdns.map((fqdn) => ({ title: withType(fqdn, type), fqdn, type }));
}

/** The columns of a drift table; one more for each resolver. */
export function driftTable(rows: readonly DriftRow[]): { header: string[]; rows: string[][] } {
  const sources = [...new Set(rows.flatMap(({ answers }) => answers.map(({ source }) => source)))];
  const header = ['name', 'endpoint', 'zone group', 'record', ...sources, 'verdict'];
  return {
    header,
    rows: rows.map(({ type = 'A', ...row }) => [
      row.name,
      shownValues(type, row.wanted),
      row.zoneGroup ?? '',
      row.record === undefined
        ? ''
        : `${shownValues(type, row.record.values)} (${row.record.owner})`,
      ...sources.map((source) => {
        const answer = row.answers.find((a) => a.source === source);
        return answer === undefined ? '' : answerText(answer);
      }),
      row.faults.length === 0 ? 'agree' : row.faults.join('; '),
    ]),
  };
}

function rowOf(
  step: RecordStep,
  title: string | undefined,
  plan: Plan,
  present: ReadonlyMap<string, ZoneGroup>,
  answers: readonly RecordAnswer[],
): DriftRow {
  const wanted = 'wanted' in step ? step.wanted : undefined;
  const actual = 'actual' in step ? step.actual : undefined;
  const set = wanted ?? (step as { actual: RecordSet }).actual;
  const values = wanted?.values ?? [];
  const groups = (wanted?.parts ?? []).flatMap(({ source }) => present.get(source) ?? []);
  const beside = plan.mixtures.some((mixture) => mixture.wanted === wanted);
  return {
    name: title ?? nameOf(set),
    type: set.type,
    wanted: values,
    zoneGroup: groups.length === 0 ? undefined : groups.map(groupText).join(', '),
    record:
      actual === undefined
        ? undefined
        : { name: nameOf(actual), owner: ownerIn(actual), values: actual.values },
    answers,
    faults: [
      ...recordFaults(step, wanted, plan),
      ...(beside ? ['a CNAME excludes other records of its name'] : []),
      ...answers.filter((answer) => !sameValues(answer.values, values)).map(answerFault),
    ],
  };
}

function recordFaults(step: RecordStep, wanted: WantedRecord | undefined, plan: Plan): string[] {
  if (wanted !== undefined && plan.missingZones.includes(wanted.zone)) {
    return [`the zone ${wanted.zone} does not exist`];
  }
  switch (step.kind) {
    case 'keep':
    case 'foreign':
      return [];
    case 'create':
      return ['no record'];
    case 'await':
      return [step.actual === undefined ? 'no record of the zone group' : 'the record differs'];
    case 'update':
      return [`the record differs: ${step.why}`];
    case 'adopt':
      return ["right, but nobody's"];
    case 'conflict':
      return [`the record belongs to ${ownerIn(step.actual)}`];
    case 'remove':
      return ['stale: its endpoints are gone'];
    case 'leave':
      return [step.why];
  }
}

function answerFault(answer: RecordAnswer): string {
  return `${answer.source} answers ${answerText(answer)}`;
}

function answerText({ type, values, error }: RecordAnswer): string {
  return error ?? shownValues(type, values);
}

function linkRows(step: LinkStep): DriftRow[] {
  if (step.kind === 'keep' || (step.kind === 'foreign' && step.differs === undefined)) return [];
  const { zone, networkId } = step.kind === 'remove' ? step.actual : step.wanted;
  const faults: Record<Exclude<LinkStep['kind'], 'keep'>, string> = {
    create: 'not linked',
    update: 'linked with other settings',
    foreign: `linked by somebody else, and ${step.kind === 'foreign' ? (step.differs ?? '') : ''}`,
    conflict: 'the name of the link belongs to another network',
    remove: 'linked, and not needed',
  };
  return [faultRow(`${zone} <-> ${networkId}`, faults[step.kind])];
}

function missingRows(plan: Plan): DriftRow[] {
  return plan.missingLinks.map(({ zone, networkId }) =>
    faultRow(`${zone} <-> ${networkId}`, 'not linked; its owner has to make the link'),
  );
}

function faultRow(name: string, fault: string): DriftRow {
  return {
    name,
    wanted: [],
    zoneGroup: undefined,
    record: undefined,
    answers: [],
    faults: [fault],
  };
}
