import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ArmClient } from '../../../tasks/lib/azure/arm-client.ts';
import { networkState } from '../../../tasks/lib/azure/network-state.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { estateOf } from '../../../tasks/lib/gate/estate.ts';
import { liveProbe } from '../../../tasks/lib/gate/live-probe.ts';
import type { OutsideSeen, PeeringSide, Probe } from '../../../tasks/lib/gate/probe.ts';
import { listen } from '../../support/listen.ts';
import { Trust } from '../../../tasks/lib/net/trust.ts';
import { createTestAuthority } from '../../support/tls.ts';
import { estate } from './estate.ts';

const signal = new AbortController().signal;

describe('live probe', () => {
  let server: Server;
  let accepted = 0;
  let port: number;
  before(async () => {
    server = createServer((socket) => {
      accepted += 1;
      socket.destroy();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  after(() => new Promise((done) => server.close(done)));

  function probe(networks: string[], dialled: (port: number) => number | undefined): Probe {
    return liveProbe({
      estate: estateOf(networks),
      resolver: {
        resolve: (name) => Promise.resolve({ name, chain: [], addresses: [], source: 'system' }),
        witnesses: () => Promise.resolve([]),
      },
      state: {
        peering: () => Promise.resolve({ state: 'missing' }),
        state: () => Promise.reject(new Error('no state here')),
      },
      dialled,
      probeTimeout: 1000,
    });
  }

  it('dials the mapped port, and tells the declared one', async () => {
    const seen = await probe(['127.0.0.0/8'], () => port).connect('127.0.0.1', 443, signal);
    assert.equal(`${seen.class} ${seen.port}`, 'connected 443');
  });

  it('does not look where no port is mapped', async () => {
    const seen = await probe(['127.0.0.0/8'], () => undefined).connect('127.0.0.1', port, signal);
    assert.equal(seen.class, 'unmapped');
  });

  describe('of names outside the estate', () => {
    let certified: Awaited<ReturnType<typeof listen>>;
    let ca: string;
    const closed = '127.0.0.8';

    before(async () => {
      const authority = await createTestAuthority();
      ca = authority.ca;
      certified = await listen(createTlsServer(await authority.issue(['out.example'])));
    });
    after(() => certified.close());

    /** One that has these addresses; only 127.0.0.1 answers. */
    function outside(addresses: string[], trusted = ca): Promise<OutsideSeen> {
      return liveProbe({
        estate: { ...estateOf(['10.0.0.0/8']), outside: ['out.example'] },
        resolver: {
          resolve: (name) => Promise.resolve({ name, chain: [], addresses, source: 'system' }),
          witnesses: () => Promise.resolve([]),
        },
        state: {
          peering: () => Promise.resolve({ state: 'missing' }),
          state: () => Promise.reject(new Error('no state here')),
        },
        dialled: () => certified.port,
        probeTimeout: 10_000,
        trust: new Trust([trusted]),
      }).outside('out.example', signal);
    }

    it('looks at every address: one that is open is a way out', async () => {
      const seen = await outside([closed, '127.0.0.1']);
      assert.deepEqual(seen, { class: 'connected', address: '127.0.0.1' });
    });

    it('takes a certificate of somebody for an answer', async () => {
      const { ca: other } = await createTestAuthority('Somebody else');
      const seen = await outside([closed, '127.0.0.1'], other);
      assert.equal(seen.class, 'certificate-untrusted');
    });

    it('tells how the first one ended when all are shut', async () => {
      assert.deepEqual(await outside([closed]), { class: 'refused', address: closed });
      assert.deepEqual(await outside([]), { class: 'nodata' });
    });

    it('dials none of them when one is an address of the platform', async () => {
      const seen = await outside(['127.0.0.1', '168.63.129.16']);
      assert.deepEqual(seen, { class: 'forbidden', address: '168.63.129.16' });
    });
  });

  for (const [address, networks] of [
    ['127.0.0.1', ['10.0.0.0/8']],
    ['169.254.169.254', ['169.254.0.0/16']],
    ['168.63.129.16', ['168.63.0.0/16']],
    ['::ffff:169.254.169.254', ['0.0.0.0/0']],
    ['a.name.example', ['0.0.0.0/0']],
  ] as const) {
    it(`refuses ${address} with the networks ${networks.join(', ')}, whoever asks`, async () => {
      const before = accepted;
      const guarded = probe([...networks], () => port);
      const forbidden = { code: 'GATE_TARGET_FORBIDDEN' };
      await assert.rejects(async () => guarded.connect(address, port, signal), forbidden);
      await assert.rejects(async () => guarded.handshake(address, port, 'x.y', signal), forbidden);
      assert.equal(accepted, before);
    });
  }
});

describe('estate', () => {
  for (const [address, text] of [
    ['10.1.2.5', '10.1.2.5 in subnet endpoints (10.1.2.0/27) of stamp weu'],
    ['10.0.1.4', '10.0.1.4 in subnet agents (10.0.1.0/27) of the hub'],
    ['10.2.9.9', '10.2.9.9 in network vnet-neu of stamp neu, in no declared subnet'],
    ['192.0.2.1', '192.0.2.1'],
  ] as const) {
    it(`places ${address}`, () =>
      assert.deepEqual(estate.place(address), { text, firewall: '10.0.0.4' }));
  }

  it('declares its networks only, and forbids platform addresses in every spelling', () => {
    assert.deepEqual(estate.networks, ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16']);
    assert.ok(estate.declares('10.2.255.255') && !estate.declares('10.3.0.0'));
    assert.ok(!estate.declares('name.example'));
    for (const address of ['169.254.0.1', '168.63.129.16', '::ffff:a9fe:a9fe', '2852039166']) {
      assert.ok(estate.forbids(address), address);
    }
  });
});

describe('network state', () => {
  const side: PeeringSide = {
    owner: 'hub',
    network: '/subscriptions/h/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/hub',
    remote: '/subscriptions/S/resourceGroups/R/providers/Microsoft.Network/virtualNetworks/Stamp',
  };
  const asked: string[] = [];

  function client(answer: readonly unknown[] | Error): ArmClient {
    const never = (): never => {
      throw new Error('only lists are read');
    };
    return {
      get: never,
      tryGet: never,
      put: never,
      patch: never,
      post: never,
      delete: never,
      list<T>(path: string) {
        asked.push(path);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as T[]);
      },
    };
  }
  const look = (answer: readonly unknown[] | Error) =>
    networkState({ stamp: undefined, hub: client(answer) }).peering(side, signal);
  const peering = (id: string, more: Record<string, unknown>) => ({
    properties: { remoteVirtualNetwork: { id }, ...more },
  });

  it('finds the peering by its other end, whatever the letter case', async () => {
    const seen = await look([
      peering('/other', { peeringState: 'Disconnected' }),
      peering(side.remote.toLowerCase(), {
        peeringState: 'Connected',
        peeringSyncLevel: 'FullyInSync',
      }),
    ]);
    assert.deepEqual(seen, { state: 'found', peering: 'Connected', sync: 'FullyInSync' });
    assert.deepEqual(asked, [`${side.network}/virtualNetworkPeerings`]);
  });

  it('can do without the level', async () => {
    const seen = await look([peering(side.remote, { peeringState: 'Initiated' })]);
    assert.deepEqual(seen, { state: 'found', peering: 'Initiated' });
  });

  it('tells a missing peering, a missing network, and a missing connection apart', async () => {
    assert.deepEqual(await look([]), { state: 'missing' });
    const none = new SpokelineError('ARM_NOT_FOUND', 'no such network');
    assert.deepEqual(await look(none), { state: 'network-missing' });
    const nobody = networkState({ stamp: undefined, hub: undefined });
    assert.deepEqual(await nobody.peering(side, signal), { state: 'no-connection' });
  });

  it('names the right that is missing', async () => {
    assert.deepEqual(await look(new SpokelineError('ARM_FORBIDDEN', 'no')), {
      state: 'forbidden',
      missing: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings/read',
    });
  });

  it('keeps other failures of Azure apart from faults of its own', async () => {
    assert.deepEqual(await look(new SpokelineError('ARM_REQUEST', '503')), {
      state: 'failed',
      reason: '503',
    });
    await assert.rejects(look(new TypeError('bug')), /bug/);
  });
});
