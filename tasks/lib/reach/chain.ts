import type { PortMap } from './ports.ts';

/**
 * The stations of a way, in their order. Ways with the same stations are the same object, so that what comes of
 * one is worked out once.
 */
export class Chain {
  readonly station: PortMap | undefined;
  readonly before: Chain | undefined;
  /** This way as the only one. */
  readonly alone: readonly Chain[] = [this];
  readonly #next = new Map<number, Chain>();

  constructor(station?: PortMap, before?: Chain) {
    this.station = station;
    this.before = before;
  }

  then(station: PortMap | undefined): Chain {
    if (station === undefined) return this;
    const known = this.#next.get(station.id);
    if (known !== undefined) return known;
    const made = new Chain(station, this);
    this.#next.set(station.id, made);
    return made;
  }

  get stations(): PortMap[] {
    if (this.station === undefined) return [];
    return [...(this.before?.stations ?? []), this.station];
  }
}
