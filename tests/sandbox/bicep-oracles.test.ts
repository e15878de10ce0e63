import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleBicep } from './bicep-bundle.ts';
import type { Bundle } from './bicep-bundle.ts';

// Official pairs of source and result are too large for the repository; they lie beside it where they are at hand.
const ORACLES = join('..', 'shared', 'oracles', 'bicep');

interface Report {
  sets: Record<string, { pass: number; total: number; percent: number }>;
  restarts: number;
  failures: { id: string; path: string | null; message: string }[];
}

describe('bicep: official results', () => {
  let bundle: Bundle;

  before(async function () {
    if (!existsSync(join(ORACLES, 'cases.json'))) {
      console.log(`      no official results in ${ORACLES}: skipped`);
      this.skip();
    }
    bundle = await bundleBicep();
  });

  after(() => bundle?.remove());

  it('are reproduced, without a crash or a time-out', async () => {
    const child = spawn(process.execPath, [join(ORACLES, 'check.mjs'), bundle.path, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const report = JSON.parse(await text(child.stdout)) as Report;
    const shares = Object.entries(report.sets).map(([set, { percent }]) => [set, percent >= 99]);
    assert.deepEqual(
      shares,
      [
        ['samples', true],
        ['avm', true],
        ['params', true],
      ],
      JSON.stringify(report.failures, null, 2),
    );
    assert.equal(report.restarts, 0);
  });
});
