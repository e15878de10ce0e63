/** A job for each stamp, in the form that `strategy: matrix` takes. */
export type Legs = Record<string, { stamp: string }>;

/**
 * Legs by stamp. A leg's name may hold letters, digits and underscores only, so others are replaced;
 * the value is always the stamp's own name.
 */
export function legsOf(stamps: readonly { readonly name: string }[]): Legs {
  const legs: Legs = {};
  for (const { name } of stamps) {
    const base = name.replace(/\W+/g, '_').replace(/^(\d)/, '_$1');
    let key = base;
    for (let n = 2; Object.hasOwn(legs, key); n += 1) key = `${base}_${n}`;
    legs[key] = { stamp: name };
  }
  return legs;
}
