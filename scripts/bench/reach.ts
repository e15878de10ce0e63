import { Matrix } from '../../tasks/lib/reach/matrix.ts';
import { interleaved, secondsOf } from './measure.ts';
import type { Bench } from './measure.ts';
import { largeEstate } from './reach-estate.ts';
import { atMost, type Measurement } from './row.ts';

const stamps = 200;

/** Everything that reaches anything in a large estate: every pair of its places, on every port. */
export async function reachability(bench: Bench): Promise<Measurement[]> {
  const name = `reachability of ${stamps} stamps x 5 subnets`;
  return [
    { ...(await measured(bench, name, [])), goal: atMost('ours', 2) },
    await measured(bench, `${name}, 2 endpoints each`, ['vault', 'blob']),
  ];
}

async function measured(
  bench: Bench,
  name: string,
  endpoints: readonly string[],
): Promise<Measurement> {
  const estate = largeEstate(stamps, endpoints);
  const { matrix } = await interleaved(bench, name, 3, {
    matrix: () =>
      secondsOf(() => {
        const found = new Matrix(estate);
        const cells = new Set<object>();
        for (const source of found.rows) {
          for (const target of found.rows) cells.add(found.cell(source, target));
        }
        if (cells.size < 10) throw new Error(`no more than ${cells.size} distinct outcomes`);
        return Promise.resolve();
      }),
  });
  return { name, unit: 's', ours: matrix };
}
