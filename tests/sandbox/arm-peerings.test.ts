import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  hub,
  net,
  networkBody,
  stamp,
  startWorld,
  vnetId,
  type World,
} from '../unit/arm/arm-world.ts';

describe('sandbox arm: peerings', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const there = net(hub, 'virtualNetworks/hub/virtualNetworkPeerings/to-spoke');
  const back = net(stamp, 'virtualNetworks/spoke/virtualNetworkPeerings/to-hub');
  const to = (group: string, name: string): unknown => ({
    properties: {
      remoteVirtualNetwork: { id: vnetId(group, name) },
      allowForwardedTraffic: true,
    },
  });

  beforeEach(async () => {
    await world.make(net(hub, 'virtualNetworks/hub'), networkBody('10.0.0.0/16'));
    await world.make(net(stamp, 'virtualNetworks/spoke'), networkBody('10.1.0.0/16'));
  });

  it('is Initiated alone, Connected in pairs, Disconnected when the other half goes', async () => {
    await world.make(there, to(stamp, 'spoke'));
    assert.equal((await world.properties(there))['peeringState'], 'Initiated');
    await world.make(back, to(hub, 'hub'));
    for (const half of [there, back]) {
      const shown = await world.properties(half);
      assert.equal(shown['peeringState'], 'Connected');
      assert.equal(shown['peeringSyncLevel'], 'FullyInSync');
    }
    assert.deepEqual((await world.properties(there))['remoteAddressSpace'], {
      addressPrefixes: ['10.1.0.0/16'],
    });
    await world.drop(back);
    assert.equal((await world.properties(there))['peeringState'], 'Disconnected');
    assert.match(
      await world.refused('PUT', back, to(hub, 'hub')),
      /^400 RemotePeeringIsDisconnected/,
    );
    await world.make(there, to(stamp, 'spoke'));
    await world.make(back, to(hub, 'hub'));
    assert.equal((await world.properties(there))['peeringState'], 'Connected');
  });

  it('loses the connection when the other network goes', async () => {
    await world.make(there, to(stamp, 'spoke'));
    await world.make(back, to(hub, 'hub'));
    await world.drop(net(stamp, 'virtualNetworks/spoke'));
    assert.equal((await world.properties(there))['peeringState'], 'Disconnected');
    assert.equal(world.arm.store.get(back.split('?')[0] ?? ''), undefined);
  });

  it('notices a changed address space until it is synchronised', async () => {
    await world.make(there, to(stamp, 'spoke'));
    await world.make(back, to(hub, 'hub'));
    await world.make(net(stamp, 'virtualNetworks/spoke'), {
      location: 'westeurope',
      properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16', '10.5.0.0/16'] } },
    });
    assert.equal((await world.properties(there))['peeringSyncLevel'], 'LocalNotInSync');
    assert.equal((await world.properties(back))['peeringSyncLevel'], 'RemoteNotInSync');
    await world.make(there, to(stamp, 'spoke'));
    assert.equal((await world.properties(there))['peeringSyncLevel'], 'LocalNotInSync');
    await world.make(`${there}&syncRemoteAddressSpace=true`, to(stamp, 'spoke'));
    assert.equal((await world.properties(there))['peeringSyncLevel'], 'FullyInSync');
  });

  it('refuses what cannot be peered', async () => {
    await world.make(net(stamp, 'virtualNetworks/same'), networkBody('10.0.128.0/17'));
    assert.match(
      await world.refused('PUT', there, to(stamp, 'none')),
      /^400 InvalidResourceReference/,
    );
    assert.equal(
      await world.refused('PUT', there, to(stamp, 'same')),
      `400 VnetAddressSpacesOverlap: Cannot create or update peering ${there.split('?')[0] ?? ''}. Virtual networks ${vnetId(hub, 'hub')} and ${vnetId(stamp, 'same')} cannot be peered because their address spaces overlap. Overlapping address prefixes: 10.0.0.0/16, 10.0.128.0/17`,
    );
    assert.match(
      await world.refused('PUT', there, to(hub, 'hub')),
      /^400 CannotPeerVirtualNetworkWithItself/,
    );
    await world.make(there, to(stamp, 'spoke'));
    assert.match(
      await world.refused(
        'PUT',
        net(hub, 'virtualNetworks/hub/virtualNetworkPeerings/again'),
        to(stamp, 'spoke'),
      ),
      /^400 AnotherPeeringAlreadyReferencesRemoteVnet/,
    );
  });

  it('needs the right to peer with the other network', async () => {
    world.arm.assignRole(guest, 'Network Contributor', stamp);
    const refused = await world.ask('PUT', back, { body: to(hub, 'hub'), as: guest });
    assert.equal(refused.status, 403);
    assert.equal(errorOf(refused).code, 'LinkedAuthorizationFailed');
    assert.equal(
      errorOf(refused).message,
      `The client 'c${guest}' with object id '${guest}' has permission to perform action ` +
        `'Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write' on scope '${back.split('?')[0] ?? ''}'; however, ` +
        "it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/peer/action' on the " +
        `linked scope(s) '${vnetId(hub, 'hub')}' or the linked scope(s) are invalid.`,
    );
    world.arm.assignRole(
      guest,
      { actions: ['Microsoft.Network/virtualNetworks/peer/action'] },
      vnetId(hub, 'hub'),
    );
    await world.make(back, to(hub, 'hub'), guest);
  });
});
