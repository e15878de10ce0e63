import assert from 'node:assert/strict';
import type { ArmClient } from '../../../tasks/lib/azure/arm-client.ts';
import { networkState } from '../../../tasks/lib/azure/network-state.ts';

const half = (remote: string) => ({
  properties: { peeringState: 'Connected', remoteVirtualNetwork: { id: remote } },
});

describe('peerings, read from Azure', () => {
  it('asks for those of a network once for all checks of a round', async () => {
    const asked: string[] = [];
    const list = (path: string) => {
      asked.push(path);
      return Promise.resolve([half('/weu'), half('/neu')]);
    };
    const client = { list } as unknown as ArmClient;
    const state = networkState({ stamp: undefined, hub: client });
    for (const signal of [new AbortController().signal, new AbortController().signal]) {
      const sides = ['/weu', '/NEU', '/gone'].map((remote) =>
        state.peering({ owner: 'hub', network: '/hub', remote }, signal),
      );
      const found = (await Promise.all(sides)).map((seen) => seen.state);
      assert.deepEqual(found, ['found', 'found', 'missing']);
    }
    assert.deepEqual(asked, Array(2).fill('/hub/virtualNetworkPeerings'));
  });
});
