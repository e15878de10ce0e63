import assert from 'node:assert/strict';
import { guest, net, stamp, stampSubscription } from '../unit/arm/arm-world.ts';
import { stackAt, stackBody } from '../unit/arm/stacks.ts';
import { network, subscriptionTemplate, template, type Shown } from '../unit/arm/templates.ts';
import { failure } from '../support/failure.ts';
import { startStackBench, type StackBench } from './stamp-deploy-stack-bench.ts';
import { group, held, table, tableId, tables } from './stamp-deploy-stack-templates.ts';

describe('StampDeploy with kind: stack', () => {
  let bench: StackBench;

  beforeEach(async () => {
    bench = await startStackBench();
  });

  afterEach(() => bench.close());

  const exists = async (name: string): Promise<boolean> =>
    (await bench.world.ask('GET', net(stamp, `routeTables/${name}`))).status === 200;

  it('makes a stack, shows its resources as they come, and sets outputs', async () => {
    await bench.run({
      ...tables('a', 'b'),
      outputs: { uri: { type: 'string', value: 'https://x' } },
    });
    const { outputs } = bench.context;
    assert.equal(outputs['deploymentId']?.value, stackAt(stamp, 'st').split('?')[0]);
    assert.equal(outputs['output.uri']?.value, 'https://x');
    assert.deepEqual(bench.became(), {
      managed: ['a', 'b'],
      detached: [],
      deleted: [],
      failed: [],
    });
    const said = bench.said();
    assert.ok(
      said.includes('main.json -> resource group rg-stamp (rg-stamp), stack st'),
      said.join('\n'),
    );
    assert.ok(
      said.some((line) => /routeTables a/.test(line)),
      said.join('\n'),
    );
    assert.ok(said.includes('The stack manages 2 resources; 0 detached, 0 deleted, 0 failed.'));
    const { body } = await bench.world.ask('GET', stackAt(stamp, 'st'));
    assert.equal((body['tags'] as Shown)['spokeline-content'] !== undefined, true);
  });

  it('detaches or deletes what the template names no longer', async () => {
    await bench.run(tables('a', 'b', 'c'));
    await bench.run(tables('a', 'b'));
    assert.deepEqual(bench.became()['detached'], ['c']);
    assert.ok(bench.said().includes(`  detached: ${tableId('c')}`));
    await bench.run(tables('a'), { onUnmanage: 'deleteResources' });
    assert.deepEqual(bench.became(), { managed: ['a'], detached: [], deleted: ['b'], failed: [] });
    assert.deepEqual(
      [await exists('a'), await exists('b'), await exists('c')],
      [true, false, true],
    );
  });

  it('denies others what it is told to', async () => {
    const excluded = { denyExcludedPrincipals: [guest] };
    bench.world.arm.assignRole(guest, 'Contributor', stamp);
    await bench.run(tables('a', 'b'), { denyMode: 'denyDelete' });
    const refused = await bench.world.refused(
      'DELETE',
      net(stamp, 'routeTables/a'),
      undefined,
      guest,
    );
    assert.match(refused, /^403 DenyAssignmentAuthorizationFailed/);
    await bench.run(tables('a', 'b'), { denyMode: 'denyDelete', ...excluded });
    await bench.world.drop(net(stamp, 'routeTables/a'), guest);
  });

  it('names the right that deny settings need', async () => {
    bench.world.arm.assignRole(guest, 'Contributor', stamp);
    const thrown = await failure(bench.run(tables('a'), { denyMode: 'denyDelete' }, { as: guest }));
    assert.equal(thrown.code, 'ARM_FORBIDDEN');
    assert.match(thrown.message, /deploymentStacks\/manageDenySetting\/action/);
  });

  it('validates, and tells what is wrong with the template', async () => {
    await bench.run(tables('a'), { action: 'validate' });
    assert.deepEqual([await exists('a'), bench.said().at(-1)], [false, 'The template is valid.']);
    const thrown = await failure(
      bench.run(template([table('a', { location: 'nowhere' })]), { action: 'validate' }),
    );
    assert.equal(thrown.code, 'TEMPLATE_INVALID');
    assert.equal(
      thrown.details[0]?.code,
      'LocationNotAvailableForResourceType',
      JSON.stringify(thrown.details),
    );
  });

  it('gives the root causes of what could not be deployed', async () => {
    const bad = network('v2', '10.9.0.0/16', {
      properties: {
        addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
        subnets: [{ name: 'app', properties: { addressPrefix: '10.8.0.0/24' } }],
      },
    });
    const thrown = await failure(bench.run(template([table('a'), bad])));
    assert.equal(thrown.code, 'ARM_DEPLOYMENT');
    assert.equal(thrown.message, 'The deployment failed with one root cause.');
    assert.match(thrown.details[0]?.target ?? '', /virtualNetworks\/v2$/);
    assert.deepEqual([bench.became()['managed'], bench.became()['failed']], [['a'], ['v2']]);
  });

  it('gives the causes of what could not be deleted', async () => {
    await bench.run(template([table('a'), table('b')]));
    await bench.world.make(net(stamp, 'virtualNetworks/vnet'), {
      location: 'westeurope',
      properties: (held('a') as { properties: unknown }).properties,
    });
    const thrown = await failure(bench.run(tables('b'), { onUnmanage: 'deleteResources' }));
    assert.equal(thrown.code, 'ARM_DEPLOYMENT');
    assert.deepEqual(
      thrown.details.map(({ code, target }) => [code, target]),
      [['InUseRouteTableCannotBeDeleted', tableId('a')]],
      JSON.stringify(thrown.details),
    );
    assert.deepEqual(bench.became()['failed'], ['a']);
  });

  it('makes a stack of a subscription, which deletes its groups', async () => {
    const target = {
      target: 'subscription',
      resourceGroup: undefined,
      location: 'westeurope',
    } as const;
    await bench.run(subscriptionTemplate([group('rg-x'), group('rg-y')]), target);
    await bench.run(subscriptionTemplate([group('rg-x')]), { ...target, onUnmanage: 'deleteAll' });
    assert.deepEqual(bench.became(), {
      managed: ['rg-x'],
      detached: [],
      deleted: ['rg-y'],
      failed: [],
    });
    const gone = `/subscriptions/${stampSubscription}/resourceGroups/rg-y?api-version=2021-04-01`;
    assert.equal((await bench.world.ask('GET', gone)).status, 404);
  });

  describe('that is under way already', () => {
    it('is not touched when its content is other', async () => {
      bench.between = async (request, next) => {
        const other = { body: stackBody(tables('a')) };
        if (request.method === 'PUT') await bench.world.ask('PUT', stackAt(stamp, 'st'), other);
        return next(request);
      };
      const thrown = await failure(bench.run(tables('b')));
      assert.equal(thrown.code, 'DEPLOYMENT_ACTIVE');
      assert.match(thrown.details[0]?.message ?? '', /non-terminal state/);
    });

    it('is followed when this run began it and lost the answer', async () => {
      let lost = 0;
      bench.between = async (request, next) => {
        const answer = await next(request);
        if (request.method !== 'PUT' || lost > 0) return answer;
        lost += 1;
        throw Object.assign(new Error('reset'), { name: 'RestError', code: 'ECONNRESET' });
      };
      await bench.run(tables('a'));
      assert.deepEqual(bench.became()['managed'], ['a']);
      assert.equal(bench.requests.filter((line) => line.startsWith('PUT')).length, 1);
      assert.ok(bench.said().some((line) => /looking whether Azure received it/.test(line)));
    });

    it('ends with the run, through its deployment', async () => {
      const aborter = new AbortController();
      await bench.close();
      bench = await startStackBench({ pace: 200 });
      bench.between = async (request, next) => {
        const answer = await next(request);
        if (/\/operations$/.test(new URL(request.url).pathname)) aborter.abort();
        return answer;
      };
      const thrown = await failure(bench.run(tables('a', 'b'), {}, { signal: aborter.signal }));
      assert.equal(thrown.code, 'CANCELLED');
      assert.equal(
        thrown.message,
        'The run was cancelled; Azure took the request to cancel the deployment.',
      );
      for (;;) {
        const { provisioningState } = await bench.world.properties(stackAt(stamp, 'st'));
        if (provisioningState === 'canceled') break;
        assert.match(String(provisioningState), /^(deploying|validating)$/);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });

    it('ends with the run before anybody has looked at it, too', async () => {
      const aborter = new AbortController();
      await bench.close();
      bench = await startStackBench({ pace: 200 });
      bench.between = async (request, next) => {
        const answer = await next(request);
        if (request.method === 'PUT') aborter.abort();
        return answer;
      };
      const thrown = await failure(bench.run(tables('a', 'b'), {}, { signal: aborter.signal }));
      assert.equal(
        thrown.message,
        'The run was cancelled; Azure took the request to cancel the deployment.',
      );
    });

    it('waits out throttling and faults of Azure', async () => {
      let left = 3;
      bench.between = async (request, next) => {
        const answer = await next(request);
        if (request.method !== 'GET' || left === 0) return answer;
        left -= 1;
        return { ...answer, status: left === 1 ? 429 : 503, bodyAsText: '' };
      };
      await bench.run(tables('a'));
      assert.deepEqual(bench.became()['managed'], ['a']);
    });
  });
});
