import assert from 'node:assert/strict';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { gateContext } from './estate.ts';
import { fakeProbe } from './fake-probe.ts';
import type { World } from './fake-probe.ts';

export const inside = '10.1.2.5';
export const kv = 'kv-weu.vault.azure.net';
export const link = { chain: ['kv-weu.privatelink.vaultcore.azure.net'], addresses: [inside] };

/** Status, code and class of one check, written in one line of YAML, in a world. */
async function verdict(check: string, world: World): Promise<string> {
  const text = `checks:\n  - { id: c, ${check} }\n`;
  const [read] = readGates('gates.yml', text, gateContext());
  assert.ok(read);
  const seen = await read.run(fakeProbe(world), AbortSignal.timeout(1000));
  return `${seen.status} ${seen.code} ${seen.class}${seen.final === true ? ' final' : ''}`;
}

/** One test for each case: title, check, world, verdict. */
export function table(cases: readonly (readonly [string, string, World, string])[]): void {
  for (const [title, check, world, expected] of cases) {
    it(title, async () => {
      assert.equal(await verdict(check, world), expected);
    });
  }
}
