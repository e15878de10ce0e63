import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  startDnsEstate,
  stampSubscription,
  vaultZone,
  versions,
  type DnsEstate,
} from '../support/dns-estate.ts';

type Shown = Record<string, unknown>;

describe('PrivateDns, packaged: the operations network', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let stampVault: string;

  before(async () => {
    estate = await startDnsEstate({ operations: true });
    const vault = await estate.vault('kv-operations');
    await estate.endpoint('pe-operations', vault, { at: 'operations' });
    stampVault = await estate.vault('kv-stamp');
    await estate.endpoint('pe-stamp', stampVault);
  });
  after(() => estate.stop());

  /** The networks that the zone of vaults is linked with, and by whom. */
  const links = (): string[] =>
    estate.run.sandbox.arm.store
      .list('Microsoft.Network/privateDnsZones/virtualNetworkLinks', estate.zone)
      .map(({ properties, tags }) => {
        const network = (properties['virtualNetwork'] as { id: string }).id.split('/').at(-1);
        return `${network} ${tags?.['spokeline-owner'] ?? '-'} ${String(properties['resolutionPolicy'])}`;
      })
      .sort();

  it('is missed by the run of a stamp, which does not make its link', async () => {
    const run = await estate.act('apply');
    assert.equal(run.result, 'Succeeded', run.output);
    assert.deepEqual(
      run.issues.map(({ message }) => message),
      [
        `${vaultZone} is not linked to ${estate.networks.operations}; its owner has to make the link.`,
      ],
    );
    assert.deepEqual(links(), ['vnet-hub - Default', 'vnet-weu shop/weu Default']);
    assert.equal(await estate.ask('kv-operations.vault.azure.net'), 'nxdomain');
  });

  it('is registered and linked like a stamp, and nothing is done the second time', async () => {
    const run = await estate.act('apply', { stamp: 'all', timeout: '60' });
    assert.equal(run.result, 'Succeeded', run.output);
    assert.deepEqual(
      run.issues.map(({ message }) => message),
      [],
    );
    assert.deepEqual(links(), [
      'vnet-hub - Default',
      'vnet-operations shop/operations Default',
      'vnet-weu shop/weu Default',
    ]);
    const record = estate.run.sandbox.arm.store.get(`${estate.zone}/A/kv-operations`);
    const metadata = record?.properties['metadata'] as Record<string, string>;
    assert.equal(metadata['spokeline-owner'], 'shop/operations');
    assert.ok(Object.values(metadata).some((note) => note.endsWith('/pe-operations 127.33.1.4')));
    assert.equal(await estate.ask('kv-operations.vault.azure.net'), '127.33.1.4');
    const again = await estate.act('apply', { stamp: 'all' });
    assert.match(again.output, /Nothing had to be written\./);
    const verified = await estate.act('verify', { stamp: 'operations' });
    assert.equal(verified.result, 'Succeeded', verified.output);
  });

  it('is linked as the inputs say, with zones that only a stamp uses, too', async () => {
    const further = `${estate.groups.zones}/providers/Microsoft.Network/privateDnsZones/corp.example`;
    await estate.run.put(further, { location: 'global' }, versions.zone);
    const run = await estate.act('apply', {
      stamp: 'all',
      records:
        'corp.example: { api: { A: 10.9.0.1, stamp: weu }, tools: { A: 10.9.0.2, stamp: operations } }',
      links: 'operations: { fallback: true }',
    });
    assert.equal(run.result, 'Succeeded', run.output);
    assert.ok(
      links().includes('vnet-operations shop/operations NxDomainRedirect'),
      String(links()),
    );
    const { store } = estate.run.sandbox.arm;
    const owners = ['api', 'tools'].map((name) => {
      const metadata = store.get(`${further}/A/${name}`)?.properties['metadata'] as Shown;
      return metadata['spokeline-owner'];
    });
    assert.deepEqual(owners, ['shop/weu', 'shop/operations']);
    const linked = store.list('Microsoft.Network/privateDnsZones/virtualNetworkLinks', further);
    assert.equal(linked.length, 2);
  });

  it('shares a name with a stamp: one set of both endpoints, which each writes and leaves by itself', async () => {
    const both = await estate.vault('kv-both');
    await estate.endpoint('pe-both-stamp', both);
    await estate.endpoint('pe-both-operations', both, { at: 'operations' });
    await estate.endpoint('pe-stamp-too', stampVault, { at: 'operations' });
    const { store } = estate.run.sandbox.arm;
    const notes = (name: string): Record<string, string> =>
      (store.get(`${estate.zone}/A/${name}`)?.properties['metadata'] ?? {}) as Record<
        string,
        string
      >;

    const run = await estate.act('apply', { stamp: 'all' });
    assert.equal(run.result, 'Succeeded', run.output);
    for (const name of ['kv-both', 'kv-stamp']) {
      const { 'spokeline-owner': owner, ...rest } = notes(name);
      assert.equal(owner, 'shop');
      const stamps = Object.entries(rest).filter(([key]) => key.startsWith('spokeline-stamp-'));
      assert.deepEqual(stamps.map(([, stamp]) => stamp).sort(), ['shop/operations', 'shop/weu']);
      assert.match(await estate.ask(`${name}.vault.azure.net`), /^(127\.3[23]\.1\.\d+ ?){2}$/);
    }
    const again = await estate.act('apply', { stamp: 'all' });
    assert.match(again.output, /Nothing had to be written\./);
    const alone = await estate.act('apply', { stamp: 'weu' });
    assert.match(alone.output, /Nothing had to be written\./);
    // A run for one of them takes both addresses for right.
    const verified = await estate.act('verify', { stamp: 'weu' });
    assert.equal(verified.result, 'Succeeded', verified.output);

    await estate.run.remove(
      `${estate.groups.operations}/providers/Microsoft.Network/privateEndpoints/pe-both-operations`,
      versions.network,
    );
    const pruned = await estate.act('apply', { stamp: 'operations' });
    assert.equal(pruned.result, 'Succeeded', pruned.output);
    assert.equal(notes('kv-both')['spokeline-owner'], 'shop/weu');
    assert.match(await estate.ask('kv-both.vault.azure.net'), /^127\.32\.1\.\d+$/);
  });

  it('is read by the connection of the hub: that of the stamps needs no right there', async () => {
    const { entra, arm } = estate.run.sandbox;
    const secret = randomUUID();
    const { clientId, objectId } = entra.addApplication({ name: 'stamps only', secret });
    arm.assignRole(objectId, { actions: ['*/read'] }, estate.groups.stamp);
    const stamps = { clientId, clientSecret: secret, subscriptionId: stampSubscription };
    const run = await estate.act(
      'plan',
      { stamp: 'operations,weu' },
      { azureSubscription: stamps },
    );
    assert.equal(run.result, 'Succeeded', run.output);
    assert.match(run.output, /shop\/operations: 2 private endpoints in rg-operations/);
  });

  it('gives up what it has, and leaves the rest', async () => {
    const run = await estate.act('remove', { stamp: 'operations' });
    assert.equal(run.result, 'Succeeded', run.output);
    assert.deepEqual(links(), ['vnet-hub - Default', 'vnet-weu shop/weu Default']);
    assert.equal(await estate.ask('kv-operations.vault.azure.net'), 'nxdomain');
    assert.equal(await estate.ask('kv-stamp.vault.azure.net'), '127.32.1.4');
  });

  it('is no stamp of an estate that has none', async () => {
    const run = await estate.act('plan', { stamp: 'operation' });
    assert.match(run.output, /The topology has no stamp "operation"\./);
  });
});
