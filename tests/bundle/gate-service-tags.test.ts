import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rule } from './gate-state-resources.ts';
import { GateEstate, type GateRun } from './gate-state-world.ts';

/** Partners at public addresses: what is in a service tag is denied by the agents' group, and nothing else. */
const zones = `zones:
  storage: { kind: public, prefixes: [20.150.8.0/25] }
  partner: { kind: public, prefixes: [198.51.100.0/24] }
flows:
- { name: no-storage, from: hub/agents, to: storage, ports: [443], expect: forbidden }
- { name: partner, from: hub/agents, to: partner, ports: [443] }
`;
const checks = `checks:
- { id: no-storage, kind: reach, flows: [no-storage] }
- { id: partner, kind: reach, flows: [partner] }
`;

/** In the shape of the file that Microsoft publishes. */
const tags = (...addressPrefixes: string[]): string =>
  JSON.stringify({
    changeNumber: 310,
    cloud: 'Public',
    values: [
      { name: 'Sql', id: 'Sql', properties: { addressPrefixes: ['198.51.100.0/24'] } },
      { name: 'Storage', id: 'Storage', properties: { addressPrefixes, region: '' } },
    ],
  });

describe("NetworkGate, packaged, on Azure's own state with pinned service tags", function () {
  this.timeout(120_000);
  let estate: GateEstate;
  const gate = async (file?: string): Promise<GateRun> => {
    const given: Record<string, string> = {};
    if (file !== undefined) {
      given['serviceTags'] = join(estate.folder, 'tags.json');
      await writeFile(given['serviceTags'], file);
    }
    return estate.gate(checks, { topology: join(estate.folder, 'partners.yml'), ...given });
  };

  before(async () => {
    estate = await GateEstate.start();
    const topology = await readFile(join(estate.folder, 'topology.yml'), 'utf8');
    const [plain = ''] = topology.split('flows:');
    await writeFile(join(estate.folder, 'partners.yml'), plain + zones);
    const denied = rule('deny-storage', 100, 'Deny', '*', '*') as { properties: object };
    const group = estate.id('hub', 'Microsoft.Network/networkSecurityGroups/nsg-agents');
    const outbound = { direction: 'Outbound', destinationAddressPrefix: 'Storage' };
    await estate.put(group, {
      properties: {
        securityRules: [{ ...denied, properties: { ...denied.properties, ...outbound } }],
      },
    });
    await estate.putAgents({ networkSecurityGroup: { id: group } });
  });
  after(() => estate.stop());

  it('does not guess what is in a tag that nobody pinned', async () => {
    const run = await gate();
    assert.deepEqual(
      run.off,
      ['unknown no-storage REACH_UNDECIDED undecided', 'unknown partner REACH_UNDECIDED undecided'],
      run.output,
    );
    assert.match(run.gate?.checks[0]?.observed ?? '', /deny-storage \(100\) \(reach rules .*2\.5/);
  });

  it('knows it from the file, for the addresses in the tag and for all others', async () => {
    const run = await gate(tags('20.150.8.0/24', '2603:1000:4::/64'));
    assert.deepEqual(run.off, [], run.output);
    assert.equal(run.result, 'Succeeded');
    // The file is no part of the estate: a later gate pins its own.
    assert.doesNotMatch(await run.read('network.json'), /pinned/i);
  });

  it('sees that a part of what is forbidden is not in the tag', async () => {
    const run = await gate(tags('20.150.8.0/26'));
    assert.deepEqual(run.off, ['fail no-storage REACH_FORBIDDEN_OPEN broken'], run.output);
    const pairs = JSON.parse(await run.read('reach.json')) as { pairs: { to: string }[] };
    assert.ok(pairs.pairs.some(({ to }) => to === 'storage'));
  });
});
