import assert from 'node:assert/strict';
import { azSuite, query } from '../support/az.ts';

const zoneType = 'Microsoft.Network/privateDnsZones';

describe('the Azure CLI: private DNS', function () {
  this.timeout(120_000);
  const group = 'rg-dns';
  const az = azSuite(group);

  const one = (name: string): string[] => ['-g', group, '-n', name];

  it('private-dns zone create, list, update, delete', async () => {
    const zone = ['network', 'private-dns', 'zone'];
    const made = await az.run(
      ...zone,
      'create',
      ...one('two.example'),
      ...query('[name, numberOfRecordSets, provisioningState]'),
    );
    assert.deepEqual(made, ['two.example', 1, 'Succeeded']);
    assert.match(await az.fail(...zone, 'create', ...one('two.example')), /\(PreconditionFailed\)/);
    const tags = await az.run(
      ...zone,
      'update',
      ...one('two.example'),
      '--tags',
      'a=b',
      ...query('tags'),
    );
    assert.deepEqual(tags, { a: 'b' });
    assert.deepEqual(await az.run(...zone, 'list', '-g', group, ...query("[?tags.a=='b'].name")), [
      'two.example',
    ]);
  });

  it('private-dns record-set a add, list, show, update, remove', async () => {
    const set = ['network', 'private-dns', 'record-set', 'a'];
    const at = ['-g', group, '-z', 'two.example'];
    await az.run(...set, 'add-record', ...at, '-n', 'www', '-a', '10.0.0.5');
    const both = await az.run(...set, 'add-record', ...at, '-n', 'www', '-a', '10.0.0.6');
    const { aRecords, fqdn, type, ttl } = both as Record<string, unknown>;
    assert.deepEqual(
      [aRecords, fqdn, type, ttl],
      [
        [{ ipv4Address: '10.0.0.5' }, { ipv4Address: '10.0.0.6' }],
        'www.two.example.',
        `${zoneType}/A`,
        3600,
      ],
    );
    await az.run(...set, 'create', ...at, '-n', 'empty', '--ttl', '30');
    assert.deepEqual(
      await az.run(...set, 'list', ...at, ...query('sort_by([], &name)[].[name, ttl]')),
      [
        ['empty', 30],
        ['www', 3600],
      ],
    );
    assert.equal(
      await az.run(...set, 'update', ...at, '-n', 'www', '--set', 'ttl=77', ...query('ttl')),
      77,
    );
    assert.match(await az.fail(...set, 'create', ...at, '-n', 'www'), /\(PreconditionFailed\)/);
    const all = ['network', 'private-dns', 'record-set', 'list', ...at];
    assert.deepEqual(await az.run(...all, ...query('sort([].name)')), ['@', 'empty', 'www']);
    await az.run(...set, 'delete', ...at, '-n', 'empty', '--yes');
    await az.run(...set, 'remove-record', ...at, '-n', 'www', '-a', '10.0.0.5');
    const left = query('aRecords[].ipv4Address');
    assert.deepEqual(await az.run(...set, 'show', ...at, '-n', 'www', ...left), ['10.0.0.6']);
    await az.run(...set, 'remove-record', ...at, '-n', 'www', '-a', '10.0.0.6');
    assert.match(
      await az.fail(...set, 'show', ...at, '-n', 'www'),
      /\(ResourceNotFound\)|\(NotFound\)/,
    );
    await az.run('network', 'private-dns', 'zone', 'delete', ...one('two.example'), '--yes');
    assert.match(
      await az.fail('network', 'private-dns', 'zone', 'show', ...one('two.example')),
      /\(ResourceNotFound\)/,
    );
  });

  it('private-dns record-set aaaa, cname and txt', async () => {
    await az.run('network', 'private-dns', 'zone', 'create', ...one('three.example'));
    const set = (type: string) => ['network', 'private-dns', 'record-set', type];
    const at = ['-g', group, '-z', 'three.example'];
    await az.run(...set('aaaa'), 'add-record', ...at, '-n', 'www', '-a', 'fd00::5');
    await az.run(...set('cname'), 'set-record', ...at, '-n', '*', '-c', 'www.three.example');
    await az.run(...set('txt'), 'add-record', ...at, '-n', '@', '-v', 'a b');
    const listed = await az.run(
      ...['network', 'private-dns', 'record-set', 'list', ...at],
      ...query(
        "sort_by([?name!='www' || aaaaRecords], &type)[].[aaaaRecords, cnameRecord.cname, txtRecords]",
      ),
    );
    assert.deepEqual(listed, [
      [[{ ipv6Address: 'fd00::5' }], null, null],
      [null, 'www.three.example', null],
      [null, null, null],
      [null, null, [{ value: ['a b'] }]],
    ]);
    assert.match(
      await az.fail(...set('a'), 'add-record', ...at, '-n', '*', '-a', '10.0.0.5'),
      /\(BadRequest\)/,
    );
  });
});
