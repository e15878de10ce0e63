import type { Status } from './check.ts';

export type GateVerdict = 'pass' | 'fail' | 'unknown';

/** One check's last verdict. */
export interface CheckResult {
  readonly id: string;
  readonly kind: string;
  readonly stamp?: string;
  readonly target: string;
  readonly status: Status;
  readonly code: string;
  readonly expected: string;
  readonly observed: string;
  readonly class: string;
  readonly hint?: string;
  /** How long it took in the last round. */
  readonly ms: number;
}

/** The JSON evidence of a gate; `schemaVersion` changes when a field changes its meaning. */
export interface GateResult {
  readonly schemaVersion: 1;
  readonly verdict: GateVerdict;
  /** `unstable`: everything passed at the end, but not for the minimum duration. */
  readonly reason?: 'unstable';
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly finishedAt: string;
  readonly rounds: number;
  readonly checks: readonly CheckResult[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
}

export function countsOf({ checks }: Pick<GateResult, 'checks'>): Counts {
  const of = (status: Status): number => checks.filter((one) => one.status === status).length;
  return { passed: of('pass'), failed: of('fail'), unknown: of('unknown') };
}
