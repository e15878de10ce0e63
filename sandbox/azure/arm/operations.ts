import { randomUUID } from 'node:crypto';
import { parseId, scopeParts, segmentsOf } from './ids.ts';
import { ArmError, type ArmErrorBody } from './errors.ts';

/** A write or delete that goes on after its answer. */
export interface Operation {
  id: string;
  /** What it works on. */
  resourceId: string;
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  startTime: string;
  endTime?: string;
  error?: ArmErrorBody;
  /** What polling by `Location` answers in the end, for an operation that is no write of a resource. */
  result?: unknown;
  /** Status of that answer; 200 without it. */
  resultStatus?: number;
  /** Fulfilled when the operation has ended, whatever its status. */
  done: Promise<void>;
}

/** The long-running operations of all types, each ended by a timer. */
export class Operations {
  readonly #byId = new Map<string, Operation>();
  readonly #running = new Set<Operation>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #pace: number;
  readonly #now: () => Date;
  #stopped = false;

  constructor(pace: number, now: () => Date) {
    this.#pace = pace;
    this.#now = now;
  }

  get(id: string): Operation | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** The first operation that goes on and fits. */
  running(fits: (operation: Operation) => boolean): Operation | undefined {
    for (const operation of this.#running) if (fits(operation)) return operation;
    return undefined;
  }

  /** Path under which clients ask for an operation. */
  path(operation: Operation, kind = 'operations'): string {
    const { subscriptionId } = scopeParts(segmentsOf(operation.resourceId));
    const provider = parseId(operation.resourceId)?.provider ?? 'Microsoft.Resources';
    const scope = subscriptionId === undefined ? '' : `/subscriptions/${subscriptionId}`;
    return `${scope}/providers/${provider}/locations/global/${kind}/${operation.id}`;
  }

  /** Starts an operation that calls `finish` when its time is over; an ArmError in it fails the operation. */
  start(resourceId: string, finish: () => void): Operation {
    return this.run(resourceId, async () => {
      await this.pause(this.#pace);
      finish();
    });
  }

  /** Starts an operation that lasts as long as `work`; the id can be chosen, for a deployment's. */
  run(resourceId: string, work: () => Promise<void>, id: string = randomUUID()): Operation {
    const operation: Operation = {
      id,
      resourceId,
      status: 'InProgress',
      startTime: this.#now().toISOString(),
      done: Promise.resolve(),
    };
    this.#byId.set(id.toLowerCase(), operation);
    this.#running.add(operation);
    operation.done = work().then(
      () => this.#end(operation, 'Succeeded'),
      (error: unknown) => {
        operation.error =
          error instanceof ArmError
            ? error.body
            : { code: 'InternalServerError', message: messageOf(error) };
        this.#end(operation, 'Failed');
      },
    );
    return operation;
  }

  /** Waits, unless the sandbox is stopped: then it never goes on. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped) return;
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      this.#timers.add(timer);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #end(operation: Operation, status: 'Succeeded' | 'Failed'): void {
    operation.status = status;
    this.#running.delete(operation);
    operation.endTime = this.#now().toISOString();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
