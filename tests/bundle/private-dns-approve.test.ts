import assert from 'node:assert/strict';
import { startDnsEstate, versions, type DnsEstate } from '../support/dns-estate.ts';

interface Shown {
  service: string;
  endpoint: string;
  status: string;
  approvedNow: boolean;
}

const accepted = `    acceptedConnections:
      - { service: Microsoft.KeyVault/vaults/kv-ok-weu, from: hub }
      - { service: Microsoft.Network/privateLinkServices/pls-ingress, message: front door of the shop }
`;

describe('PrivateDns, packaged: approvals', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let vault: string;
  let service: string;

  before(async () => {
    estate = await startDnsEstate({ stamp: accepted });
    vault = await estate.vault('kv-ok-weu');
    const subnet = `${estate.networks.stamp}/subnets/services`;
    const open = { addressPrefix: '127.32.2.0/24', privateLinkServiceNetworkPolicies: 'Disabled' };
    await estate.run.put(subnet, { properties: open }, versions.network);
    service = `${estate.groups.stamp}/providers/Microsoft.Network/privateLinkServices/pls-ingress`;
    const properties = {
      destinationIPAddress: '127.32.1.9',
      ipConfigurations: [{ name: 'nat', properties: { subnet: { id: subnet } } }],
    };
    await estate.run.put(service, { location: 'westeurope', properties }, versions.network);
  });
  after(() => estate.stop());

  async function approve(inputs: Record<string, string> = {}): Promise<{
    result: string;
    output: string;
    messages: string[];
    shown: Shown[];
  }> {
    const { result, output, issues, outputs } = await estate.act('approve', inputs);
    const shown = JSON.parse(outputs['connections'] ?? '[]') as Shown[];
    return { result, output, messages: issues.map(({ message }) => message), shown };
  }

  const ask = (
    name: string,
    target: string,
    message: string,
    at: 'hub' | 'stamp',
  ): Promise<string> =>
    estate.endpoint(name, target, {
      manual: message,
      at,
      groupId: target === service ? '' : 'vault',
    });

  it('waits for a connection that is named, and says which did not come', async () => {
    const { result, output, messages } = await approve();
    assert.equal(result, 'Failed');
    assert.match(output, /CONNECTION_NOT_APPROVED: One connection that the topology accepts/);
    assert.match(
      messages[0] ?? '',
      /privateLinkServices\/pls-ingress with the message "front door of the shop": no such connection is there$/,
    );
  });

  it('approves what is declared and no other', async () => {
    const welcome = await ask('pe-hub', vault, 'the hub', 'hub');
    const stranger = await ask('pe-stranger', vault, 'the hub', 'stamp');
    const door = await ask('pe-door', service, 'front door of the shop', 'hub');
    const thief = await ask('pe-thief', service, 'front door of the shop, too', 'hub');
    const { result, output, messages, shown } = await approve({ timeout: '60' });
    assert.equal(result, 'Succeeded', output);
    const states = Object.fromEntries(shown.map((each) => [each.endpoint, each.status]));
    assert.deepEqual(states, {
      [welcome]: 'Approved',
      [door]: 'Approved',
      [stranger]: 'Pending',
      [thief]: 'Pending',
    });
    assert.deepEqual(messages.map((message) => message.split(' ')[0]).sort(), [thief, stranger]);
    const stored = estate.run.sandbox.arm.store.get(stranger);
    assert.match(JSON.stringify(stored?.properties), /"status":"Pending"/);
    const second = await approve();
    assert.match(second.output, /Nothing had to be approved/);
    assert.ok(second.shown.every(({ approvedNow }) => !approvedNow));
  });

  it('says when a named one was turned down', async () => {
    const [door] = estate.run.sandbox.arm.store
      .list('Microsoft.Network/privateLinkServices/privateEndpointConnections')
      .filter(({ id }) => id.includes('pe-door'));
    const state = { status: 'Rejected', description: 'front door of the shop' };
    const properties = { privateLinkServiceConnectionState: state };
    await estate.run.put(door?.id ?? '', { properties }, versions.network);
    const { result, messages } = await approve();
    assert.equal(result, 'Failed');
    assert.match(messages.join('\n'), /front door of the shop": is Rejected/);
  });

  it('needs a topology', async () => {
    const { messages } = await approve({ topology: '', overlays: '' });
    assert.ok(
      messages.some((message) => /"topology" is needed when action is approve/.test(message)),
    );
  });
});
