import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputWorld, groups, type Done, type Step } from './bad-input-world.ts';
import {
  deployTemplate,
  outputsOf,
  readWhatIf,
  refusedWith,
  says,
  securityGroup,
  succeeded,
  templateOf,
  type WhatIfFile,
} from './deploy-cases.ts';

const nsg = `${groups.weu}/providers/Microsoft.Network/networkSecurityGroups/nsg-app`;
const two = [
  { name: 'web', priority: 100 },
  { name: 'api', priority: 200 },
];

/** A network whose subnet is a resource of its own: what-if says that the subnet goes. */
const network = [
  {
    type: 'Microsoft.Network/virtualNetworks',
    apiVersion: '2024-05-01',
    name: 'vnet-noise',
    location: 'westeurope',
    properties: { addressSpace: { addressPrefixes: ['127.45.0.0/16'] } },
  },
  {
    type: 'Microsoft.Network/virtualNetworks/subnets',
    apiVersion: '2024-05-01',
    name: 'vnet-noise/app',
    dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'vnet-noise')]"],
    properties: { addressPrefix: '127.45.1.0/24' },
  },
];

describe('StampDeploy: what-if', function () {
  this.timeout(180_000);
  let running: BadInputWorld | undefined;
  let world: BadInputWorld;
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spokeline-what-if-'));
    file = join(folder, 'deep', 'result.json');
    running = await BadInputWorld.start([], { retryAfter: 0 });
    world = running;
    succeeded(await world.run(deployTemplate('create', templateOf([securityGroup(two)]))));
    succeeded(await world.run(deployTemplate('create', templateOf(network))));
  });
  after(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(
    resources: readonly unknown[],
    inputs: Readonly<Record<string, string>> = {},
    more: Partial<Step> = {},
  ): Promise<{ done: Done; result: WhatIfFile }> {
    const given = { whatIfFile: file, ...inputs };
    const done = await world.run(deployTemplate('what-if', templateOf(resources), given, more));
    return { done, result: await readWhatIf(file) };
  }

  /** Requests other than reads. */
  const writes = (done: Done) =>
    done.requests
      .filter(({ method, deployment }) => method !== 'GET' && deployment === undefined)
      .map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);

  it('says what would be created, in the log, as outputs, as JSON and as a page; and does nothing', async () => {
    const { done, result } = await ask([{ ...(securityGroup(two) as object), name: 'nsg-new' }]);
    succeeded(done);
    assert.deepEqual(writes(done), ['POST whatIf']);
    says(done, '+ Microsoft.Network/networkSecurityGroups nsg-new');
    const outputs = outputsOf(done);
    assert.equal(outputs['hasChanges'], 'true');
    assert.equal(outputs['whatIfFile'], file);
    assert.equal((JSON.parse(outputs['changeCounts'] ?? '') as { create: number }).create, 1);
    assert.equal(result.counts['create'], 1);
    assert.deepEqual(result.findings, []);
    assert.equal(done.run.summaries.length, 1);
    assert.ok(!world.resources('Microsoft.Network/networkSecurityGroups').includes(`${nsg}-new`));
  });

  it('reports numbers as numbers and texts as texts', async () => {
    const changed = securityGroup(
      [two[0] ?? { name: '', priority: 0 }, { name: 'api', priority: 300 }],
      {
        owner: 'team',
      },
    );
    const { done, result } = await ask([changed]);
    succeeded(done);
    const [change] = result.changes.filter(({ id }) => id === nsg);
    assert.deepEqual(change?.properties, [
      { path: 'tags.owner', change: 'Create', after: 'team' },
      {
        path: 'properties.securityRules[1].properties.priority',
        change: 'Modify',
        before: 200,
        after: 300,
      },
    ]);
    says(done, '~ properties.securityRules[1].properties.priority: 200 -> 300');
  });

  it('sets known noise aside, names the issue, and can be told to take it at its word', async () => {
    const quiet = await ask(network, { failOn: 'change' });
    succeeded(quiet.done);
    assert.equal(outputsOf(quiet.done)['hasChanges'], 'false');
    const [vnet] = quiet.result.changes.filter(({ type }) => type.endsWith('/virtualNetworks'));
    assert.deepEqual(
      [vnet?.predicted, vnet?.change, vnet?.ignored.map(({ because }) => because)],
      ['Modify', 'NoChange', ['https://github.com/Azure/arm-template-whatif/issues/393']],
    );
    const loud = await ask(network, { failOn: 'delete', ignoreKnownNoise: 'false' });
    refusedWith(loud.done, 'WHAT_IF_REFUSED');
    assert.deepEqual(loud.done.errors, [
      `${groups.weu}/providers/Microsoft.Network/virtualNetworks/vnet-noise: properties.subnets "app" of ` +
        'Microsoft.Network/virtualNetworks vnet-noise would be deleted',
    ]);
  });

  describe('a policy', () => {
    const dropped = [securityGroup(two.slice(0, 1))];
    const lost =
      `${nsg}: properties.securityRules "api" of Microsoft.Network/networkSecurityGroups nsg-app ` +
      'would be deleted';

    it('on deletions holds a release before anything is deployed', async () => {
      const inputs = { failOn: 'delete', whatIfFile: file };
      const done = await world.run(deployTemplate('create', templateOf(dropped), inputs));
      refusedWith(done, 'WHAT_IF_REFUSED');
      assert.deepEqual(done.errors, [lost]);
      assert.deepEqual(writes(done), ['POST validate', 'POST whatIf']);
      says(
        done,
        'WHAT_IF_REFUSED: What-if predicts one change that failOn: delete forbids; nothing was deployed.',
      );
      assert.deepEqual(
        (await readWhatIf(file)).findings.map(({ code }) => code),
        ['Delete'],
      );
    });

    it('on any change also forbids what takes nothing away', async () => {
      const changed = [securityGroup(two, { owner: 'team' })];
      succeeded((await ask(changed, { failOn: 'deleteOrReplace' })).done);
      const { done } = await ask(changed, { failOn: 'change' });
      refusedWith(done, 'WHAT_IF_REFUSED');
      assert.deepEqual(done.errors, [
        `${nsg}: Microsoft.Network/networkSecurityGroups nsg-app would be modified (tags.owner)`,
      ]);
    });

    it('lets through what a rule takes out, and the release goes on', async () => {
      const rule = [
        '- type: Microsoft.Network/networkSecurityGroups',
        '  path: properties.securityRules',
        '  change: Delete',
        '  reason: rules of the old gateway go',
      ].join('\n');
      const inputs = { failOn: 'delete', ignoreChanges: rule };
      const { done, result } = await ask(dropped, inputs);
      succeeded(done);
      assert.equal(result.hasChanges, false);
      assert.deepEqual(
        result.changes.flatMap(({ ignored }) => ignored.map(({ because }) => because)),
        ['rules of the old gateway go'],
      );
      succeeded(await world.run(deployTemplate('create', templateOf(dropped), inputs)));
      succeeded(await world.run(deployTemplate('create', templateOf([securityGroup(two)]))));
    });
  });

  it('shows no secret: neither a secure parameter nor what is secret by its name', async () => {
    const parameters = {
      word: { type: 'secureString' },
      other: { type: 'secureObject' },
    };
    const tags = {
      plain: "[parameters('word')]",
      woven: "[format('a-{0}-b', parameters('other').deep)]",
      coded: "[base64(parameters('word'))]",
      connectionString: 'from elsewhere',
    };
    const template = templateOf([securityGroup(two, tags)], { parameters });
    const values = '{"word":"open-sesame","other":{"deep":"abracadabra"}}';
    const inputs = { whatIfFile: file, parameters: values };
    const done = succeeded(await world.run(deployTemplate('what-if', template, inputs)));
    const [page] = done.run.summaries;
    assert.ok(page);
    const text = await readFile(file, 'utf8');
    const [change] = (JSON.parse(text) as WhatIfFile).changes.filter(({ id }) => id === nsg);
    assert.deepEqual(
      change?.properties.map(({ path, after }) => [path, after]),
      [
        ['tags.plain', '***'],
        ['tags.woven', 'a-***-b'],
        ['tags.coded', '***'],
        ['tags.connectionString', '***'],
      ],
    );
    const all = [text, ...done.lines].join('\n');
    for (const secret of ['open-sesame', 'abracadabra', 'from elsewhere', btoa('open-sesame')]) {
      assert.ok(!all.includes(secret), secret);
    }
  });

  describe('bad input', () => {
    const cases: [string, Record<string, string>, string[]][] = [
      [
        'rules that nobody understands',
        {
          ignoreChanges: '- typ: x\n- change: Sometimes\n- {}\n- { path: a, change: Deploy }\n- x',
        },
        [
          'Input "ignoreChanges" in entry 1: typ is not a known key; did you mean "type"?',
          'Input "ignoreChanges" in entry 2: change is "Sometimes"; allowed: Create, Delete, Detach, Modify, Deploy, Unsupported.',
          'Input "ignoreChanges" in entry 3: it would ignore everything; give a type, a path or a change.',
          'Input "ignoreChanges" in entry 4: properties have no change Deploy; allowed: Create, Delete, Modify.',
          'Input "ignoreChanges" in entry 5: the document is "x"; allowed: a mapping with the keys type, path, change, reason.',
        ],
      ],
      [
        'rules that are no list',
        { ignoreChanges: 'type: x' },
        ['Input "ignoreChanges" holds no list; allowed: a list in YAML or JSON.'],
      ],
      [
        'a policy where nobody asks',
        { action: 'validate', failOn: 'delete' },
        ['Input "failOn" is for the actions what-if and create; the action is validate.'],
      ],
    ];
    for (const [name, inputs, errors] of cases) {
      it(name, async () => {
        const given = { azureSubscription: 'untouched', ...inputs };
        const done = await world.run(deployTemplate('what-if', templateOf([]), given));
        refusedWith(done, 'INPUT_INVALID');
        assert.deepEqual(done.errors, errors);
        assert.equal(world.signIn.seen, 0);
      });
    }
  });
});
