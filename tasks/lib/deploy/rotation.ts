import { isFinal, type Operation } from './port.ts';

/** One deployment whose operations are shown. */
export interface Listed {
  /** Resource id of a nested deployment; undefined for the deployment itself. */
  readonly id: string | undefined;
  /** 0 for the deployment itself. */
  readonly depth: number;
}

interface Entry extends Listed {
  /** Its end was seen from outside: one more list has its last lines. */
  ended: boolean;
}

const deepest = 5;

/**
 * Whose operations to list next. A poll has one list, so that nested deployments take turns with the deployment
 * itself: the more there are, the later their lines, but never more requests.
 */
export class Rotation {
  readonly #queue: Entry[] = [{ id: undefined, depth: 0, ended: false }];
  readonly #known = new Map<string, Entry>();

  /** The one whose turn it is; it goes to the end of the queue. */
  next(): Listed {
    const [first = { id: undefined, depth: 0, ended: false }] = this.#queue.splice(0, 1);
    this.#queue.push(first);
    return first;
  }

  /** Learns of nested deployments, and of the end of known ones, from a list. */
  note(listed: Listed, operations: readonly Operation[]): void {
    const entry = this.#queue.find(({ id }) => id === listed.id);
    if (entry?.ended === true) this.drop(listed);
    for (const operation of operations) {
      const id = nestedId(operation);
      if (id === undefined || listed.depth >= deepest) continue;
      const known = this.#known.get(id.toLowerCase());
      const ended = isFinal(operation.state);
      if (known !== undefined) {
        known.ended ||= ended;
        continue;
      }
      const added = { id, depth: listed.depth + 1, ended };
      this.#known.set(id.toLowerCase(), added);
      // Next, before those that had their turn.
      this.#queue.unshift(added);
    }
  }

  /** Takes one out for good: it has shown everything, or may not be looked at. */
  drop(listed: Listed): void {
    const index = this.#queue.findIndex(({ id }) => id === listed.id);
    if (index >= 0 && listed.id !== undefined) this.#queue.splice(index, 1);
  }

  /** Nested deployments that have not shown everything. */
  get rest(): Listed[] {
    return this.#queue.filter(({ id }) => id !== undefined);
  }
}

function nestedId({ target, kind }: Operation): string | undefined {
  const nested = target !== undefined && /^Microsoft\.Resources\/deployments$/i.test(target.type);
  return nested && /^create$/i.test(kind.trim()) ? target.id : undefined;
}
