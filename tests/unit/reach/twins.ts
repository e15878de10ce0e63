import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import type { Estate } from '../../../tasks/lib/reach/model.ts';
import { Outcomes } from '../../../tasks/lib/reach/outcomes.ts';
import { terrainOf } from '../../../tasks/lib/reach/terrain.ts';

/** The spokes A and B once more as C and D, so that many pairs look alike: texts of a spoke, made its twin's. */
export function twinned<T>(thing: T): T {
  const text = JSON.stringify(thing)
    .replace(/"A(?=["/])/g, '"C')
    .replace(/"B(?=["/])/g, '"D')
    .replaceAll('10.1.', '10.3.')
    .replaceAll('10.2.', '10.4.')
    .replace(/"name":"(pA|pB|a|a2|b)"/g, '"name":"$1-twin"')
    .replace(/"id":"(pA|pB)"/g, '"id":"$1-twin"');
  return JSON.parse(text) as T;
}

/** An estate with its spokes and the twins of them. */
export function withTwin(plain: Estate, twin: Estate = twinned(plain)): Estate {
  const halves = (whole: Estate) =>
    whole.networks.flatMap(({ id, peerings }) =>
      id === 'H' && peerings !== 'unread' ? peerings : [],
    );
  const own = <T extends { subnetId: string }>(list: readonly T[]): T[] =>
    list.filter(({ subnetId }) => /^[CD]\//.test(subnetId));
  return {
    ...plain,
    networks: [
      ...plain.networks.map((network) =>
        network.id === 'H'
          ? { ...network, peerings: [...halves(plain), ...halves(twin)] }
          : network,
      ),
      ...twin.networks.filter(({ id }) => id !== 'H'),
    ],
    subnets: [...plain.subnets, ...twin.subnets.filter(({ networkId }) => networkId !== 'H')],
    machines: [...plain.machines, ...own(twin.machines)],
    endpoints: [...plain.endpoints, ...own(twin.endpoints)],
  };
}

/** Compares every pair with a look at it alone; says how many of them share an outcome. */
export function compare(whole: Estate, order: 'forth' | 'back'): number {
  const matrix = new Matrix(whole);
  const terrain = terrainOf(whole, []);
  const outcomes = new Outcomes(terrain);
  const known = new Map<object, object>();
  const places = [...matrix.places.entries()];
  // Which of two pairs is looked at first decides what they share.
  if (order === 'back') places.reverse();
  for (const [from, source] of places) {
    for (const [to, target] of places) {
      const found = matrix.cell(source, target);
      const [itself, end] = [terrain.places[from], terrain.places[to]];
      assert.ok(itself !== undefined && end !== undefined);
      const expected = outcomes.between(itself, end);
      if (expected === known.get(found)) continue;
      assert.deepEqual(found, expected, `${source.name} to ${target.name}`);
      known.set(found, expected);
    }
  }
  return matrix.places.length ** 2 / known.size;
}
