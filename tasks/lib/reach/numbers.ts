/** Gives equal things equal numbers, from zero on. */
export class Numbers<Thing> {
  readonly #known = new Map<Thing, number>();

  of(thing: Thing): number {
    const known = this.#known.get(thing);
    if (known !== undefined) return known;
    const number = this.#known.size;
    this.#known.set(thing, number);
    return number;
  }
}

/** The same for pairs of numbers, of which there are millions: without a key to be made and hashed for each. */
export class PairNumbers {
  readonly #rows: (Map<number, number> | undefined)[] = [];
  #size = 0;

  of(one: number, other: number): number {
    const row = (this.#rows[one] ??= new Map<number, number>());
    const known = row.get(other);
    if (known !== undefined) return known;
    const number = this.#size;
    this.#size += 1;
    row.set(other, number);
    return number;
  }
}
