import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { derivedChecks } from '../../../tasks/lib/gate/derive.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { prepareDerived } from '../../../tasks/lib/gate/gate-check.ts';
import { counts } from '../../../tasks/lib/gate/waivers.ts';
import { gateContext, topology } from './estate.ts';

const check = '{ id: p, kind: peering, each: stamp }';

function problems(waivers: string): string[] {
  try {
    readGates('gates.yml', `checks: [${check}]\nwaivers: ${waivers}\n`, gateContext());
  } catch (error) {
    assert.ok(error instanceof SpokelineError);
    return error.details.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  throw new assert.AssertionError({ message: 'the document was accepted' });
}

describe('gate waivers', () => {
  it('are for an id, or for all that begin with it', () => {
    const text = `checks: [${check}]\nwaivers: [{ check: 'weu/*', reason: peering is rebuilt, until: '2026-12-01' }]\n`;
    const read = readGates('gates.yml', text, gateContext());
    assert.deepEqual(
      read.map(({ id, waiver }) => [id, waiver]),
      [
        ['weu/p', { reason: 'peering is rebuilt', until: '2026-12-01' }],
        ['neu/p', undefined],
      ],
    );
  });

  it('of several for one check that counts which ends last', () => {
    const waivers = ['2026-11-01', '2026-12-01', '2026-11-15'].map(
      (until, index) =>
        `{ check: weu/${index === 1 ? 'p' : '*'}, reason: reason number ${index}, until: '${until}' }`,
    );
    const text = `checks: [${check}]\nwaivers: [${waivers.join(', ')}]\n`;
    const [read] = readGates('gates.yml', text, gateContext());
    assert.deepEqual(read?.waiver, { reason: 'reason number 1', until: '2026-12-01' });
  });

  it('for a stamp that was not chosen are left for the run that looks at it', () => {
    const { weu } = topology.stamps;
    assert.ok(weu);
    const waiver = (id: string) =>
      `checks: [${check}]\nwaivers: [{ check: '${id}', reason: long enough now, until: '2026-12-01' }]`;
    for (const id of ['neu/p', 'neu/*']) {
      assert.equal(readGates('gates.yml', waiver(id), gateContext([weu])).length, 1, id);
    }
    for (const id of ['sea/p', 'neu', 'n*']) {
      assert.throws(() => readGates('gates.yml', waiver(id), gateContext([weu])), /1 problem/, id);
    }
  });

  it('count to the end of their last day', () => {
    const waiver = { reason: '', until: '2026-12-01' };
    assert.equal(counts(waiver, Date.parse('2026-12-01T23:59:59Z')), true);
    assert.equal(counts(waiver, Date.parse('2026-12-02T00:00:00Z')), false);
  });

  for (const [waivers, expected] of [
    ['soon', ['2:10 waivers must be a list']],
    ['[soon]', ['2:11 a waiver must be a map with check, reason and until']],
    [
      "[{ check: weu/p, reason: short, until: '2026-12-01' }]",
      ['2:11 a waiver needs a reason of at least 10 characters'],
    ],
    [
      "[{ check: weu/p, reason: long enough now, until: '2026-13-01' }]",
      ["2:11 a waiver needs until: a day such as '2027-01-31'"],
    ],
    [
      "[{ check: weu/q, reason: long enough now, until: '2026-12-01' }]",
      ['2:20 weu/q is no check here; did you mean weu/p?'],
    ],
    [
      "[{ check: weu/p, reason: long enough now, until: '2026-12-01', by: me }]",
      ['2:73 unknown key "by"; allowed: check, reason, until'],
    ],
  ] as const) {
    it(`refuses ${waivers}`, () => assert.deepEqual(problems(waivers), expected));
  }
});

describe('derived gate checks', () => {
  const { weu } = topology.stamps;
  assert.ok(weu);
  const endpoints = [
    {
      name: 'pe-kv',
      targetType: 'Microsoft.KeyVault/vaults',
      configurations: [{ address: '10.1.2.5', fqdns: ['kv-weu.vault.azure.net'] }],
    },
    {
      name: 'pe-cr',
      targetType: 'Microsoft.ContainerRegistry/registries',
      configurations: [
        { address: '10.1.2.6', fqdns: ['crshop.westeurope.data.azurecr.io'] },
        { address: '10.1.2.7', fqdns: ['crshop.azurecr.io'] },
      ],
    },
    {
      name: 'pe-pg',
      targetType: 'Microsoft.DBforPostgreSQL/flexibleServers',
      configurations: [{ address: '10.1.2.8', fqdns: ['pg.postgres.database.azure.com'] }],
    },
    {
      name: 'pe-sql',
      targetType: 'Microsoft.Sql/servers',
      configurations: [{ address: '10.1.2.9', fqdns: ['sql.database.windows.net'] }],
    },
  ];
  const derived = derivedChecks(endpoints, weu);

  it('look at each name of each endpoint in the way of its service', () => {
    const checks = prepareDerived({ ...gateContext(), derived });
    assert.deepEqual(
      checks.map(({ id, kind, target }) => `${id} ${kind} ${target}`),
      [
        'weu/pe-kv.kv-weu.dns dns kv-weu.vault.azure.net',
        'weu/pe-kv.kv-weu.tls tls kv-weu.vault.azure.net:443',
        'weu/pe-cr.crshop-westeurope-data.dns dns crshop.westeurope.data.azurecr.io',
        'weu/pe-cr.crshop-westeurope-data.tls tls crshop.westeurope.data.azurecr.io:443',
        'weu/pe-cr.crshop.dns dns crshop.azurecr.io',
        'weu/pe-cr.crshop.tls tls crshop.azurecr.io:443',
        'weu/pe-pg.pg.dns dns pg.postgres.database.azure.com',
        'weu/pe-pg.pg.postgres postgres pg.postgres.database.azure.com:5432',
        'weu/pe-sql.sql.dns dns sql.database.windows.net',
        'weu/pe-sql.sql.tcp tcp sql.database.windows.net:1433',
      ],
    );
  });

  it('have ids of their own, where first labels are the same and names of endpoints nearly', () => {
    const scope = {
      name: 'pe_ampls',
      targetType: 'Microsoft.Insights/privateLinkScopes',
      configurations: [
        {
          address: '10.1.2.10',
          fqdns: ['global.in.ai.monitor.azure.com', 'global.handler.control.monitor.azure.com'],
        },
      ],
    };
    const other = { ...scope, name: 'pe-ampls' };
    const idsOf = (found: typeof endpoints): string[] =>
      derivedChecks(found, weu).flatMap(({ id, kind }) => (kind === 'dns' ? id : []));
    const ai = 'pe-ampls.global-in-ai-monitor-azure-com';
    const control = 'pe-ampls.global-handler-control-monitor-azure-com';
    assert.deepEqual(idsOf([scope]), [`${ai}.dns`, `${control}.dns`]);
    const both = [`${ai}-2.dns`, `${control}-2.dns`, `${ai}.dns`, `${control}.dns`];
    assert.deepEqual(idsOf([scope, other]), both);
    assert.deepEqual(idsOf([other, scope]), [...both.slice(2), ...both.slice(0, 2)]);
  });

  it('give way to a check of the document with the same id, and may be waived', () => {
    const text = `
checks:
  - { id: pe-kv.kv-weu.tls, each: stamp, kind: tls, name: kv-weu.vault.azure.net, minDaysLeft: 30 }
waivers:
  - { check: 'weu/pe-sql.*', reason: the database moves, until: '2026-12-01' }
`;
    const read = readGates('gates.yml', text, { ...gateContext([weu]), derived });
    assert.equal(read.length, 10);
    assert.equal(read[0]?.id, 'weu/pe-kv.kv-weu.tls');
    assert.deepEqual(
      read.filter(({ waiver }) => waiver !== undefined).map(({ id }) => id),
      ['weu/pe-sql.sql.dns', 'weu/pe-sql.sql.tcp'],
    );
  });
});
