import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Activity } from '../../sandbox/azure/arm/server.ts';
import { PipelineError } from '../../sandbox/pipelines/expand/tree.ts';
import {
  brokenModule,
  deployStep,
  estate,
  missingModule,
  templateCases,
  topologyCases,
} from './bad-input-cases.ts';
import { gateCases, spellingCases } from './bad-input-gate-cases.ts';
import { BadInputWorld, groups, type Done, type Step } from './bad-input-world.ts';

const securityGroups = 'Microsoft.Network/networkSecurityGroups';

/** Requests that may change something: all but reads and the question whether a template is valid. */
function writes(requests: readonly Activity[]): string[] {
  return requests
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    .map(({ method, path }) => `${method} ${path}`)
    .filter((text) => !/^POST .*\/validate$/.test(text));
}

describe('bad input', function () {
  this.timeout(180_000);
  let running: BadInputWorld | undefined;
  let world: BadInputWorld;

  before(async () => {
    running = await BadInputWorld.start();
    world = running;
  });
  after(() => running?.stop());

  /** Runs what must fail on the agent: nobody signs in, and Resource Manager hears nothing. */
  async function refused(step: Step): Promise<Done> {
    const seen = world.signIn.seen;
    const done = await world.run(step);
    assert.equal(done.result, 'Failed', done.lines.join('\n'));
    assert.equal(world.signIn.seen, seen, 'somebody signed in');
    assert.deepEqual(done.requests, []);
    assert.deepEqual(done.run.outputs, {});
    return done;
  }

  for (const [title, cases] of Object.entries({
    'in the topology': topologyCases,
    'in a template or its parameters': templateCases,
    'in the gates document': [...gateCases, ...spellingCases],
  })) {
    describe(title, () => {
      for (const { name, step, code, errors, hint } of cases) {
        it(`${name}: ${code}`, async () => {
          const done = await refused(step);
          assert.equal(done.code, code, done.lines.join('\n'));
          assert.deepEqual(done.errors, errors);
          if (hint !== undefined) assert.match(done.hint ?? '', hint);
        });
      }
    });
  }

  const otherTasks: Record<string, Record<string, string>> = {
    PrivateDns: { action: 'apply' },
    ImagePush: { source: 'image', repository: 'team/app' },
    NetworkGate: { timeout: '0' },
  };
  for (const [task, inputs] of Object.entries(otherTasks)) {
    it(`an unknown key of the topology stops ${task} as well`, async () => {
      const done = await refused({
        task: `${task}@1`,
        inputs: { azureSubscription: 'untouched', ...estate, ...inputs },
        files: { 'topology.yml': (text) => text.replace('    resolvers:', '    resolver:') },
      });
      assert.equal(done.code, 'TOPOLOGY_INVALID');
      assert.deepEqual(done.errors, [
        'topology.yml:15:5: hub.dns.resolver is not a known key; did you mean "resolvers"?',
      ]);
    });
  }

  it('a missing module names the file and the line that wants it', async () => {
    const done = await refused(missingModule);
    assert.equal(done.code, 'BICEP_COMPILE');
    const place = 'templates/stamp.bicep:3:14: ';
    const wanted = `${place}An error occurred reading file. Could not find file 'templates/modules/group.bicep'.`;
    assert.ok(done.errors.includes(wanted), done.errors.join('\n'));
    assert.ok(
      done.errors.every((error) => error.startsWith(place)),
      done.errors.join('\n'),
    );
    assert.ok(done.codes.includes('BCP091'));
  });

  it('an error in a module is placed in the module', async () => {
    const done = await refused(brokenModule);
    assert.equal(done.code, 'BICEP_COMPILE');
    const wanted =
      'templates/modules/group.bicep:2:22: The name "stmp" does not exist in the current context.';
    assert.ok(done.errors.includes(wanted), done.errors.join('\n'));
    assert.ok(done.codes.includes('BCP057'));
  });

  describe('a connection without rights', () => {
    it('may not deploy: the missing action and its scope', async () => {
      const done = await world.run(deployStep({ azureSubscription: 'reader' }));
      assert.equal(done.result, 'Failed');
      assert.equal(done.code, 'ARM_FORBIDDEN');
      const scope = `${groups.weu}/providers/Microsoft.Resources/deployments/[\\w-]+`;
      const right = 'Microsoft.Resources/deployments/validate/action';
      const text = done.lines.join('\n');
      assert.match(
        text,
        new RegExp(`ARM_FORBIDDEN: The identity lacks the action ${right} at ${scope}\\.`),
      );
      assert.match(
        done.hint ?? '',
        new RegExp(
          `^Give the connection's identity, client \\S+ \\(object id \\S+\\), a role with ${right} at ${scope}; `,
        ),
      );
      assert.deepEqual(
        done.requests.map(({ method, status }) => `${method} ${status}`),
        ['POST 403'],
      );
      assert.deepEqual(world.resources(securityGroups), []);
      assert.deepEqual(world.resources('Microsoft.Resources/deployments'), []);
    });

    it('may not register names: the missing action and its scope', async () => {
      const inputs = { azureSubscription: 'stamp', action: 'apply', stamp: 'weu', ...estate };
      const done = await world.run({ task: 'PrivateDns@1', inputs });
      assert.equal(done.result, 'Failed');
      assert.equal(done.code, 'ARM_FORBIDDEN');
      const message =
        'ARM_FORBIDDEN: The identity lacks the action Microsoft.Network/privateDnsZones/read ' +
        `at ${groups.hub}.`;
      assert.ok(
        done.lines.some((line) => line.endsWith(message)),
        done.lines.join('\n'),
      );
      assert.deepEqual(writes(done.requests), []);
    });

    it('may not take a subnet of the hub: the missing action and the linked scope', async () => {
      // The network is made by its owner; the stamp's connection has no right on it.
      const prefix = { addressPrefix: '127.40.0.96/27' };
      const network = `${groups.hub}/providers/Microsoft.Network/virtualNetworks/vnet-hub`;
      await world.sandbox.put(
        network,
        {
          location: 'westeurope',
          properties: {
            addressSpace: { addressPrefixes: ['127.40.0.0/16'] },
            subnets: [{ name: 'endpoints', properties: prefix }],
          },
        },
        '2024-05-01',
      );
      const template = 'templates/foreign-endpoint.json';
      const done = await world.run(deployStep({ azureSubscription: 'stamp', template }));
      assert.equal(done.result, 'Failed');
      assert.deepEqual(done.codes, ['LinkedAuthorizationFailed']);
      const right =
        "does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' " +
        `on the linked scope(s) '${network}/subnets/endpoints'`;
      assert.ok(done.errors[0]?.includes(right), done.errors.join('\n'));
      assert.deepEqual(writes(done.requests), []);
      assert.deepEqual(world.resources('Microsoft.Storage/storageAccounts'), []);
      assert.deepEqual(world.resources('Microsoft.Network/privateEndpoints'), []);
    });
  });

  describe('a pipeline that is rejected before anything runs', () => {
    const steps = '- checkout: self\n';
    const rejected: Record<string, [pipeline: string, message: string]> = {
      'an unknown task': [
        `steps:\n${steps}- task: StampDeplyo@1\n`,
        "pipeline.yml:3:3: job '__default.Job' step 2: unknown task 'StampDeplyo@1'; known: StampDeploy@1, ",
      ],
      'an unknown template': [
        'extends:\n  template: templates/absent.yml\n',
        "pipeline.yml:2:13: file 'templates/absent.yml' was not found",
      ],
      'an unexpected parameter': [
        'extends:\n  template: release.yml\n  parameters: { stamps: all }\n',
        "pipeline.yml:3:17: unexpected parameter 'stamps' for release.yml",
      ],
      'an unknown service connection': [
        `steps:\n${steps}- task: StampDeploy@1\n  inputs: { azureSubscription: nobody }\n`,
        "pipeline.yml:3:3: job '__default.Job' step 2: StampDeploy@1: input 'azureSubscription': " +
          "unknown service connection 'nobody'; known: hub, stamp, reader, untouched",
      ],
    };
    const template = 'parameters:\n- name: topology\n  default: x\nsteps:\n- checkout: self\n';
    for (const [name, [pipeline, message]] of Object.entries(rejected)) {
      it(name, async () => {
        const lines: string[] = [];
        const run = world.run({
          task: 'StampDeploy@1',
          inputs: {},
          pipeline,
          files: { 'release.yml': template },
          onLine: (line) => lines.push(line),
        });
        await assert.rejects(run, (error) => {
          assert.ok(error instanceof PipelineError);
          assert.equal(error.message.slice(0, message.length), message);
          return true;
        });
        assert.deepEqual(lines, []);
      });
    }
  });

  describe('a cancelled deployment', () => {
    const chosen = { azureSubscription: 'stamp', stamp: 'neu', template: 'templates/slow.json' };

    async function cancelled(inputs: Record<string, string> = {}): Promise<Done> {
      const cancel = new AbortController();
      return world.run(
        deployStep(
          { ...chosen, ...inputs },
          {},
          {
            signal: cancel.signal,
            onLine: (line) => {
              if (/done .* nsg-0 /.test(line)) cancel.abort();
            },
          },
        ),
      );
    }

    /** The final state of a deployment: it ends once what was under way when the cancel came has ended. */
    async function ended(deployment: string): Promise<string> {
      const { arm } = world.sandbox.sandbox.info;
      const token = await world.sandbox.token(`${arm}/.default`);
      for (let look = 1; look <= 200; look += 1) {
        const { body } = await world.sandbox.call(
          'GET',
          `${arm}${deployment}?api-version=2025-04-01`,
          { headers: { Authorization: `Bearer ${token}` } },
        );
        const { properties } = JSON.parse(body) as { properties: { provisioningState: string } };
        if (!['Accepted', 'Running'].includes(properties.provisioningState)) {
          return properties.provisioningState;
        }
        await setTimeout(50);
      }
      return 'still under way';
    }

    it('is cancelled in Azure, and the task says so and what was left', async () => {
      const done = await cancelled();
      assert.equal(done.result, 'Canceled');
      assert.equal(done.code, 'CANCELLED');
      const message =
        'CANCELLED: The run was cancelled; Azure took the request to cancel the deployment.';
      assert.ok(
        done.lines.some((line) => line.endsWith(message)),
        done.lines.join('\n'),
      );
      const cancels = done.requests.filter(({ path }) => path.endsWith('/cancel'));
      assert.deepEqual(
        cancels.map(({ method, status }) => `${method} ${status}`),
        ['POST 204'],
      );
      const first = `${groups.neu}/providers/${securityGroups}/nsg-0`;
      assert.ok(done.errors.includes(`${first}: was Succeeded when the run ended`));
      assert.match(done.hint ?? '', /^Resources that were already made stay\. See \//);
      const deployment = cancels[0]?.path.replace(/\/cancel$/, '') ?? '';
      assert.equal(await ended(deployment), 'Canceled');
      const made = world.resources(securityGroups, groups.neu);
      assert.ok(made.length >= 1 && made.length < 400, `${made.length} were made`);
    });

    it('runs on where cancelDeployment is false, and the task says so', async () => {
      const done = await cancelled({ cancelDeployment: 'false' });
      assert.equal(done.result, 'Canceled');
      const message = 'CANCELLED: The run was cancelled; the deployment runs on in Azure.';
      assert.ok(
        done.lines.some((line) => line.endsWith(message)),
        done.lines.join('\n'),
      );
      assert.match(done.hint ?? '', /^The input cancelDeployment is false\. Follow it here: \//);
      assert.ok(!done.requests.some(({ path }) => path.endsWith('/cancel')));
    });
  });
});
