import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import type { GateContext } from '../../../tasks/lib/gate/gate-check.ts';
import { estateOfTopology } from '../../../tasks/lib/gate/estate.ts';
import { fakeProbe } from './fake-probe.ts';
import type { Change } from './state-world.ts';
import { stateOf, topology } from './state-world.ts';

const weu = Object.values(topology.stamps).slice(0, 1);
export const context: GateContext = { estate: estateOfTopology(topology), topology, stamps: weu };
export const network = (name: string) => `Microsoft.Network/${name}`;

async function verdict(check: string, change: Change): Promise<string> {
  const text = `checks:\n  - { id: c, each: stamp, ${check} }\n`;
  const [read] = readGates('gates.yml', text, context);
  assert.ok(read);
  const probe = fakeProbe({ state: stateOf(change) });
  const seen = await read.run(probe, AbortSignal.timeout(1000));
  assert.notEqual(seen.expected, '');
  if (seen.status !== 'pass') assert.notEqual(seen.hint ?? '', '', 'a verdict without a hint');
  return `${seen.status} ${seen.code} ${seen.class}`;
}

/** One test for each case: title, check, what is changed of the state, verdict. */
export function table(cases: readonly (readonly [string, string, Change, string])[]): void {
  for (const [title, check, change, expected] of cases) {
    it(title, async () => assert.equal(await verdict(check, change), expected));
  }
}

/** One test for each specification that is wrong, with the exact message. */
export function refused(cases: readonly (readonly [string, string])[]): void {
  for (const [check, message] of cases) {
    it(`refuses ${check}`, () => {
      assert.throws(
        () => readGates('gates.yml', `checks:\n  - { id: c, ${check} }\n`, context),
        (error) => {
          assert.ok(error instanceof SpokelineError);
          assert.deepEqual(
            error.details.map((detail) => detail.message),
            [message],
          );
          return true;
        },
      );
    });
  }
}
