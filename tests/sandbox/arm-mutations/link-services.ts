import assert from 'node:assert/strict';
import { guest, hub, net } from '../../unit/arm/arm-world.ts';
import {
  endpointBody,
  endpointPath,
  first,
  gone,
  idOf,
  linkServiceBody,
  linkServicePath,
  makeServiceNetwork,
  read,
  refuses,
  type Claims,
  type Shown,
} from './claims.ts';

const pls = linkServicePath;

/** Services of one's own behind private endpoints. */
export const linkServiceClaims: Claims = {
  'Microsoft.Network/privateLinkServices': [
    {
      would: 'take an address of its subnet, and give itself an alias that stays',
      async holds(world) {
        await makeServiceNetwork(world);
        await world.make(pls, linkServiceBody());
        const made = await read(world, pls);
        const { privateIPAddress } = first(made['ipConfigurations'])['properties'] as Shown;
        assert.equal(privateIPAddress, '10.1.200.4');
        assert.match(
          String(made['alias']),
          /^pls\.[-0-9a-f]{36}\.westeurope\.azure\.privatelinkservice$/,
        );
        await world.make(pls, linkServiceBody({ enableProxyProtocol: true }));
        const again = await read(world, pls);
        assert.equal(again['alias'], made['alias']);
        assert.deepEqual(again['networkInterfaces'], made['networkInterfaces']);
      },
    },
    {
      would: 'refuse a subnet that keeps its network policies',
      async holds(world) {
        await makeServiceNetwork(world);
        await refuses(
          world,
          '400 PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled',
          'PUT',
          pls,
          linkServiceBody({}, 'endpoints'),
        );
      },
    },
    {
      would: 'need a destination that exists',
      async holds(world) {
        await makeServiceNetwork(world);
        const nowhere = linkServiceBody({ destinationIPAddress: null });
        await refuses(world, '400 InvalidRequestFormat', 'PUT', pls, nowhere);
        const balancer = `${idOf(net(hub, 'loadBalancers/lb'))}/frontendIPConfigurations/f`;
        const frontend = linkServiceBody({
          destinationIPAddress: null,
          loadBalancerFrontendIpConfigurations: [{ id: balancer }],
        });
        await refuses(world, '400 InvalidResourceReference', 'PUT', pls, frontend);
      },
    },
    {
      would: 'want the right to join its subnet',
      async holds(world) {
        await makeServiceNetwork(world);
        world.arm.assignRole(guest, { actions: ['Microsoft.Network/privateLinkServices/*'] }, hub);
        await refuses(world, '403 LinkedAuthorizationFailed', 'PUT', pls, linkServiceBody(), guest);
      },
    },
    {
      would: 'stay while an endpoint is connected, and give its address back when it goes',
      async holds(world) {
        await makeServiceNetwork(world);
        await world.make(pls, linkServiceBody());
        await world.make(endpointPath(), endpointBody(idOf(pls), ''));
        await refuses(world, '400 PrivateLinkServiceHasConnections', 'DELETE', pls);
        await world.drop(endpointPath());
        const [card] = (await read(world, pls))['networkInterfaces'] as { id: string }[];
        await world.drop(pls);
        await gone(world, `${card?.id ?? ''}?api-version=2024-05-01`);
      },
    },
  ],
};
