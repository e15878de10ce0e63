import assert from 'node:assert/strict';
import { remembered } from '../../../tasks/lib/net/remembered.ts';
import type { Resolution, Resolver } from '../../../tasks/lib/net/resolve.ts';

describe('a resolver that remembers', () => {
  const { signal } = new AbortController();
  let asked: string[];
  let answers: Partial<Resolution>[];
  let resolver: Resolver;

  beforeEach(() => {
    asked = [];
    answers = [];
    const answer = (name: string, family = 4): Promise<Resolution> => {
      asked.push(`${name} ${family}`);
      const addresses = [`10.0.0.${asked.length}`];
      return Promise.resolve({
        ...{ name, chain: [], addresses, source: 'system' },
        ...answers.shift(),
      });
    };
    resolver = remembered({
      resolve: (name, _signal, family) => answer(name, family),
      witnesses: async (name, _signal, family) => [await answer(name, family)],
    });
  });

  it('gives one address for a name, also to those who ask at once', async () => {
    const both = await Promise.all([resolver.resolve('a', signal), resolver.resolve('a', signal)]);
    const later = await resolver.resolve('a', signal);
    assert.deepEqual(new Set([...both, later].flatMap(({ addresses }) => addresses)).size, 1);
    await resolver.resolve('b', signal);
    await resolver.resolve('a', signal, 6);
    await resolver.witnesses('a', signal);
    await resolver.witnesses('a', signal);
    assert.deepEqual(asked, ['a 4', 'b 4', 'a 6', 'a 4']);
  });

  it('asks again for what did not resolve', async () => {
    answers = [{ error: 'timeout', addresses: [] }, {}, { error: 'nxdomain' }];
    assert.equal((await resolver.resolve('a', signal)).error, 'timeout');
    assert.deepEqual((await resolver.resolve('a', signal)).addresses, ['10.0.0.2']);
    await resolver.witnesses('a', signal);
    assert.equal((await resolver.witnesses('a', signal))[0]?.error, undefined);
    assert.equal(asked.length, 4);
  });

  it('asks again after a question that was called off', async () => {
    let calls = 0;
    const failing = remembered({
      ...resolver,
      resolve: (name) => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('off')) : resolver.resolve(name, signal);
      },
    });
    await assert.rejects(failing.resolve('a', signal), { message: 'off' });
    assert.equal((await failing.resolve('a', signal)).error, undefined);
  });
});
