import assert from 'node:assert/strict';
import { rule } from './gate-state-resources.ts';
import { GateEstate, stateChecks, type GateRun } from './gate-state-world.ts';

const network = 'Microsoft.Network/virtualNetworks';
const zones = 'Microsoft.Network/privateDnsZones';

/** What reading the state takes, and which checks are unknown without it. */
const rights: readonly (readonly [
  connection: 'azureSubscription' | 'hubConnection',
  place: 'hub' | 'zones' | 'stamp',
  action: string,
  unknown: readonly string[],
])[] = [
  ['hubConnection', 'hub', `${network}/read`, ['reach']],
  ['hubConnection', 'hub', `${network}/virtualNetworkPeerings/read`, ['peering']],
  ['hubConnection', 'hub', 'Microsoft.Network/privateEndpoints/read', []],
  ['hubConnection', 'hub', 'Microsoft.Network/networkInterfaces/read', []],
  ['hubConnection', 'hub', `${zones}/read`, []],
  ['hubConnection', 'zones', `${zones}/read`, ['dns-zone']],
  ['hubConnection', 'zones', `${zones}/virtualNetworkLinks/read`, ['dns-zone']],
  ['hubConnection', 'zones', `${zones}/A/read`, ['dns-zone']],
  ['azureSubscription', 'stamp', `${network}/read`, ['route', 'nsg', 'address-plan', 'reach']],
  ['azureSubscription', 'stamp', `${network}/virtualNetworkPeerings/read`, ['peering']],
  ['azureSubscription', 'stamp', 'Microsoft.Network/networkSecurityGroups/read', ['nsg', 'reach']],
  ['azureSubscription', 'stamp', 'Microsoft.Network/routeTables/read', ['route']],
  [
    'azureSubscription',
    'stamp',
    'Microsoft.Network/privateEndpoints/read',
    ['public-access', 'private-endpoint'],
  ],
  ['azureSubscription', 'stamp', 'Microsoft.Network/networkInterfaces/read', ['dns-zone']],
  ['azureSubscription', 'stamp', 'Microsoft.KeyVault/vaults/read', ['public-access']],
];

/** What is done to the estate, what then does not pass, and how it is mended. */
const breaks: readonly (readonly [
  title: string,
  make: (estate: GateEstate) => Promise<unknown>,
  off: readonly string[],
  mend: (estate: GateEstate) => Promise<unknown>,
])[] = [
  [
    "the hub's half of the peering is gone",
    (estate) => estate.remove(`${estate.hubNetwork}/virtualNetworkPeerings/other`),
    ['fail weu/peering PEERING_MISSING missing', 'fail weu/reach REACH_ALLOWED_CLOSED broken'],
    async (estate) => {
      // Azure joins no half that has lost its other one: both are made again.
      await estate.remove(`${estate.stampNetwork}/virtualNetworkPeerings/other`);
      await estate.putPeering('hub');
      await estate.putPeering('stamp');
    },
  ],
  [
    'the default route leads past the firewall',
    (estate) => estate.putRoutes('127.41.0.9'),
    ['fail weu/route ROUTE_WRONG_HOP wrong-hop'],
    (estate) => estate.putRoutes('127.41.0.4'),
  ],
  [
    'a rule lets anything in',
    (estate) => estate.putGroup(rule('open', 150, 'Allow', '*', '*')),
    ['fail weu/nsg NSG_ANY_INBOUND any-any', 'fail weu/reach REACH_FORBIDDEN_OPEN broken'],
    (estate) => estate.putGroup(),
  ],
  [
    'a rule lets in what is forbidden',
    (estate) => estate.putGroup(rule('ssh', 150, 'Allow', '127.41.0.64/27', '22')),
    ['fail weu/reach REACH_FORBIDDEN_OPEN broken'],
    (estate) => estate.putGroup(),
  ],
  [
    'a rule stops what is declared',
    (estate) => estate.putGroup(rule('deny-agents', 150, 'Deny', '127.41.0.0/16', '443')),
    ['fail weu/nsg NSG_FLOW_DENIED flow-denied', 'fail weu/reach REACH_ALLOWED_CLOSED broken'],
    (estate) => estate.putGroup(),
  ],
  [
    'the vault is open to the public',
    (estate) => estate.putVault('Enabled'),
    ['fail weu/public-access PUBLIC_ACCESS_OPEN open'],
    (estate) => estate.putVault('Disabled'),
  ],
  [
    'the zone is not linked',
    (estate) => estate.remove(`${estate.zone}/virtualNetworkLinks/hub`),
    ['fail weu/dns-zone ZONE_NOT_LINKED not-linked'],
    (estate) => estate.putLink(),
  ],
  [
    'the record has an old address',
    (estate) => estate.putRecord('127.42.0.9'),
    ['fail weu/dns-zone ZONE_RECORD_WRONG wrong-address'],
    (estate) => estate.putRecord('127.42.0.4'),
  ],
  [
    'another endpoint takes an address',
    (estate) => estate.putEndpoint('pe-more'),
    ['fail weu/address-plan ADDRESSES_SHORT short'],
    (estate) => estate.remove(estate.endpoint('pe-more')),
  ],
  [
    'the endpoint is gone',
    (estate) => estate.remove(estate.endpoint('pe-kv-gate')),
    [
      'unknown weu/public-access PUBLIC_ACCESS_NOT_SEEN not-seen',
      'fail weu/private-endpoint ENDPOINT_MISSING missing',
      'fail weu/dns-zone ZONE_RECORD_STALE stale',
    ],
    (estate) => estate.putEndpoint('pe-kv-gate'),
  ],
];

