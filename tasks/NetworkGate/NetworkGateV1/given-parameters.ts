import type { Parameters } from '../../lib/deploy/parameters.ts';
import { SpokelineError } from '../../lib/errors.ts';

/** What is given for all templates together: each takes the parameters that it declares. */
export class GivenParameters {
  readonly #sets: readonly Parameters[];
  readonly #taken = new Set<string>();

  /** @param sets a later one counts before an earlier one */
  constructor(sets: readonly Parameters[]) {
    this.#sets = sets;
  }

  /** The sets with what a template declares, in its spelling: ARM does not regard case. */
  of(declared: readonly string[]): Parameters[] {
    const spelled = new Map(declared.map((name) => [name.toLowerCase(), name]));
    return this.#sets.map((set) =>
      Object.fromEntries(
        Object.entries(set).flatMap(([name, parameter]) => {
          const own = spelled.get(name.toLowerCase());
          if (own === undefined) return [];
          this.#taken.add(name);
          return [[own, parameter]];
        }),
      ),
    );
  }

  /** @throws SpokelineError INPUT_INVALID for names that no template has declared */
  checkAllTaken(): void {
    const names = this.#sets.flatMap((set) => Object.keys(set));
    const left = [...new Set(names)].filter((name) => !this.#taken.has(name));
    if (left.length === 0) return;
    const details = left.map((name) => ({
      target: name,
      message: `parameter "${name}" is declared by none of the templates`,
    }));
    throw new SpokelineError('INPUT_INVALID', 'Parameters that no template takes', { details });
  }
}
