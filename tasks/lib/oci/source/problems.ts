import { SpokelineError } from '../../errors.ts';
import type { ErrorCode, ErrorDetail } from '../../errors.ts';
import type { Problem } from '../descriptor.ts';

/** More are counted only: a hostile manifest has room for tens of thousands. */
const listed = 50;
const longestTarget = 200;

/** What is wrong with a source, gathered so that all of it is said at once. */
export class Problems {
  readonly #details: ErrorDetail[] = [];
  readonly #codes = new Set<ErrorCode>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param target the file or digest that it is about; begins the message */
  add(message: string, target: string, code: ErrorCode = 'IMAGE_INVALID'): void {
    this.#count += 1;
    this.#codes.add(code);
    if (this.#count > listed) return;
    // A name out of the source may be as long as its document.
    const about = target.length > longestTarget ? `${target.slice(0, longestTarget)}…` : target;
    this.#details.push({ message: `${about} ${message}`, code, target: about });
  }

  about(target: string): Problem {
    return (message, code) => this.add(message, target, code);
  }

  /** The code that all problems share, or IMAGE_INVALID. `what` names the source. */
  failure(what: string): SpokelineError {
    const [first] = this.#details;
    const message = this.#count === 1 && first !== undefined ? first.message : this.#all();
    const code = this.#codes.size === 1 ? [...this.#codes][0] : undefined;
    return new SpokelineError(code ?? 'IMAGE_INVALID', `${what}: ${message}`, {
      details: this.#details,
      hint: 'Nothing was sent. Build or export the image again.',
    });
  }

  #all(): string {
    if (this.#count <= listed) return `${this.#count} problems`;
    return `${this.#count} problems, the first ${listed} of which are listed`;
  }
}
