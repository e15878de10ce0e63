import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import { inventParameters, scopeKindOf } from './invent-parameters.ts';
import { stubHost } from './stub-host.ts';

const ROOT = new URL('../../../../shared/oracles/bicep/', import.meta.url);

/**
 * Official templates that must be refused: the first is wrong in itself (three names for a type of
 * four segments), the others take names and paths apart that invented parameters do not have.
 */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'samples/201/api-management-create-all-resources/main': /incorrect segment lengths/,
  'samples/201/wvd-create-hostpool/main': /requires '2' resource name argument/,
  'samples/201/wvd-create-hostpool/modules/unmanagedDisks-customvhdvm': /'2' is out of bounds/,
};

interface Oracle {
  name: string;
  template: Record<string, unknown>;
}

function readOracles(): Oracle[] {
  if (!existsSync(ROOT)) return [];
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.expected.json'))
    .sort()
    .map((file) => {
      const text = readFileSync(join(ROOT.pathname, file), 'utf8').replace(/^\uFEFF/, '');
      return {
        name: file.slice(0, -'.expected.json'.length),
        template: JSON.parse(text) as Record<string, unknown>,
      };
    })
    .filter(({ template }) => 'resources' in template);
}

describe('templates that the official compiler made', () => {
  const oracles = readOracles();
  if (oracles.length === 0) {
    it('are not on this machine (../shared/oracles/bicep): nothing to compare with');
    return;
  }

  for (const { name, template } of oracles) {
    const { parameters, invented } = inventParameters(template);
    it(`${name} ${invented ? 'with parameters by its types' : 'with its defaults'}`, () => {
      const run = (): void => {
        const plan = planDeployment(template, parameters, stubHost(scopeKindOf(template)));
        for (const resource of plan.resources) {
          if (resource.condition && !resource.existing) evaluateBody(resource.body);
        }
      };
      const expected = REFUSED[name];
      if (expected === undefined) run();
      else assert.throws(run, expected);
    });
  }

  it('are many', () => {
    const own = oracles.filter(({ template }) => !inventParameters(template).invented);
    console.log(`official templates: ${own.length} with defaults only, ${oracles.length} in all`);
    assert.ok(own.length >= 45, `${own.length} with defaults only`);
    assert.ok(oracles.length >= 260, `${oracles.length} in all`);
  });
});

/** Nothing is deployed, so what refers to deployed resources is not found; any other error is one of the engine's. */
function evaluateBody(body: () => unknown): void {
  try {
    body();
  } catch (error) {
    assert.ok(error instanceof EngineError);
    const lists = /'(functionKeys|passwords)' doesn't exist, available properties are 'keys'/;
    if (error.code !== 'ResourceNotFound' && !lists.test(error.message)) throw error;
  }
}
