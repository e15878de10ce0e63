import { Matrix } from '../reach/matrix.ts';
import { readEstate } from '../reach/read/estate.ts';
import type { Resources } from '../reach/read/resource.ts';
import type { Topology } from '../topology/model.ts';
import type { StateSeen } from './state.ts';

const known = new WeakMap<Resources, { readonly topology: Topology; readonly matrix: Matrix }>();

/** Who reaches whom by a state: worked out once for all checks of a round, since each stamp has some of them. */
export function matrixOf({ resources }: StateSeen, topology: Topology): Matrix {
  const made = known.get(resources);
  if (made?.topology === topology) return made.matrix;
  const matrix = new Matrix(readEstate(resources, topology));
  known.set(resources, { topology, matrix });
  return matrix;
}
