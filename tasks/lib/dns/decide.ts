import {
  isOfKin,
  isOwn,
  isShared,
  isUntouched,
  ownerIn,
  ownerOf,
  partKeyOf,
  partsOf,
  recordFor,
} from './owner.ts';
import { byHand, type Part, type RecordSet, type WantedRecord, type Wish } from './model.ts';
import { shownValues } from './shown-values.ts';

/** What has to happen to one record set. */
export type RecordStep =
  | { readonly kind: 'create'; readonly wanted: WantedRecord }
  | {
      readonly kind: 'update';
      readonly wanted: WantedRecord;
      readonly actual: RecordSet;
      readonly why: string;
    }
  /** Nobody's and right as it is: our owner is noted on it. */
  | { readonly kind: 'adopt'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  | { readonly kind: 'keep'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  /** Somebody else's, and right as it is: it is left alone and not taken over. */
  | { readonly kind: 'foreign'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  | { readonly kind: 'conflict'; readonly wanted: WantedRecord; readonly actual: RecordSet }
  /** The zone group of the endpoint has to write it, and has not yet. */
  | { readonly kind: 'await'; readonly wanted: WantedRecord; readonly actual?: RecordSet }
  /** Ours, and nothing needs it any more. */
  | { readonly kind: 'remove'; readonly actual: RecordSet }
  /** Ours and not needed, but left alone. */
  | { readonly kind: 'leave'; readonly actual: RecordSet; readonly why: string };

/** What a decision about one record set depends on besides the set itself. */
export type Rules = Pick<Wish, 'owner' | 'seen' | 'handComplete' | 'adopt'>;

/** What has to happen to one wanted record set, given what is there now. */
export function decideWanted(
  wanted: WantedRecord,
  rules: Rules,
  actual: RecordSet | undefined,
): RecordStep {
  if (wanted.writer === 'zoneGroup') return decideAwaited(wanted, rules, actual);
  if (actual === undefined) return { kind: 'create', wanted };
  if (isOwn(actual, rules.owner)) return decideOwn(wanted, rules, actual);
  if (isOfKin(actual, rules.owner)) {
    const step = decideKin(wanted, rules, actual);
    if (step !== undefined) return step;
  }
  if (!sameValues(actual.values, wanted.values)) return { kind: 'conflict', wanted, actual };
  const adopted = rules.adopt && ownerOf(actual).kind === 'unknown';
  return { kind: adopted ? 'adopt' : 'foreign', wanted, actual };
}

/** What has to happen to a set of ours that the wish does not name. */
export function decideUnwanted(actual: RecordSet, rules: Rules): RecordStep {
  const parts =
    partsOf(actual, rules.owner) ??
    (rules.seen === 'everything' && !isShared(actual) ? [] : undefined);
  if (parts === undefined) {
    return { kind: 'leave', actual, why: 'ours, but does not say for which endpoint' };
  }
  const kept = parts.filter((part) => !isGone(part, rules));
  if (kept.length > 0 && kept.length === parts.length) {
    const own = kept.filter(({ owner }) => owner === undefined);
    return { kind: 'leave', actual, why: `ours, for ${sourcesOf(own)}, not proven to be gone` };
  }
  if (!isUntouched(actual)) {
    return { kind: 'leave', actual, why: 'not needed, but changed by somebody' };
  }
  if (kept.length === 0) return { kind: 'remove', actual };
  const { zone, name, type, ttl } = actual;
  const values = valuesOf(kept);
  const others = kept.flatMap(({ owner }) => owner ?? []);
  const why =
    others.length === kept.length
      ? `ours is not needed; it stays for ${[...new Set(others)].join(' and ')}`
      : 'one of its endpoints is gone';
  const wanted: WantedRecord = {
    ...{ zone, name, type, ttl, values },
    ...{ fqdns: [], parts: kept, writer: 'record' },
  };
  return { kind: 'update', wanted, actual, why };
}

/** Whether a step writes a record set. */
export function isWrite(
  step: RecordStep,
): step is Extract<RecordStep, { kind: 'create' | 'update' | 'adopt' | 'remove' }> {
  switch (step.kind) {
    case 'create':
    case 'update':
    case 'adopt':
    case 'remove':
      return true;
    case 'keep':
    case 'foreign':
    case 'conflict':
    case 'await':
    case 'leave':
      return false;
  }
}

export function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().every((value, n) => value === [...b].sort()[n]);
}

/**
 * A zone group overwrites whatever has its names, without looking. So a set of somebody else stands in its
 * way; our own is handed over.
 */
function decideAwaited(
  wanted: WantedRecord,
  rules: Rules,
  actual: RecordSet | undefined,
): RecordStep {
  if (actual === undefined) return { kind: 'await', wanted };
  if (ownerOf(actual).kind === 'zoneGroup') {
    const right = sameValues(actual.values, wanted.values);
    return { kind: right ? 'foreign' : 'await', wanted, actual };
  }
  if (!isOwn(actual, rules.owner) || isShared(actual)) return { kind: 'conflict', wanted, actual };
  const right = sameValues(actual.values, wanted.values);
  return { kind: right ? 'keep' : 'await', wanted, actual };
}

function decideOwn(wanted: WantedRecord, rules: Rules, actual: RecordSet): RecordStep {
  const noted = partsOf(actual, rules.owner);
  // Whose the rest is would be lost with our write.
  if (noted === undefined && isShared(actual)) return { kind: 'conflict', wanted, actual };
  const theirs = (noted ?? []).filter(({ owner }) => owner !== undefined);
  const own = wanted.parts.filter(({ source }) => !theirs.some((part) => part.source === source));
  const others = (noted ?? []).filter(
    (part) => part.owner === undefined && !own.some(({ source }) => source === part.source),
  );
  const kept = [...theirs, ...others.filter((part) => !isGone(part, rules))];
  // A set is declared by people or follows endpoints: values of both could not be told apart.
  const mixed = kept.some((k) => (k.source === byHand) !== (wanted.parts[0]?.source === byHand));
  if (mixed) return { kind: 'conflict', wanted, actual };
  const whole = united(wanted, [...own, ...kept], actual);
  const why = differenceOf(whole, rules.owner, actual);
  if (why === undefined) return { kind: 'keep', wanted: whole, actual };
  return { kind: 'update', wanted: whole, actual, why };
}

/**
 * Adds our endpoints to a set of other stamps of the estate: a public name is of one service in all of Azure, so that
 * theirs lead to the same one. Undefined when the set cannot be shared.
 */
function decideKin(wanted: WantedRecord, rules: Rules, actual: RecordSet): RecordStep | undefined {
  const theirs = partsOf(actual, rules.owner);
  const byPeople = [...wanted.parts, ...(theirs ?? [])].some(({ source }) => source === byHand);
  if (theirs === undefined || byPeople || !isUntouched(actual)) return undefined;
  const own = wanted.parts.filter(({ source }) => !theirs.some((part) => part.source === source));
  // One endpoint that two stamps list stays with the one that noted it.
  if (own.length === 0) return undefined;
  const whole = united(wanted, [...theirs, ...own], actual);
  return { kind: 'update', wanted: whole, actual, why: `shared with ${ownerIn(actual)}` };
}

/** One set for all parts. Stamps may want different times to live: the shortest suits them all. */
function united(wanted: WantedRecord, all: readonly Part[], actual: RecordSet): WantedRecord {
  const parts = [...all].sort((a, b) => a.source.localeCompare(b.source));
  const isOthers = parts.some(({ owner }) => owner !== undefined);
  const ttl = isOthers ? Math.min(wanted.ttl, actual.ttl) : wanted.ttl;
  return { ...wanted, ttl, parts, values: valuesOf(parts) };
}

function differenceOf(wanted: WantedRecord, owner: string, actual: RecordSet): string | undefined {
  if (!sameValues(actual.values, wanted.values)) {
    const touched = isUntouched(actual) ? '' : ', changed by somebody';
    return `now ${shownValues(actual.type, actual.values)}${touched}`;
  }
  if (actual.ttl !== wanted.ttl) return `TTL now ${actual.ttl} s`;
  const { metadata } = recordFor(wanted, owner, actual);
  const keys = new Set([...Object.keys(metadata), ...Object.keys(actual.metadata)]);
  const stale = [...keys].some((key) => metadata[key] !== actual.metadata[key]);
  return stale ? 'its endpoints are noted anew' : undefined;
}

/** A part is gone only when something that was read completely proves it, and it is ours. */
function isGone(part: Part, { seen, handComplete }: Rules): boolean {
  const { source, owner } = part;
  if (owner !== undefined) return false;
  if (seen === 'everything') return true;
  if (source === byHand) return handComplete;
  if (seen.noted?.has(partKeyOf(part)) === false || seen.others.includes(source)) return false;
  const group = source.slice(0, source.lastIndexOf('/'));
  return seen.endpoints.includes(source) || seen.groups.includes(group);
}

function valuesOf(parts: readonly Part[]): string[] {
  return [...new Set(parts.flatMap(({ values }) => values))].sort();
}

function sourcesOf(parts: readonly Part[]): string {
  return parts.map(({ source }) => source).join(', ');
}
