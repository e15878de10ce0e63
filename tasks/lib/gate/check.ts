import * as v from 'valibot';
import type { ErrorCode } from '../errors.ts';
import type { Hub, Stamp, Topology } from '../topology/model.ts';
import type { Estate } from './estate.ts';
import type { Probe } from './probe.ts';

/** `unknown` is "could not look", which is not "failed". */
export type Status = 'pass' | 'fail' | 'unknown' | 'skipped';

export interface Verdict {
  readonly status: Status;
  /** Stable, for example `TCP_TIMEOUT`; `OK` when passed. */
  readonly code: string;
  readonly expected: string;
  readonly observed: string;
  /** The observed class in one word, for example `timeout` or `public-address`. */
  readonly class: string;
  /** What to look at, in the estate's words. */
  readonly hint?: string;
  /** Set when waiting cannot change it, so that the gate need not go on sampling. */
  readonly final?: true;
  /** Where the look that decided went; Azure's state may say why it ended as it did. */
  readonly went?: Went;
}

/** A name that was looked up, an address that was dialled, or both. */
export interface Went {
  readonly name?: string;
  readonly address?: string;
  readonly port?: number;
}

/** Where in a specification something is wrong, from the check's own level on. */
export type FieldPath = readonly (string | number)[];

/** What a specification may draw on when it is read. */
export interface SpecContext {
  readonly estate: Estate;
  readonly hub?: Hub;
  readonly topology?: Topology;
  /** The stamp of `each: stamp`. */
  readonly stamp?: Stamp;
  problem(field: FieldPath, message: string, code?: ErrorCode): void;
}

/** What the reference page says of a kind. */
export interface Reference {
  /** When it passes, in one sentence. */
  readonly summary: string;
  /** Its keys in an entry of a gates document, as YAML; id and kind are put before them. */
  readonly example: string;
}

/** A key of a specification. */
export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly default?: unknown;
}

/**
 * One kind of check. `observe` is the only part that does anything; `judge` is pure, so that its
 * cases can be listed in a table of tests.
 */
export interface Check<Spec, Seen> {
  /** Stable: it is written in gates documents and appears in reports. */
  readonly kind: string;
  readonly schema: v.GenericSchema<unknown, Spec>;
  readonly reference: Reference;
  /** Fills in what the estate knows, and reports what is wrong only in this estate. */
  complete?(spec: Spec, context: SpecContext): Spec;
  /** What is looked at, for reports. */
  target(spec: Spec): string;
  observe(spec: Spec, probe: Probe, signal: AbortSignal): Promise<Seen>;
  judge(spec: Spec, seen: Seen): Verdict;
}

/** A check with its specification read: what the runner needs. */
export interface PreparedCheck {
  readonly target: string;
  run(probe: Probe, signal: AbortSignal): Promise<Verdict>;
}

/** A check without its types, so that different kinds fit into one list. */
export interface Kind {
  readonly kind: string;
  readonly fields: readonly Field[];
  readonly reference: Reference;
  /** Undefined when something is wrong; each fault went to `context.problem` or `invalid`. */
  prepare(
    raw: unknown,
    context: SpecContext,
    invalid: (issues: readonly v.BaseIssue<unknown>[]) => void,
  ): PreparedCheck | undefined;
}

export function kindOf<Spec, Seen>(check: Check<Spec, Seen>): Kind {
  return {
    kind: check.kind,
    fields: fieldsOf(check.schema),
    reference: check.reference,
    prepare(raw, context, invalid) {
      const parsed = v.safeParse(check.schema, raw);
      if (!parsed.success) {
        invalid(parsed.issues);
        return undefined;
      }
      const spec = check.complete?.(parsed.output, context) ?? parsed.output;
      return {
        target: check.target(spec),
        run: async (probe, signal) => check.judge(spec, await check.observe(spec, probe, signal)),
      };
    },
  };
}

/** The keys of a strict object's schema. */
export function fieldsOf(schema: object): Field[] {
  if (!('entries' in schema)) return [];
  return Object.entries(schema.entries as Record<string, { type: string; default?: unknown }>).map(
    ([name, entry]) => ({
      name,
      required: entry.type !== 'optional',
      ...(entry.default === undefined ? {} : { default: entry.default }),
    }),
  );
}
