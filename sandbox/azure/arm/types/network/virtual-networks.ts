import { ArmError } from '../../errors.ts';
import { asObject, asObjects, asTexts, at, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { overlaps, parsePrefix, refuseForbidden, type Prefix } from './addresses.ts';
import { disconnectPeers, refreshPeerings } from './peerings.ts';
import { refuseInUse, showSubnet, subnetLinks, subnetType, writeSubnet } from './subnets.ts';

const type = 'Microsoft.Network/virtualNetworks';

/** A network; its subnets and peerings are resources of their own and shown in it. */
export const virtualNetworks: TypeDefinition = {
  type,
  model: 'network.VirtualNetwork',
  apiVersions: network,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  patch: 'tags',
  links: ({ properties, id }) =>
    asObjects(properties['subnets']).flatMap((subnet) =>
      subnetLinks(asObject(subnet['properties']), id.id),
    ),
  write,
  remove: ({ manager, resource }) => {
    for (const subnet of manager.store.list(subnetType, resource.id)) refuseInUse(manager, subnet);
  },
  removed: ({ manager, resource }) => disconnectPeers(manager, resource.id),
  read: (resource, manager) => ({
    ...resource.properties,
    subnets: manager.store.list(subnetType, resource.id).map((s) => showSubnet(s, manager)),
    virtualNetworkPeerings: manager.store
      .list(`${type}/virtualNetworkPeerings`, resource.id)
      .map((peering) => manager.resources.show(peering)),
  }),
  actions: {
    // No Network Manager is ever here to make any.
    listnetworkmanagereffectivesecurityadminrules: {
      action: `${type}/listNetworkManagerEffectiveSecurityAdminRules/action`,
      run: () => ({ value: [] }),
    },
  },
};

function write(context: WriteContext): Written {
  const { manager, id, properties, existing, location } = context;
  const prefixes = asTexts(at(properties, 'addressSpace.addressPrefixes'));
  checkAddressSpace(prefixes, id.id, manager.options.loopback === true);
  const before = existing === undefined ? [] : manager.store.list(subnetType, existing.id);
  const given = properties['subnets'] === undefined ? undefined : asObjects(properties['subnets']);
  const names = new Set(given?.map((subnet) => String(subnet['name'] ?? '').toLowerCase()));
  const gone = given === undefined ? [] : before.filter((s) => !names.has(s.name.toLowerCase()));
  for (const subnet of gone) refuseInUse(manager, subnet);
  const kept = before.filter((subnet) => !gone.includes(subnet));
  const planned = (given ?? []).map((subnet) => {
    const name = String(subnet['name'] ?? '');
    return { name, body: asObject(subnet['properties']) };
  });
  // Each subnet is checked against all others as they will be, not as they were.
  const network: Resource = {
    id: existing?.id ?? id.id,
    name: existing?.name ?? id.names[0] ?? '',
    type,
    apiVersion: context.apiVersion,
    location: location ?? '',
    properties: { addressSpace: { addressPrefixes: prefixes } },
  };
  const others = kept.filter((s) => !names.has(s.name.toLowerCase()));
  const written: Resource[] = [];
  for (const { name, body } of planned) {
    const known = kept.find((s) => s.name.toLowerCase() === name.toLowerCase());
    written.push(
      writeSubnet(manager, network, name, body, known, [...others, ...written], context.apiVersion),
    );
  }
  for (const subnet of others) requireInside(subnet, prefixes, network);
  const { subnets: _subnets, virtualNetworkPeerings: _peerings, ...rest } = properties;
  return {
    properties: {
      ...rest,
      addressSpace: { addressPrefixes: prefixes },
      privateEndpointVNetPolicies: rest['privateEndpointVNetPolicies'] ?? 'Disabled',
      enableDdosProtection: rest['enableDdosProtection'] ?? false,
      resourceGuid: existing?.properties['resourceGuid'] ?? manager.newGuid(),
    },
    after: () => {
      for (const subnet of gone) manager.store.remove(subnet.id);
      for (const subnet of written) manager.store.put(subnet);
      refreshPeerings(manager, id.id);
    },
  };
}

function checkAddressSpace(prefixes: readonly string[], id: string, loopback: boolean): void {
  if (prefixes.length === 0) {
    throw new ArmError(
      400,
      'InvalidAddressSpace',
      `Virtual network ${id} must have at least one address prefix in its address space.`,
    );
  }
  const parsed: Prefix[] = [];
  for (const text of prefixes) {
    const prefix = parsePrefix(text, id);
    refuseForbidden(prefix, id, loopback);
    const other = parsed.find((known) => overlaps(known, prefix));
    if (other !== undefined) {
      throw new ArmError(
        400,
        'VnetAddressSpacesOverlap',
        `Address prefixes ${other.text} and ${prefix.text} of virtual network ${id} overlap.`,
      );
    }
    parsed.push(prefix);
  }
}

/** A range cannot leave a network while a subnet lies in it. */
function requireInside(subnet: Resource, prefixes: readonly string[], network: Resource): void {
  const ranges = prefixes.map((text) => parsePrefix(text, network.id));
  for (const text of prefixesOf(subnet.properties)) {
    const prefix = parsePrefix(text, subnet.id);
    if (ranges.some((range) => range.first <= prefix.first && overlaps(range, prefix))) continue;
    throw new ArmError(
      400,
      'NetcfgInvalidSubnet',
      `Subnet '${subnet.name}' is not valid because its IP address range is outside the IP address range of ` +
        `virtual network '${network.name}'.`,
    );
  }
}

function prefixesOf(properties: Json): string[] {
  const single = properties['addressPrefix'];
  return typeof single === 'string' ? [single] : asTexts(properties['addressPrefixes']);
}

/** The address space of a network in the store. */
export function addressSpaceOf(network: Resource): string[] {
  return asTexts(at(network.properties, 'addressSpace.addressPrefixes'));
}

/** The network that a subnet or peering id belongs to. */
export function networkOf(manager: Manager, childId: string): Resource | undefined {
  return manager.store.get(childId.split('/').slice(0, 9).join('/'));
}
