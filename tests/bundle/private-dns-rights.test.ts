import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  startDnsEstate,
  stampSubscription,
  versions,
  type DnsEstate,
} from '../support/dns-estate.ts';
import type { TaskRun } from '../support/packaged-task.ts';
import type { ConnectionIdentity } from '../support/service-connection.ts';

/** A line of the table in docs/permissions.md. */
interface Right {
  readonly connection: string;
  readonly at: string;
  readonly action: string;
  readonly purposes: readonly string[];
}

/** What the task is run for. */
const purposes = [
  'plan',
  'unclear',
  'apply',
  'remove',
  'zoneGroups',
  'remove-zoneGroups',
  'approve',
] as const;
const common = purposes.filter((word) => word !== 'approve');
type Purpose = (typeof purposes)[number];

const accepted = `    acceptedConnections:
      - { service: Microsoft.KeyVault/vaults/kv-rights, from: hub }
`;

describe('PrivateDns, packaged: the least rights', function () {
  this.timeout(120_000);
  let estate: DnsEstate;
  let rights: Right[];
  let endpoint: string;

  before(async () => {
    rights = await documented();
    estate = await startDnsEstate({ stamp: accepted });
    const vault = await estate.vault('kv-rights');
    endpoint = await estate.endpoint('pe-rights', vault);
  });
  after(() => estate.stop());

  async function documented(): Promise<Right[]> {
    const text = await readFile('docs/permissions.md', 'utf8');
    const section = text.split(/^## /m).find((part) => part.startsWith('PrivateDns@1')) ?? '';
    const bare = (cell = ''): string => cell.trim().replaceAll('`', '');
    return section.split('\n').flatMap((line) => {
      const [, connection, at, action, purpose] = line.split('|');
      if (purpose === undefined || !bare(action).startsWith('Microsoft.')) return [];
      const words = bare(purpose) === 'all but approve' ? common : bare(purpose).split(', ');
      return [
        { connection: bare(connection), at: bare(at), action: bare(action), purposes: words },
      ];
    });
  }

  function scopeOf(at: string): string {
    switch (at) {
      case 'resource group of the zones':
        return estate.groups.zones;
      case 'each linked network':
        return estate.networks.stamp;
      default:
        return estate.groups.stamp;
    }
  }

  /** Two identities that hold these rights and no others. */
  function identities(held: readonly Right[]): Record<string, ConnectionIdentity> {
    const { entra, arm } = estate.run.sandbox;
    const made = ['azureSubscription', 'hubConnection'].map((connection) => {
      const secret = randomUUID();
      const { clientId, objectId } = entra.addApplication({ name: connection, secret });
      for (const { at, action } of held.filter((right) => right.connection === connection)) {
        arm.assignRole(objectId, { actions: [action] }, scopeOf(at));
      }
      const own = connection === 'azureSubscription' ? { subscriptionId: stampSubscription } : {};
      return [connection, { clientId, clientSecret: secret, ...own }] as const;
    });
    return Object.fromEntries(made);
  }

  /** The state that a run for the purpose begins with, made by the owner. */
  async function prepare(purpose: Purpose): Promise<void> {
    const { store } = estate.run.sandbox.arm;
    const zone = 'Microsoft.Network/privateDnsZones';
    const groups = store.list('Microsoft.Network/privateEndpoints/privateDnsZoneGroups');
    for (const { id } of groups) await estate.run.remove(id, versions.network);
    const own = store
      .list(`${zone}/virtualNetworkLinks`, estate.zone)
      .filter(({ name }) => name.startsWith('spokeline-'));
    for (const { id } of [...own, ...store.list(`${zone}/A`, estate.zone)]) {
      await estate.run.remove(id, versions.zone);
    }
    if (purpose === 'remove') {
      const applied = await estate.act('apply');
      assert.equal(applied.result, 'Succeeded', applied.output);
    }
    if (purpose === 'remove-zoneGroups') {
      const applied = await estate.act('apply', { mode: 'zoneGroups', timeout: '60' });
      assert.equal(applied.result, 'Succeeded', applied.output);
    }
    if (purpose === 'unclear') {
      const config = { name: 'vault', properties: { privateDnsZoneId: estate.zone } };
      const properties = { privateDnsZoneConfigs: [config] };
      const group = `${endpoint}/privateDnsZoneGroups/deployedByPolicy`;
      await estate.run.put(group, { properties }, versions.network);
      await estate.run.remove(`${estate.zone}/A/kv-rights`, versions.zone);
    }
    if (purpose === 'approve') {
      const vault = `${estate.groups.stamp}/providers/Microsoft.KeyVault/vaults/kv-rights`;
      await estate.endpoint(`pe-${randomUUID()}`, vault, { manual: 'the hub', at: 'hub' });
    }
  }

  function run(purpose: Purpose, held: readonly Right[]): Promise<TaskRun> {
    const who = identities(held);
    switch (purpose) {
      case 'zoneGroups':
        return estate.act('apply', { mode: 'zoneGroups', timeout: '60' }, who);
      case 'remove-zoneGroups':
        return estate.act('remove', { mode: 'zoneGroups' }, who);
      case 'unclear':
        return estate.act('plan', {}, who);
      case 'plan':
      case 'apply':
      case 'remove':
      case 'approve':
        return estate.act(purpose, {}, who);
    }
  }

  it('have a known purpose, line by line', () => {
    assert.ok(rights.length >= 18, String(rights.length));
    for (const { purposes: own } of rights) {
      for (const word of own) assert.ok((purposes as readonly string[]).includes(word), word);
    }
  });

  for (const purpose of purposes) {
    it(`are enough for ${purpose}, and each is needed and named`, async () => {
      await prepare(purpose);
      const held = rights.filter((right) => right.purposes.includes(purpose));
      const whole = await run(purpose, held);
      assert.equal(whole.result, 'Succeeded', whole.output);
      // What all need is taken away from the plan alone.
      const own = held.filter((right) => purpose === 'plan' || !right.purposes.includes('plan'));
      for (const right of own) {
        await prepare(purpose);
        const less = held.filter((each) => each !== right);
        const { result, output, issues } = await run(purpose, less);
        assert.equal(result, 'Failed', `${right.action} is not needed for ${purpose}: ${output}`);
        const said = issues.map(({ message }) => message).join('\n');
        assert.match(output, /ARM_FORBIDDEN: /, right.action);
        assert.ok(said.includes(`'${right.action}'`), `${right.action} in ${said}`);
        assert.match(said, /The client '[-0-9a-f]{36}' with object id '[-0-9a-f]{36}'/);
        assert.ok(said.toLowerCase().includes(scopeOf(right.at).toLowerCase()), said);
      }
    });
  }
});
