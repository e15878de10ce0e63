import assert from 'node:assert/strict';
import { BadInputWorld } from './bad-input-world.ts';
import {
  deployTemplate,
  outputsOf,
  refusedWith,
  says,
  securityGroup,
  succeeded,
  templateOf,
} from './deploy-cases.ts';

describe('StampDeploy: what-if of a difficult Azure', function () {
  this.timeout(180_000);
  let running: BadInputWorld | undefined;
  let world: BadInputWorld;
  const same = [securityGroup([{ name: 'web', priority: 100 }])];

  before(async () => {
    running = await BadInputWorld.start([], { retryAfter: 0 });
    world = running;
    succeeded(await world.run(deployTemplate('create', templateOf(same))));
  });
  after(() => running?.stop());

  it('outlives throttling, server faults and resets', async () => {
    world.sandbox.sandbox.faults.add(
      {
        server: 'arm',
        method: 'POST',
        path: '/whatIf',
        status: 429,
        count: 2,
        headers: { 'Retry-After': '0' },
      },
      { server: 'arm', method: 'POST', path: '/whatIf', reset: true, count: 1 },
      { server: 'arm', method: 'GET', path: '/operationresults/', status: 503, count: 1 },
    );
    const inputs = { failOn: 'change' };
    const done = await world.run(deployTemplate('what-if', templateOf(same), inputs));
    succeeded(done);
    assert.equal(outputsOf(done)['hasChanges'], 'false');
  });

  it('reports a prediction that fails, with its reason', async () => {
    const error = { code: 'DeploymentWhatIfResourceError', message: 'The provider is ill.' };
    world.sandbox.sandbox.faults.add({
      server: 'arm',
      method: 'GET',
      path: '/operationresults/',
      status: 200,
      body: { status: 'Failed', error },
      count: 1,
    });
    const done = await world.run(deployTemplate('what-if', templateOf(same)));
    refusedWith(done, 'TEMPLATE_INVALID');
    assert.deepEqual(done.errors, ['The provider is ill.']);
  });

  it('reports a template that Azure refuses as validation does', async () => {
    const done = await world.run(
      deployTemplate(
        'what-if',
        templateOf([{ ...(securityGroup([]) as object), location: 'mars' }]),
      ),
    );
    refusedWith(done, 'TEMPLATE_INVALID');
    assert.match(done.errors.join('\n'), /mars/);
    assert.match(done.lines.join('\n'), /What to do: The region does not offer this resource type/);
  });

  it('takes an answer that is none for a fault', async () => {
    world.sandbox.sandbox.faults.add({
      server: 'arm',
      method: 'GET',
      path: '/operationresults/',
      status: 200,
      body: { status: 'Succeeded' },
      count: 1,
    });
    const done = await world.run(deployTemplate('what-if', templateOf(same)));
    refusedWith(done, 'ARM_REQUEST');
    says(done, 'ARM_REQUEST: Azure answered what-if with something else.');
  });

  it('names the missing right', async () => {
    const inputs = { azureSubscription: 'reader' };
    const done = await world.run(deployTemplate('what-if', templateOf(same), inputs));
    refusedWith(done, 'ARM_FORBIDDEN');
    assert.match(
      done.hint ?? '',
      /a role with Microsoft\.Resources\/deployments\/whatIf\/action at /,
    );
  });

  it('stops at once when the run is cancelled', async () => {
    world.sandbox.sandbox.faults.add({
      server: 'arm',
      method: 'GET',
      path: '/operationresults/',
      delayMs: 60_000,
      count: 1,
    });
    const cancel = new AbortController();
    const done = await world.run(
      deployTemplate(
        'what-if',
        templateOf(same),
        {},
        {
          signal: cancel.signal,
          onLine: (line) => {
            if (line.includes('Asking Azure what')) cancel.abort();
          },
        },
      ),
    );
    assert.equal(done.result, 'Canceled');
    says(
      done,
      'CANCELLED: The run was cancelled while Azure predicted changes; nothing was deployed.',
    );
  });
});
