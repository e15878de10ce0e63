import assert from 'node:assert/strict';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import type { PeeringSeen } from '../../../tasks/lib/gate/probe.ts';
import { kv, table } from './check-table.ts';
import { gateContext } from './estate.ts';
import { fakeProbe } from './fake-probe.ts';
import type { World } from './fake-probe.ts';

const connected = { state: 'found', peering: 'Connected', sync: 'FullyInSync' } as const;

describe('gate checks', () => {
  describe('denied', () => {
    const denied = 'kind: denied, host: 10.1.2.5, port: 22, control: { host: 10.0.1.4, port: 443 }';
    const control = { '10.0.1.4:443': 'connected' } as const;
    const target = '10.1.2.5:22';
    table([
      ['a drop that is proven', denied, { ports: control }, 'pass OK timeout'],
      ['a drop without proof', denied, {}, 'unknown DENIED_UNPROVEN control-failed'],
      [
        'reachable',
        denied,
        { ports: { ...control, [target]: 'connected' } },
        'fail DENIED_REACHABLE connected',
      ],
      [
        'reachable, whatever the control does',
        denied,
        { ports: { [target]: 'connected' } },
        'fail DENIED_REACHABLE connected',
      ],
      [
        'refused is not dropped',
        denied,
        { ports: { ...control, [target]: 'refused' } },
        'fail DENIED_REFUSED refused',
      ],
      [
        'refused as expected',
        `${denied}, state: refused`,
        { ports: { ...control, [target]: 'refused' } },
        'pass OK refused',
      ],
      [
        'dropped is not refused',
        `${denied}, state: refused`,
        { ports: control },
        'fail DENIED_DROPPED timeout',
      ],
      [
        'any: refused',
        `${denied}, state: any`,
        { ports: { ...control, [target]: 'refused' } },
        'pass OK refused',
      ],
      ['any: dropped', `${denied}, state: any`, { ports: control }, 'pass OK timeout'],
      [
        'no route is no proof',
        denied,
        { ports: { ...control, [target]: 'unreachable' } },
        'unknown TCP_UNREACHABLE unreachable',
      ],
      [
        'a name that does not exist is no proof',
        denied.replace('10.1.2.5', kv),
        { ports: control },
        'unknown DNS_NXDOMAIN nxdomain',
      ],
    ]);
  });

  describe('peering', () => {
    const cases: [string, PeeringSeen, PeeringSeen, string][] = [
      ['connected and in sync', connected, connected, 'pass OK connected'],
      [
        'connected, level not told',
        { state: 'found', peering: 'Connected' },
        connected,
        'pass OK connected',
      ],
      [
        'the half of the hub is missing',
        { state: 'found', peering: 'Initiated' },
        { state: 'missing' },
        'fail PEERING_MISSING missing',
      ],
      [
        'waiting',
        { state: 'found', peering: 'Initiated' },
        connected,
        'fail PEERING_NOT_CONNECTED initiated',
      ],
      [
        'the other half was deleted',
        connected,
        { state: 'found', peering: 'Disconnected' },
        'fail PEERING_NOT_CONNECTED disconnected',
      ],
      [
        'out of sync',
        connected,
        { state: 'found', peering: 'Connected', sync: 'LocalNotInSync' },
        'fail PEERING_NOT_IN_SYNC localnotinsync',
      ],
      [
        'not allowed to look',
        connected,
        { state: 'forbidden', missing: 'a/b/read' },
        'unknown PEERING_FORBIDDEN forbidden',
      ],
      [
        'not allowed to look at one side while the other is bad',
        { state: 'found', peering: 'Initiated' },
        { state: 'forbidden', missing: 'a/b/read' },
        'fail PEERING_NOT_CONNECTED initiated',
      ],
      [
        'no connection',
        { state: 'no-connection' },
        { state: 'no-connection' },
        'unknown PEERING_NO_CONNECTION no-connection',
      ],
      [
        'Azure does not answer',
        connected,
        { state: 'failed', reason: '503' },
        'unknown PEERING_UNREADABLE unreadable',
      ],
      [
        'no such network',
        { state: 'network-missing' },
        { state: 'missing' },
        'fail PEERING_NETWORK_MISSING network-missing',
      ],
    ];
    table(
      cases.map(([title, stamp, hub, expected]) => [
        title,
        'kind: peering, each: stamp',
        { peerings: { stamp, hub } },
        expected,
      ]),
    );

    it('names the missing right', async () => {
      const text = 'checks: [{ id: p, kind: peering, each: stamp }]';
      const [check] = readGates('g', text, gateContext());
      const missing = 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings/read';
      const world: World = { peerings: { stamp: connected, hub: { state: 'forbidden', missing } } };
      const seen = await check?.run(fakeProbe(world), AbortSignal.timeout(1000));
      assert.match(seen?.hint ?? '', /hubConnection .*virtualNetworkPeerings\/read on .*vnet-hub/);
    });
  });
});
