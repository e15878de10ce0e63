import assert from 'node:assert/strict';
import { fanOut } from '../../../tasks/lib/deploy/fan-out.ts';

/** Work that ends when the test says so. */
function handles() {
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const work = (item: string) =>
    new Promise<void>((resolve, reject) => {
      ends.set(item, { resolve, reject });
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { ends, work, settle };
}

describe('fanning out', () => {
  it('runs as many at a time as allowed, and all of them', async () => {
    const { ends, work, settle } = handles();
    const all = fanOut(['a', 'b', 'c'], 2, new AbortController().signal, work);
    assert.deepEqual([...ends.keys()], ['a', 'b']);
    ends.get('b')?.resolve();
    await settle();
    assert.deepEqual([...ends.keys()], ['a', 'b', 'c']);
    ends.get('a')?.resolve();
    ends.get('c')?.resolve();
    assert.deepEqual(
      (await all).map(({ item, state }) => [item, state]),
      [
        ['a', 'succeeded'],
        ['b', 'succeeded'],
        ['c', 'succeeded'],
      ],
    );
  });

  it('lets the others go on when one fails', async () => {
    const { ends, work, settle } = handles();
    const all = fanOut(['a', 'b'], 1, new AbortController().signal, work);
    const error = new Error('a is broken');
    ends.get('a')?.reject(error);
    await settle();
    ends.get('b')?.resolve();
    assert.deepEqual(await all, [
      { item: 'a', state: 'failed', error },
      { item: 'b', state: 'succeeded' },
    ]);
  });

  it('begins nothing after an abort, and waits for what runs', async () => {
    const { ends, work, settle } = handles();
    const controller = new AbortController();
    let over = false;
    const all = fanOut(['a', 'b'], 1, controller.signal, work).finally(() => {
      over = true;
    });
    controller.abort();
    await settle();
    assert.equal(over, false);
    ends.get('a')?.reject(new Error('cancelled in Azure'));
    assert.deepEqual(
      (await all).map(({ state }) => state),
      ['failed', 'skipped'],
    );
  });
});
