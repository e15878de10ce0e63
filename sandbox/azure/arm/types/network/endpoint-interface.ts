import { asObjects, asText, textAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import type { LinkGroup } from '../private-link/services.ts';

const nicType = 'Microsoft.Network/networkInterfaces';

/** The configuration of an interface that belongs to one member. */
export function configurationOf(configurations: readonly Json[], member: string): Json | undefined {
  const path = 'properties.privateLinkConnectionProperties.requiredMemberName';
  return configurations.find((configuration) => textAt(configuration, path) === member);
}

/** The interface of a private endpoint: one configuration an address. */
export function networkInterface(
  manager: Manager,
  nicId: string,
  endpoint: Resource,
  subnetId: string,
  group: LinkGroup,
  addresses: readonly string[],
  apiVersion: string,
): Resource {
  const before = asObjects(manager.store.get(nicId)?.properties['ipConfigurations']);
  return {
    id: nicId,
    name: nicId.split('/').at(-1) ?? '',
    type: nicType,
    apiVersion,
    ...(endpoint.location === undefined ? {} : { location: endpoint.location }),
    etag: `W/"${manager.newGuid()}"`,
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: manager.store.get(nicId)?.properties['resourceGuid'] ?? manager.newGuid(),
      ipConfigurations: group.members.map(({ member, fqdns }, index) => {
        const name =
          asText(configurationOf(before, member)?.['name']) ??
          `privateEndpointIpConfig.${manager.newGuid()}`;
        return {
          name,
          id: `${nicId}/ipConfigurations/${name}`,
          type: `${nicType}/ipConfigurations`,
          etag: `W/"${manager.newGuid()}"`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: addresses[index] ?? '',
            privateIPAllocationMethod: 'Dynamic',
            subnet: { id: subnetId },
            primary: index === 0,
            privateIPAddressVersion: 'IPv4',
            privateLinkConnectionProperties: {
              groupId: group.groupId,
              requiredMemberName: member,
              fqdns,
            },
          },
        };
      }),
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      macAddress: '',
      enableAcceleratedNetworking: false,
      enableIPForwarding: false,
      hostedWorkloads: [],
      tapConfigurations: [],
      nicType: 'Standard',
      privateEndpoint: { id: endpoint.id },
    },
  };
}
