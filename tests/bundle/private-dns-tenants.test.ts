import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  startDnsEstate,
  stampSubscription,
  vaultZone,
  versions,
  type DnsEstate,
} from '../support/dns-estate.ts';
import type { TaskRun } from '../support/packaged-task.ts';
import type { ConnectionIdentity } from '../support/service-connection.ts';

const hubTenant = '00000000-0000-4000-8000-0000000000fe';
const hubSubscription = '00000000-0000-4000-8000-00000000000c';
const zones = `/subscriptions/${hubSubscription}/resourceGroups/rg-zones`;
const zone = `${zones}/providers/Microsoft.Network/privateDnsZones/${vaultZone}`;

describe('PrivateDns, packaged: hub and stamp in two tenants', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let hub: ConnectionIdentity;
  let stamp: ConnectionIdentity & { readonly objectId: string };

  before(async () => {
    estate = await startDnsEstate({
      guests: [{ tenantId: hubTenant, subscriptions: [{ id: hubSubscription, name: 'hub' }] }],
    });
    await estate.endpoint('pe-far', await estate.vault('kv-far'));
    const { guests, arm, entra } = estate.run.sandbox;
    const [directory] = guests;
    assert.ok(directory);
    const secret = randomUUID();
    const there = directory.addApplication({ name: 'hub', secret });
    arm.assignRole(there.objectId, 'Owner', `/subscriptions/${hubSubscription}`);
    hub = {
      clientId: there.clientId,
      clientSecret: secret,
      tenantId: hubTenant,
      authority: directory.authorityUrl,
      subscriptionId: hubSubscription,
    };
    const here = entra.addApplication({ name: 'stamp', secret });
    arm.assignRole(here.objectId, 'Reader', estate.groups.stamp);
    stamp = {
      clientId: here.clientId,
      clientSecret: secret,
      subscriptionId: stampSubscription,
      objectId: here.objectId,
    };
    await make(zones, { location: 'westeurope' }, versions.group);
    await make(zone, { location: 'global' }, versions.zone);
  });
  after(() => estate.stop());

  /** A PUT by the hub's owner, in its own tenant. */
  async function make(id: string, body: unknown, version: string): Promise<void> {
    const { run } = estate;
    const { info } = run.sandbox;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: hub.clientId,
      client_secret: hub.clientSecret,
      scope: `${info.arm}/.default`,
    });
    const url = `${hub.authority ?? ''}/${hubTenant}/oauth2/v2.0/token`;
    const signedIn = await run.call('POST', url, { body: form.toString() });
    const { access_token: token } = JSON.parse(signedIn.body) as { access_token: string };
    const answer = await run.call('PUT', `${info.arm}${id}?api-version=${version}`, {
      body: JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    });
    assert.ok(answer.status < 300, answer.body);
    const done = (): boolean => {
      const { provisioningState } = run.sandbox.arm.store.get(id)?.properties ?? {};
      return provisioningState === 'Succeeded';
    };
    while (!done()) await new Promise((next) => setTimeout(next, 10));
  }

  function apply(
    linkNetworks = '',
    connections: Record<string, ConnectionIdentity> = {},
  ): Promise<TaskRun> {
    const inputs = {
      ...{ topology: '', overlays: '', owner: 'shop/weu', linkNetworks },
      ...{ resourceGroup: 'rg-weu', zonesResourceGroup: 'rg-zones' },
    };
    const both = { azureSubscription: stamp, hubConnection: hub, ...connections };
    return estate.act('apply', inputs, both);
  }

  it('reads endpoints in the one and writes records in the other', async () => {
    const { result, output } = await apply();
    assert.equal(result, 'Succeeded', output);
    const { store, activity } = estate.run.sandbox.arm;
    assert.ok(store.get(`${zone}/A/kv-far`) !== undefined);
    const wrote = activity.filter(
      ({ method, path }) => method === 'PUT' && path.includes('/A/kv-far'),
    );
    assert.deepEqual(
      wrote.map(({ principal }) => principal === stamp.objectId),
      [false],
    );
  });

  it("names the missing right on the stamp's network, and links it with the right", async () => {
    const refused = await apply(estate.networks.stamp);
    assert.equal(refused.result, 'Failed');
    const [issue] = refused.issues;
    assert.equal(issue?.code, 'LinkedAuthorizationFailed');
    assert.match(issue.message, new RegExp(`The client '${stamp.clientId}' with object id`));
    assert.match(
      issue.message,
      /'Microsoft\.Network\/virtualNetworks\/join\/action' on the linked/,
    );
    const join = { actions: ['Microsoft.Network/virtualNetworks/join/action'] };
    estate.run.sandbox.arm.assignRole(stamp.objectId, join, estate.networks.stamp);
    const linked = await apply(estate.networks.stamp);
    assert.equal(linked.result, 'Succeeded', linked.output);
    const links = estate.run.sandbox.arm.store.list(
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      zone,
    );
    assert.equal(links.length, 1);
  });

  it('says so when an identity comes from the wrong tenant', async () => {
    const { result, output } = await apply('', {
      hubConnection: { ...stamp, subscriptionId: hubSubscription },
    });
    assert.equal(result, 'Failed');
    assert.match(output, /InvalidAuthenticationTokenTenant/);
    assert.match(
      output,
      new RegExp(`It must match the tenant 'https://sts\\.windows\\.net/${hubTenant}/'`),
    );
  });
});