/** Whoever signs in as this fails. */
const nobody = { clientId: '00000000-0000-4000-8000-0000000000ff', clientSecret: 'nothing' };

describe("NetworkGate, packaged, on Azure's own state", function () {
  this.timeout(120_000);
  let estate: GateEstate;
  before(async () => {
    estate = await GateEstate.start();
  });
  after(() => estate.stop());

  it('passes every check, and leaves the evidence', async () => {
    const run = await estate.gate(stateChecks);
    assert.deepEqual(run.off, [], run.output);
    assert.equal(run.result, 'Succeeded');
    const { report, ...counts } = run.outputs;
    assert.deepEqual(counts, {
      ...{ verdict: 'pass', passed: '8', failed: '0', unknown: '0', tolerated: '0' },
    });
    assert.match(report ?? '', /\/results\/gate\.json$/);
    assert.equal(run.gate?.verdict, 'pass');
    assert.deepEqual(
      run.gate.checks.map(({ observed }) => observed),
      [
        'stamp: Connected, FullyInSync; hub: Connected, FullyInSync',
        'to 127.41.0.4 from endpoints',
        'nsg-weu',
        'Disabled',
        'pe-kv-gate',
        'linked, records as the endpoints',
        'endpoints 26',
        '2 flows, 3 pairs of places',
      ],
    );
    const junit = await run.read('gate.junit.xml');
    assert.match(junit, /<testsuites tests="8" failures="0" errors="0" skipped="0"/);
    assert.match(await run.read('gate.md'), /stamp weu {2}█{20} {2}8\/8/);
    const reach = await run.read('reach.md');
    assert.match(reach, /\| \*\*hub\/agents\*\* \| ✔ 443\/tcp; all ports\/udp; icmp \|/);
    const { resources } = JSON.parse(await run.read('network.json')) as { resources: unknown[] };
    assert.ok(resources.length >= 12, `${resources.length} resources`);
    assert.match(await run.read('network.html'), /^<!doctype html>/i);
  });

  for (const [title, make, off, mend] of breaks) {
    it(`says that ${title}, and nothing else`, async () => {
      await make(estate);
      const run = await estate.gate(stateChecks);
      await mend(estate);
      assert.deepEqual(run.off, off, run.output);
      assert.equal(run.result, 'Failed');
      const failed = off.filter((one) => one.startsWith('fail')).length;
      assert.equal(run.outputs['failed'], String(failed));
      assert.equal(run.outputs['verdict'], 'fail');
      const junit = await run.read('gate.junit.xml');
      assert.match(junit, new RegExp(`failures="${failed}" errors="${off.length - failed}"`));
      for (const check of run.gate?.checks ?? []) {
        if (check.status !== 'pass') assert.notEqual(check.hint ?? '', '', check.id);
      }
    });
  }

  for (const [connection, place, action, unknown] of rights) {
    it(`names ${action} for ${connection} on the group of the ${place} when it is missing`, async () => {
      const held = (of: string) =>
        rights
          .filter((right) => right[0] === of && (right[1] !== place || right[2] !== action))
          .map(([, at, one]) => [one, estate.groups[at]] as const);
      const identities = {
        azureSubscription: estate.identity(held('azureSubscription')),
        hubConnection: estate.identity(held('hubConnection')),
      };
      const run = await estate.gate(stateChecks, {}, identities);
      const seen = (run.gate?.checks ?? []).filter(({ status }) => status !== 'pass');
      assert.deepEqual(
        seen.map(({ kind }) => kind),
        unknown,
        run.output,
      );
      for (const { id, status, hint = '' } of seen) {
        assert.equal(status, 'unknown', id);
        const wanted = `Give the identity of ${connection} ${action} on ${estate.groups[place]}`;
        assert.ok(hint.startsWith(wanted), hint);
      }
      if (unknown.length === 0) return assert.equal(run.result, 'Succeeded');
      assert.equal(run.outputs['verdict'], 'unknown');
      assert.match(run.output, /GATE_UNKNOWN/);
      assert.match(await run.read('gate.junit.xml'), /failures="0" errors="[1-9]"/);
      return undefined;
    });
  }

  it('says of each half what is not known without hubConnection and azureSubscription', async () => {
    const hubless = await estate.gate(stateChecks, {}, { hubConnection: null });
    // The first connection reads the hub as well, where it may.
    assert.deepEqual(hubless.off, [], hubless.output);
    const stampless = await estate.gate(stateChecks, {}, { azureSubscription: null });
    assert.deepEqual(
      new Set(stampless.off.map((text) => text.split(' ')[2])),
      new Set(['PEERING_NO_CONNECTION', 'STATE_NO_CONNECTION']),
      stampless.output,
    );
  });

  it('refuses every specification that is wrong at once, before it signs in', async () => {
    const run = await estate.gate(
      `checks:
- { id: peering, kind: peering, stampNetwork: x }
- { id: route, each: stamp, kind: route, nextHop: fw }
- { id: nsg, each: stamp, kind: nsg, subnets: [apps] }
- { id: public-access, kind: public-access }
- { id: private-endpoint, each: stamp, kind: private-endpoint, target: kv-gate, subnet: pe }
- { id: dns-zone, kind: dns-zone, zone: vault }
- { id: address-plan, kind: address-plan, free: 0 }
- { id: reach, kind: reach, flows: [agents-to-valt] }
`,
      {},
      { azureSubscription: nobody, hubConnection: nobody },
    );
    assert.equal(run.result, 'Failed');
    assert.deepEqual(
      run.codes.slice(1).filter((code) => code !== 'GATES_INVALID'),
      [],
    );
    for (const id of ['peering', 'route', 'nsg', 'public-access', 'private-endpoint']) {
      assert.match(run.output, new RegExp(`${id}: `), id);
    }
    assert.match(
      run.output,
      /address-plan: free is 0; it must be a number of addresses, 1 or more/,
    );
    assert.match(run.output, /reach: .*did you mean agents-to-vault\?/);
    assert.doesNotMatch(run.output, /AUTH_FAILED/);
  });

  describe('behind a live check', () => {
    const live = 'checks:\n- { id: vault, each: stamp, kind: tcp, host: 127.42.0.4, port: 443 }\n';
    const inputs = { evidence: 'live' };
    const deny = rule('deny-agents', 150, 'Deny', '127.41.0.0/16', '443');
    const hint = (run: GateRun) => run.gate?.checks[0]?.hint ?? '';

    it('asks nothing while all pass', async () => {
      await estate.run.sandbox.network?.settled();
      const who = { azureSubscription: nobody, hubConnection: nobody };
      const run = await estate.gate(live, inputs, who);
      assert.equal(run.result, 'Succeeded', run.output);
      assert.doesNotMatch(run.output, /GET \//);
    });

    it('quotes the rule, or names the right or the connection that is missing', async () => {
      await estate.putGroup(deny);
      await estate.run.sandbox.network?.settled();
      const [told, poor, bare] = [
        await estate.gate(live, inputs),
        await estate.gate(live, inputs, {
          azureSubscription: estate.identity([[`${network}/read`, estate.groups.stamp]]),
          hubConnection: estate.identity([]),
        }),
        await estate.gate(live, inputs, { azureSubscription: null, hubConnection: null }),
      ];
      await estate.putGroup();
      assert.deepEqual(told.off, ['fail weu/vault TCP_TIMEOUT timeout'], told.output);
      assert.match(
        hint(told),
        /^Dropped by security group nsg-weu of weu\/endpoints: inbound deny-agents \(150\) decides, and no rule before it allows tcp 443 from hub\/agents \(127\.41\.0\.64\/27\) to pe-kv-gate \(127\.42\.0\.4\) in weu\/endpoints/,
      );
      assert.equal(told.gate?.checks[0]?.because?.result, 'dropped');
      const usual =
        /Packets to 127\.42\.0\.4 in subnet endpoints \(127\.42\.0\.0\/27\) of stamp weu are dropped/;
      assert.match(hint(poor), usual);
      assert.match(
        hint(poor),
        /the identity of hubConnection lacks Microsoft\.Network\/virtualNetworks\/read on /,
      );
      assert.match(hint(bare), usual);
      assert.match(hint(bare), /set (hubConnection|azureSubscription), whose identity may read\.$/);
    });
  });
});
