import { seconds } from './patience.ts';
import { isFinal, type Operation } from './port.ts';

/** One line about one resource. */
export interface ProgressLine {
  readonly level: 'info' | 'error';
  readonly text: string;
}

/**
 * Turns successive lists of operations into a line for each resource as it starts, succeeds or fails.
 * A resource that was never seen running gets its last line only.
 */
export class Progress {
  readonly #seen = new Map<string, { state: string; since: number }>();
  readonly #expected: number;
  #nested = 0;
  #done = 0;
  #percent = 0;

  /** `expected` resources are in the template itself; loops may make it more, and nested deployments have their own. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /**
   * What is new in this list; `now` in milliseconds, to time what ARM does not. Lines of a nested deployment are
   * indented by its depth.
   */
  update(operations: readonly Operation[], now: number, depth = 0): ProgressLine[] {
    const lines: ProgressLine[] = [];
    for (const operation of operations) {
      if (!isShown(operation)) continue;
      const before = this.#seen.get(operation.id);
      if (before?.state === operation.state) continue;
      // An operation stays known once it ended, whatever an outdated page says.
      if (before !== undefined && isFinal(before.state)) continue;
      const since = before?.since ?? now;
      if (before === undefined && depth > 0) this.#nested += 1;
      this.#seen.set(operation.id, { state: operation.state, since });
      if (isFinal(operation.state)) this.#done += 1;
      else if (before !== undefined) continue;
      const { level, text } = line(operation, operation.durationMs ?? now - since);
      lines.push({ level, text: `${'  '.repeat(depth)}${text}` });
    }
    const share = this.total === 0 ? 0 : Math.floor((this.#done / this.total) * 95);
    this.#percent = Math.max(this.#percent, share);
    return lines;
  }

  get done(): number {
    return this.#done;
  }

  get total(): number {
    return Math.max(this.#expected, this.#seen.size - this.#nested) + this.#nested;
  }

  /**
   * From 0 to 95: only a deployment that was seen to succeed is complete. Never falls, though nested deployments make
   * the total grow.
   */
  get percent(): number {
    return this.#percent;
  }

  /** Resources that have not ended yet. */
  running(operations: readonly Operation[]): Operation[] {
    return operations.filter((operation) => isShown(operation) && !isFinal(operation.state));
  }
}

/** Reads and evaluations of outputs are ARM's own affair. */
function isShown(operation: Operation): boolean {
  return operation.target !== undefined && /^(create|action|delete|)$/i.test(operation.kind.trim());
}

function line(operation: Operation, ms: number): ProgressLine {
  const what = `${operation.target?.type ?? ''} ${operation.target?.name ?? ''}`;
  switch (operation.state) {
    case 'Succeeded':
      return { level: 'info', text: `  done    ${what} (${seconds(ms)})` };
    case 'Failed': {
      const fault = operation.fault;
      const why = fault === undefined ? '' : `: ${fault.code}`;
      return { level: 'error', text: `  failed  ${what} (${seconds(ms)})${why}` };
    }
    case 'Canceled':
      return { level: 'info', text: `  cancelled ${what} (${seconds(ms)})` };
    default:
      return { level: 'info', text: `  started ${what}` };
  }
}
