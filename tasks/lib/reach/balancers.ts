import { parseAddress } from '../net/cidr.ts';
import type { BalancerRule } from './model.ts';
import type { Place } from './places.ts';

/** Which machines are behind the rules of balancers. */
export class Balancers {
  readonly #places: readonly Place[];
  readonly #known = new Map<BalancerRule, readonly Place[]>();

  constructor(places: readonly Place[]) {
    this.#places = places;
  }

  /** The machines of the balancer's network that have the addresses of its rule. */
  behind(front: Place, rule: BalancerRule): readonly Place[] {
    const known = this.#known.get(rule) ?? this.#find(front, rule);
    this.#known.set(rule, known);
    return known;
  }

  #find({ network }: Place, { backends }: BalancerRule): readonly Place[] {
    return backends.flatMap((address) => {
      const value = parseAddress(address);
      const found = this.#places.find(
        (place) =>
          place.network === network && place.address === value && place.machine !== undefined,
      );
      return found ?? [];
    });
  }
}
