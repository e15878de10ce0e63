import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers/promises';
import type { ArmClient } from '../../../tasks/lib/azure/arm-client.ts';
import { createZonePort } from '../../../tasks/lib/azure/private-dns.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

describe('the zones of a resource group', () => {
  it('are not read any further after one that may not be read', async () => {
    const zones = Array.from({ length: 20 }, (_, n) => ({ name: `z${n}.example` }));
    const asked: string[] = [];
    const list = (path: string): Promise<unknown[]> => {
      asked.push(path.split('/privateDnsZones')[1] ?? '');
      if (path.endsWith('/privateDnsZones')) return Promise.resolve(zones);
      return path.endsWith('/z1.example/ALL')
        ? Promise.reject(new SpokelineError('ARM_FORBIDDEN', 'no'))
        : Promise.resolve([]);
    };
    const port = createZonePort({ list } as unknown as ArmClient, 's', 'rg-dns');
    await assert.rejects(port.state(AbortSignal.timeout(60_000)), { code: 'ARM_FORBIDDEN' });
    await soon();
    // Those that were under way come to their end.
    assert.ok(asked.length < 12, asked.join(' '));
  });
});
