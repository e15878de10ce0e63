import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import type { Estate } from '../../../tasks/lib/reach/model.ts';
import { aToB, estate, steered } from './estates.ts';
import type { Changes } from './estates.ts';

/** The spoke B, and before or after it a network of its address space that is peered with nothing. */
function withCopy(changes: Changes, order: 'before' | 'after'): Estate {
  const plain = estate(changes);
  const both = <T>(list: readonly T[], isB: (item: T) => boolean): T[] => {
    const copies = list.filter(isB).map((item): T => {
      const text = JSON.stringify(item)
        .replace(/"B(?=["/])/g, '"Z')
        .replace(/"(name|id)":"(b|pB)"/g, '"$1":"$2-copy"');
      return JSON.parse(text) as T;
    });
    return order === 'before' ? [...copies, ...list] : [...list, ...copies];
  };
  const placed = ({ subnetId }: { subnetId: string }) => subnetId.startsWith('B/');
  return {
    ...plain,
    networks: both(plain.networks, ({ id }) => id === 'B').map((network) =>
      network.id === 'Z' ? { ...network, peerings: [] } : network,
    ),
    subnets: both(plain.subnets, ({ networkId }) => networkId === 'B'),
    machines: both(plain.machines, placed),
    endpoints: both(plain.endpoints, placed),
  };
}

function result(matrix: Matrix, from: string, to: string): string | undefined {
  const [source, target] = [from, to].map((name) =>
    matrix.places.find(({ machine, endpoint }) => (machine ?? endpoint)?.name === name),
  );
  assert.ok(source !== undefined && target !== undefined);
  return matrix.cell(source, target).tcp.find((span) => span.to >= 443)?.result;
}

describe('reach: two networks of one address space', () => {
  for (const order of ['before', 'after'] as const) {
    for (const [what, changes, fromA] of [
      ['peered', {}, 'dropped'],
      ['behind a firewall', { subnets: steered, firewall: { rules: [aToB] } }, 'allowed'],
    ] as const) {
      it(`are told apart, the copy ${order} the one that is ${what}`, () => {
        const matrix = new Matrix(withCopy(changes, order));
        for (const [from, to, expected] of [
          ['h', 'b', 'allowed'],
          ['h', 'b-copy', 'dropped'],
          ['h', 'pB', 'allowed'],
          ['h', 'pB-copy', 'dropped'],
          ['a', 'b', fromA],
          ['a', 'b-copy', 'dropped'],
          ['b', 'pB', 'allowed'],
          ['b', 'pB-copy', 'dropped'],
          ['b', 'b-copy', 'dropped'],
          ['b-copy', 'pB-copy', 'allowed'],
          ['b-copy', 'pB', 'dropped'],
          ['b-copy', 'b', 'dropped'],
          ['b-copy', 'h', 'dropped'],
        ] as const) {
          assert.equal(result(matrix, from, to), expected, `${from} to ${to}`);
        }
      });
    }
  }
});
