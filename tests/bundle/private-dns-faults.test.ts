import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { FaultRule } from '../../sandbox/http/faults.ts';
import { startDnsEstate, versions, type DnsEstate } from '../support/dns-estate.ts';
import { readRun } from '../support/packaged-task.ts';

describe('PrivateDns, packaged: against a difficult Azure', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let count = 0;
  let name: string;

  before(async () => {
    estate = await startDnsEstate();
  });
  after(() => estate.stop());
  // An endpoint of its own for each test; the records of those before stay as they are.
  beforeEach(async () => {
    count += 1;
    name = `kv-fault-${String(count)}`;
    await estate.endpoint(`pe-${name}`, await estate.vault(name));
  });

  const isOwned = (): boolean =>
    JSON.stringify(estate.run.sandbox.arm.store.get(`${estate.zone}/A/${name}`) ?? '').includes(
      'shop/weu',
    );
  /** Takes the stamp's link away, so that it is written after the record. */
  async function unlink(): Promise<void> {
    const links = estate.run.sandbox.arm.store
      .list('Microsoft.Network/privateDnsZones/virtualNetworkLinks', estate.zone)
      .filter((link) => link.name.startsWith('spokeline-'));
    for (const { id } of links) await estate.run.remove(id, versions.zone);
  }
  const fault = (rule: FaultRule): void => {
    estate.run.sandbox.faults.add({ server: 'arm', count: 1, ...rule });
  };
  const error = (code: string, message: string): FaultRule['body'] => ({
    error: { code, message },
  });
  const put = { method: 'PUT', path: '/A/kv-fault-' };

  const passing: [string, FaultRule][] = [
    // First, as the link is made once.
    [
      'a busy network',
      {
        method: 'PUT',
        path: '/virtualNetworkLinks/',
        status: 409,
        body: error('Conflict', 'Another operation is pending on virtual network'),
      },
    ],
    ['412', { ...put, status: 412, body: error('PreconditionFailed', 'etag') }],
    ['409', { ...put, status: 409, body: error('Conflict', 'Another operation is pending') }],
    ['429', { ...put, status: 429, headers: { 'retry-after': '1' } }],
    ['503', { ...put, status: 503 }],
    ['a reset', { ...put, reset: true }],
  ];
  for (const [what, rule] of passing) {
    it(`outlives ${what}`, async () => {
      fault(rule);
      const run = await estate.act('apply');
      assert.equal(run.result, 'Succeeded', run.output);
      assert.ok(isOwned());
    });
  }

  it('lets two runs at once write a record once', async () => {
    const { activity } = estate.run.sandbox.arm;
    const before = activity.length;
    const runs = await Promise.all([estate.act('apply'), estate.act('apply')]);
    for (const run of runs) assert.equal(run.result, 'Succeeded', run.output);
    assert.ok(isOwned());
    const writes = activity
      .slice(before)
      .filter(({ method, path }) => method === 'PUT' && path.includes('/A/'));
    assert.equal(writes.filter(({ status }) => status === 201).length, 1);
    assert.ok(writes.every(({ status }) => status === 201 || status === 412));
  });

  it('prunes nothing after a page that it may not read, and the same record once it may', async () => {
    await estate.act('apply');
    await estate.run.remove(
      `${estate.groups.stamp}/providers/Microsoft.Network/privateEndpoints/pe-${name}`,
      versions.network,
    );
    const path = '/privateEndpoints\\?';
    const next = `${estate.run.sandbox.info.arm}${estate.groups.stamp}/secondPage?api-version=2025-05-01`;
    fault({ method: 'GET', path, status: 200, body: { value: [], nextLink: next } });
    fault({
      method: 'GET',
      path: 'secondPage',
      status: 403,
      body: error('AuthorizationFailed', 'no'),
    });
    const refused = await estate.act('apply');
    assert.equal(refused.result, 'Failed');
    assert.match(refused.output, /ARM_FORBIDDEN/);
    assert.ok(isOwned());
    const run = await estate.act('apply');
    assert.equal(run.result, 'Succeeded', run.output);
    assert.ok(!isOwned());
  });

  it('says what was done when a right is missing half way', async () => {
    await unlink();
    fault({
      method: 'PUT',
      path: '/virtualNetworkLinks/',
      status: 403,
      body: error(
        'AuthorizationFailed',
        "does not have authorization to perform action 'Microsoft.Network/privateDnsZones/virtualNetworkLinks/write' over scope '/x'",
      ),
    });
    const run = await estate.act('apply');
    assert.equal(run.result, 'Failed');
    assert.match(
      run.output,
      /The identity lacks the action Microsoft\.Network\/privateDnsZones\/virtualNetworkLinks\/write at \/x\. 1 of 2 writes were made before and stay\./,
    );
    assert.match(run.output, /before that: created record kv-fault-\d+ in privatelink/);
  });

  it('says what was done when it is cancelled half way', async () => {
    await unlink();
    fault({ method: 'PUT', path: '/virtualNetworkLinks/', delayMs: 15_000 });
    const { command, env } = estate.command('apply');
    const [program = '', ...args] = command;
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.includes('created record')) return void (output += chunk.toString());
      output += chunk.toString();
      if (output.includes('created record')) child.kill('SIGINT');
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const run = readRun(code, output, '');
    assert.equal(run.result, 'Failed');
    assert.match(run.output, /The run was cancelled\. 1 of 2 writes were made before and stay\./);
    assert.match(run.output, /before that: created record kv-fault-/);
    assert.ok(isOwned());
  });
});
