import assert from 'node:assert/strict';
import {
  startDnsEstate,
  stampSubscription,
  versions,
  type DnsEstate,
} from '../support/dns-estate.ts';

describe('PrivateDns, packaged: where endpoints come from', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let ids: Record<'one' | 'two' | 'manual', string>;

  before(async () => {
    estate = await startDnsEstate();
    const tags = { app: 'shop' };
    ids = {
      one: await estate.endpoint('pe-one', await estate.vault('kv-src-one'), { tags }),
      two: await estate.endpoint('pe-two', await estate.vault('kv-src-two'), {
        tags: { App: 'crm' },
      }),
      manual: await estate.endpoint('pe-manual', await estate.vault('kv-src-manual'), {
        manual: 'for the shop',
      }),
    };
  });
  after(() => estate.stop());

  /** Names of the records that are there. */
  function records(): string[] {
    return estate.run.sandbox.arm.store
      .list('Microsoft.Network/privateDnsZones/A', estate.zone)
      .map(({ name }) => name)
      .sort();
  }

  const noTopology = {
    topology: '',
    overlays: '',
    owner: 'shop/weu',
    zonesResourceGroup: 'rg-dns',
  };

  it('reports an endpoint that waits for its approval, and writes nothing before it is there', async () => {
    const refused = await estate.act('apply');
    assert.equal(refused.result, 'Failed');
    assert.match(
      refused.output,
      /DNS_ENDPOINT_PENDING: One private endpoint of shop\/weu not ready/,
    );
    const [issue] = refused.issues;
    assert.equal(issue?.code, 'Pending');
    assert.match(
      issue.message,
      /: private endpoint pe-manual is Pending: its connection to .*manual is not/,
    );
    assert.deepEqual(records(), []);
    const planned = await estate.act('plan');
    assert.equal(planned.result, 'Succeeded');
    const [waiting] = JSON.parse(planned.outputs['pending'] ?? '') as {
      id: string;
      status: string;
    }[];
    assert.deepEqual([waiting?.id, waiting?.status], [ids.manual, 'Pending']);
  });

  it('takes the endpoints of a deployment output, and leaves the others', async () => {
    const output = JSON.stringify({ endpointIds: { type: 'Array', value: [ids.one] }, other: 'x' });
    const applied = await estate.act('apply', { endpoints: output });
    assert.equal(applied.result, 'Succeeded', applied.output);
    assert.match(applied.output, /shop\/weu: 1 private endpoint in the list/);
    assert.deepEqual(records(), ['kv-src-one']);
    const second = await estate.act('apply', { endpoints: ids.two.toUpperCase() });
    assert.equal(second.result, 'Succeeded', second.output);
    assert.deepEqual(records(), ['kv-src-one', 'kv-src-two']);
  });

  it('names the ids that do not exist, before it writes', async () => {
    const missing = `${ids.one}-gone`;
    const { output, issues } = await estate.act('apply', { endpoints: `${ids.one}\n${missing}` });
    assert.match(output, /ARM_NOT_FOUND: A private endpoint does not exist/);
    assert.deepEqual(
      issues.map(({ message }) => message),
      [`no private endpoint ${missing}`],
    );
  });

  it('wants one stamp for endpoints that are listed', async () => {
    const { output } = await estate.act('apply', { endpoints: ids.one, stamp: 'all' });
    assert.match(output, /INPUT_INVALID: Endpoints that are listed one by one belong to one stamp/);
  });

  it('takes those with a tag, from a whole subscription without a topology', async () => {
    for (const name of records())
      await estate.run.remove(`${estate.zone}/A/${name}`, versions.zone);
    const tagged = await estate.act('apply', { ...noTopology, endpointTags: 'APP=shop' });
    assert.equal(tagged.result, 'Succeeded', tagged.output);
    assert.match(
      tagged.output,
      new RegExp(`1 private endpoint in subscription ${stampSubscription}`),
    );
    assert.deepEqual(records(), ['kv-src-one']);
    const both = await estate.act('apply', { endpointTags: 'app' });
    assert.equal(both.result, 'Succeeded', both.output);
    assert.deepEqual(records(), ['kv-src-one', 'kv-src-two']);
  });

  it('registers the others beside one that waits, if it is only to be reported', async () => {
    await estate.run.remove(ids.two, versions.network);
    const { result, output, issues } = await estate.act('apply', { pending: 'report' });
    assert.equal(result, 'Succeeded', output);
    assert.match(issues[0]?.message ?? '', /pe-manual is Pending.*: not registered\.$/);
    assert.deepEqual(records(), ['kv-src-one'], 'the endpoint of kv-src-two is gone for sure');
  });

  it('registers a manual connection once its owner has approved it', async () => {
    const [connection] = estate.run.sandbox.arm.store
      .list('Microsoft.KeyVault/vaults/privateEndpointConnections')
      .filter(({ id }) => id.includes('kv-src-manual'));
    const approved = { privateLinkServiceConnectionState: { status: 'Approved' } };
    await estate.run.put(connection?.id ?? '', { properties: approved }, '2023-07-01');
    const { result, output, outputs } = await estate.act('apply', {
      ...noTopology,
      resourceGroup: 'rg-weu',
    });
    assert.equal(result, 'Succeeded', output);
    assert.equal(outputs['pending'], '[]');
    assert.deepEqual(records(), ['kv-src-manual', 'kv-src-one']);
  });
});
