import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { asDeployed, hubTemplate, runGate, writeEstate } from './gate-template-world.ts';

describe('NetworkGate on templates, without a socket', function () {
  this.timeout(180_000);
  let folder = '';
  const inputs = (more: Record<string, string> = {}): Record<string, string> => ({
    topology: join(folder, 'topology.yml'),
    evidence: 'template',
    templates: `${join(folder, 'hub.json')}\n${join(folder, 'stamp.json')}`,
    resultsFolder: join(folder, 'out'),
    ...more,
  });
  const text = (name: string): Promise<string> => readFile(join(folder, 'out', name), 'utf8');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gate-template-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('passes flows that are as declared, and says who reaches whom', async () => {
    await writeEstate(folder, ['443']);
    const run = await runGate(folder, inputs());
    assert.equal(run.exitCode, 0, run.output + run.errors);
    assert.match(run.output, /PASS {4}flows \[reach 4 flows\]: 4 flows/);
    const summary = await text('reach.md');
    assert.match(summary, /\| \*\*hub\/agents\*\* \|.*✔ 443\/tcp/);
    assert.match(await text('network.html'), /<svg[\s\S]*pe-kv-weu[\s\S]*<\/svg>/);
    const evidence = JSON.parse(await text('gate.json')) as { verdict: string };
    assert.equal(evidence.verdict, 'pass');
  });

  it('holds a change that opens what is forbidden, and names what is new', async () => {
    await writeEstate(folder, ['443']);
    assert.equal((await runGate(folder, inputs())).exitCode, 0);
    const baseline = join(folder, 'baseline.json');
    await writeFile(baseline, await text('network.json'));
    await writeEstate(folder, ['443', '22']);
    const run = await runGate(folder, inputs({ baseline }));
    assert.equal(run.result, 'Failed');
    assert.match(
      run.output,
      /REACH_FORBIDDEN_OPEN: .*weu\/no-ssh: hub\/agents to pe-kv-weu on 22\/tcp let through by .*allow-agents-22/,
    );
    const summary = await text('reach.md');
    assert.match(
      summary,
      /### 🔓 Newly allowed: \d+ ways?\n\n- \*\*hub\/agents\*\* → \*\*.*\*\* on 22\/tcp: /,
    );
    assert.doesNotMatch(summary, /Newly denied/);
    assert.match(run.output, /[1-9]\d* ways newly allowed, 0 newly denied/);
  });

  it('is unknown, not passed, where no template describes a part', async () => {
    await writeEstate(folder, ['443']);
    const run = await runGate(folder, inputs({ templates: join(folder, 'stamp.json') }));
    assert.equal(run.result, 'Failed');
    assert.match(
      run.output,
      /UNKNOWN flows .*STATE_UNDESCRIBED: .*observed no template describes vnet-hub\. Add the template of /,
    );
  });

  it('judges what the templates describe, and what they only name is unknown', async () => {
    await writeEstate(folder, ['443']);
    const gates = join(folder, 'gates.yml');
    await writeFile(
      gates,
      `checks:
- { id: peering, each: stamp, kind: peering }
- { id: hub-nsg, kind: nsg }
- { id: hub-route, kind: route, nextHop: 10.0.0.4 }
- { id: hub-room, kind: address-plan, free: 4 }
- { id: endpoint, each: stamp, kind: private-endpoint, target: kv-weu, group: vault }
- { id: room, each: stamp, kind: address-plan, free: 26 }
- { id: zone, each: stamp, kind: dns-zone, zone: privatelink.vaultcore.azure.net }
- { id: vault, kind: public-access, target: kv-weu }
`,
    );
    const run = await runGate(folder, inputs({ templates: join(folder, 'stamp.json'), gates }));
    const evidence = JSON.parse(await text('gate.json')) as {
      checks: { id: string; status: string; code: string }[];
    };
    assert.deepEqual(
      evidence.checks.map(({ id, status, code }) => `${status} ${id} ${code}`),
      [
        'unknown weu/peering PEERING_UNDESCRIBED',
        'unknown hub-nsg STATE_UNDESCRIBED',
        'unknown hub-route STATE_UNDESCRIBED',
        'unknown hub-room STATE_UNDESCRIBED',
        'pass weu/endpoint OK',
        'pass weu/room OK',
        'skipped weu/zone ZONE_AFTER_DEPLOYMENT',
        'unknown vault STATE_UNDESCRIBED',
        'unknown flows STATE_UNDESCRIBED',
      ],
      run.output,
    );
    assert.equal(run.outputs['verdict'], 'unknown');
  });

  it('sees no change in what is deployed as the templates say', async () => {
    await writeEstate(folder, ['443']);
    assert.equal((await runGate(folder, inputs())).exitCode, 0);
    const baseline = join(folder, 'baseline.json');
    await writeFile(baseline, JSON.stringify(asDeployed(await text('network.json'))));
    const again = await runGate(folder, inputs({ baseline }));
    assert.equal(again.exitCode, 0, again.output);
    assert.match(again.output, /0 ways newly allowed, 0 newly denied/);
    assert.match(await text('reach.md'), /^Nothing is newly allowed or denied\.$/m);
    await writeEstate(folder, []);
    const shut = await runGate(folder, inputs({ baseline }));
    assert.equal(shut.result, 'Failed');
    const summary = await text('reach.md');
    assert.match(
      summary,
      /### 🔒 Newly denied: 2 ways\n\n- \*\*hub\/agents\*\* → \*\*pe-kv-weu\*\* on 443\/tcp: inbound deny-inbound \(4096\)\n/,
    );
    assert.doesNotMatch(summary, /Newly allowed/);
  });

  it('refuses what it cannot evaluate, by name', async () => {
    await writeEstate(folder, ['443']);
    const [network, ...rest] = hubTemplate.resources;
    const loop = { ...network, copy: { name: 'n', count: 2 } };
    const cases: [object, RegExp][] = [
      [
        { ...hubTemplate, resources: [loop, ...rest] },
        /"copy" of a Microsoft.Network\/virtualNetworks, which is not evaluated/,
      ],
      [
        { ...hubTemplate, resources: [{ ...network, name: "[uniqueString('x')]" }] },
        /the function uniqueString in \[uniqueString\('x'\)\], which is not evaluated/,
      ],
      [
        { ...hubTemplate, resources: [{ type: 'Microsoft.Resources/deployments', name: 'n' }] },
        /a nested deployment, which is not evaluated/,
      ],
    ];
    for (const [template, message] of cases) {
      await writeFile(join(folder, 'hub.json'), JSON.stringify(template));
      const run = await runGate(folder, inputs());
      assert.match(run.output, message);
      assert.ok(run.codes.includes('TEMPLATE_INVALID'), run.output);
    }
  });

  it("predicts the project's own Bicep files with the snapshot of the CLI", async () => {
    const templates = resolve('templates');
    const run = await runGate(folder, {
      topology: join(templates, 'examples/mission-critical/topology.yml'),
      evidence: 'template',
      templates: ['hub', 'stamp'].map((n) => join(templates, `bicep/${n}/main.bicep`)).join('\n'),
      bicepPath: resolve('dist/sandbox/bicep'),
      resultsFolder: join(folder, 'out'),
    });
    assert.equal(run.result, 'Succeeded', run.output + run.errors);
    assert.match(run.output, /PASS {4}weu\/peering .*Connected/);
    assert.match(
      await text('reach.md'),
      /\| hub\/agents \| pe-kv-spokeline-mc-weu \| 443\/tcp \| .*allow-agents \(210\)/,
    );
  });

  it('refuses a file that holds no service tags', async () => {
    await writeEstate(folder, ['443']);
    const serviceTags = join(folder, 'tags.json');
    await writeFile(serviceTags, '{"prefixes": []}');
    const run = await runGate(folder, inputs({ serviceTags }));
    assert.match(run.output, /Input "serviceTags" is .*tags\.json, which holds no service tags\./);
    const absent = await runGate(folder, inputs({ serviceTags: join(folder, 'none.json') }));
    assert.match(absent.output, /Input "serviceTags" is .*none\.json, which does not exist\./);
  });

  it('checks its inputs together, before anything else', async () => {
    const run = await runGate(folder, {
      evidence: 'template',
      baseline: 'x',
      gates: 'g',
      serviceTags: 't',
    });
    assert.match(run.output, /Input "?serviceTags"? is only for a topology/);
    assert.match(run.output, /Input "?topology"? is needed when evidence is template/);
    assert.match(run.output, /Input "?templates"? is needed when evidence is template/);
    const live = await runGate(folder, inputs({ evidence: 'state', bicepPath: 'b' }));
    assert.match(
      live.output,
      /Input "?azureSubscription"? or hubConnection is needed when evidence is state/,
    );
    assert.match(live.output, /Input "?bicepPath"? is only for evidence template/);
  });
});
