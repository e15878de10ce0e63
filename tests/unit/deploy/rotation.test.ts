import assert from 'node:assert/strict';
import type { Operation } from '../../../tasks/lib/deploy/port.ts';
import { Rotation } from '../../../tasks/lib/deploy/rotation.ts';

const nested = (name: string, state: string): Operation => ({
  id: name,
  kind: 'Create',
  state,
  durationMs: undefined,
  target: { id: `/d/${name}`, type: 'Microsoft.Resources/deployments', name },
  fault: undefined,
});

describe('whose operations are listed next', () => {
  const root = { id: undefined, depth: 0 };
  let rotation: Rotation;
  const turns = (n: number) => Array.from({ length: n }, () => rotation.next().id ?? 'root');

  beforeEach(() => {
    rotation = new Rotation();
  });

  it('is always the deployment itself when nothing is nested in it', () => {
    assert.deepEqual(turns(3), ['root', 'root', 'root']);
  });

  it('takes turns with nested ones', () => {
    rotation.note(rotation.next(), [nested('a', 'Running'), nested('b', 'Running')]);
    assert.deepEqual(turns(6), ['/d/b', '/d/a', 'root', '/d/b', '/d/a', 'root']);
  });

  it('shows a nested one once more after its end, and those that were never seen running', () => {
    rotation.note(root, [nested('a', 'Running')]);
    rotation.note({ id: '/d/a', depth: 1 }, []);
    rotation.note(root, [nested('a', 'Succeeded'), nested('b', 'Failed')]);
    assert.deepEqual(
      rotation.rest.map(({ id }) => id),
      ['/d/b', '/d/a'],
    );
    rotation.note({ id: '/d/a', depth: 1 }, []);
    rotation.note({ id: '/d/b', depth: 1 }, []);
    assert.deepEqual(rotation.rest, []);
    rotation.note(root, [nested('a', 'Succeeded'), nested('b', 'Failed')]);
    assert.deepEqual(rotation.rest, [], 'they are not taken up again');
    assert.deepEqual(turns(2), ['root', 'root']);
  });

  it('goes down with modules of modules, but not for ever', () => {
    for (let depth = 0; depth < 8; depth += 1) {
      rotation.note({ id: depth === 0 ? undefined : `/d/${depth}`, depth }, [
        nested(String(depth + 1), 'Running'),
      ]);
    }
    assert.deepEqual(rotation.rest.map(({ depth }) => depth).sort(), [1, 2, 3, 4, 5]);
  });

  it('never gives up the deployment itself', () => {
    rotation.drop(root);
    assert.deepEqual(turns(1), ['root']);
  });
});
