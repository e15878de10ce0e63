import assert from 'node:assert/strict';
import type { Manager } from '../../sandbox/azure/arm/manager.ts';
import { isBusy, type Stack } from '../../sandbox/azure/arm/stacks/record.ts';
import { Stacks } from '../../sandbox/azure/arm/stacks/stacks.ts';
import { net, stamp, startWorld, type World } from '../unit/arm/arm-world.ts';
import {
  deleteAll,
  followStack,
  hasTable,
  namesIn,
  putStack,
  stackBody,
  stackOf,
  table,
  tables,
} from '../unit/arm/stacks.ts';
import { template } from '../unit/arm/templates.ts';

/** Stacks that take what they are told, say that it was done, and do nothing. */
class EchoStacks extends Stacks {
  readonly #kept = new Map<string, Stack>();
  readonly #manager: Manager;

  constructor(manager: Manager) {
    super(manager);
    this.#manager = manager;
  }

  override all(): Iterable<Stack> {
    return this.#kept.values();
  }

  override find(id: string): Stack | undefined {
    return this.#kept.get(id.toLowerCase());
  }

  override put(...[place, settings, by]: Parameters<Stacks['put']>): ReturnType<Stacks['put']> {
    const now = { by: by.principal.clientId, at: new Date() };
    const operation = this.#manager.operations.start(place.id, () => undefined);
    const stack: Stack = {
      ...place,
      ...settings,
      state: 'succeeded',
      correlationId: by.correlationId,
      created: now,
      modified: now,
      operationId: operation.id,
      shownParameters: settings.parameters,
      resources: [],
      detached: [],
      deleted: [],
      failed: [],
    };
    const created = this.find(place.id) === undefined;
    this.#kept.set(place.id.toLowerCase(), stack);
    return { stack, created };
  }
}

const claims: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'deploy its template': async (world) => {
    await putStack(world, stackOf, stackBody(tables('a')));
    assert.ok(await hasTable(world, 'a'));
  },
  'know what it manages': async (world) => {
    const { resources } = await putStack(world, stackOf, stackBody(tables('a')));
    assert.deepEqual(namesIn(resources), ['a']);
  },
  'delete what is managed no longer': async (world) => {
    const more = { actionOnUnmanage: deleteAll };
    await putStack(world, stackOf, stackBody(tables('a'), more));
    const { deletedResources } = await putStack(world, stackOf, stackBody(tables(), more));
    assert.deepEqual(namesIn(deletedResources), ['a']);
  },
  'keep others from what it manages': async (world) => {
    const more = { denySettings: { mode: 'denyDelete' } };
    await putStack(world, stackOf, stackBody(tables('a'), more));
    const { status: answer } = await world.ask('DELETE', net(stamp, 'routeTables/a'));
    assert.equal(answer, 403);
  },
  'fail with its deployment': async (world) => {
    const wrong = stackBody(template([{ ...table('a'), apiVersion: '1999-01-01' }]));
    const ended = await followStack(world, await world.ask('PUT', stackOf, { body: wrong }));
    assert.equal(ended.body['status'], 'failed');
  },
};

async function fails(
  claim: (world: World) => Promise<void>,
  stacks: typeof Stacks,
): Promise<assert.AssertionError | undefined> {
  const world = await startWorld({ stacks });
  try {
    await claim(world);
    return undefined;
  } catch (error) {
    if (error instanceof assert.AssertionError) return error;
    throw error;
  } finally {
    await world.stop();
  }
}

describe('sandbox arm: a deployment stack is no echo', () => {
  it('knows which states are its last ones', () => {
    assert.deepEqual(
      (['creating', 'deploying', 'succeeded', 'failed', 'canceled'] as const).map((state) =>
        isBusy({ state }),
      ),
      [true, true, false, false, false],
    );
  });

  for (const [would, claim] of Object.entries(claims)) {
    it(`an echo would not ${would}`, async () => {
      const broken = await fails(claim, Stacks);
      if (broken !== undefined) throw broken;
      assert.notEqual(await fails(claim, EchoStacks), undefined, 'an echo does it, too');
    });
  }
});
