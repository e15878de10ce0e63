import { ArmError } from '../../errors.ts';
import { asObjects, idAt, sameId, textAt } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { addressAt, indexOf } from './addresses.ts';
import { subnetPrefixes } from './subnets.ts';

/** Addresses at the start of each subnet that the platform keeps, and the last one. */
const reservedFirst = 4;

/** Addresses of the subnet in use, with the id of the IP configuration that holds each. */
function holders(manager: Manager, subnetId: string, except: string): Map<string, string> {
  const taken = new Map<string, string>();
  for (const nic of manager.store.list('Microsoft.Network/networkInterfaces')) {
    if (sameId(nic.id, except)) continue;
    for (const configuration of asObjects(nic.properties['ipConfigurations'])) {
      if (!sameId(idAt(configuration, 'properties.subnet'), subnetId)) continue;
      const address = textAt(configuration, 'properties.privateIPAddress');
      if (address !== undefined) taken.set(address, String(configuration['id']));
    }
  }
  return taken;
}

/**
 * Hands out addresses of a subnet: the wanted ones where they are given, else the first free.
 * @param wanted one entry an address; undefined takes any
 * @param nicId interface whose present addresses count as free
 * @throws ArmError SubnetIsFull, PrivateIPAddressInReservedRange, PrivateIPAddressIsAllocated, PrivateIPAddressNotInSubnet
 */
export function allocate(
  manager: Manager,
  subnet: Resource,
  wanted: readonly (string | undefined)[],
  nicId: string,
): string[] {
  const prefixes = subnetPrefixes(subnet.properties, subnet.id);
  const taken = holders(manager, subnet.id, nicId);
  for (const address of wanted) {
    if (address === undefined) continue;
    const prefix = prefixes.find((range) => indexOf(range, address) !== undefined);
    if (prefix === undefined) {
      throw new ArmError(
        400,
        'PrivateIPAddressNotInSubnet',
        `Private static IP address ${address} does not belong to the range of subnet prefix ` +
          `${prefixes.map(({ text }) => text).join(', ')}.`,
      );
    }
    const index = indexOf(prefix, address) ?? 0;
    if (index < reservedFirst || index === prefix.size - 1) {
      throw new ArmError(
        400,
        'PrivateIPAddressInReservedRange',
        `Private IP address ${address} falls within reserved IP range of subnet prefix ${prefix.text}.`,
      );
    }
    const holder = taken.get(address);
    if (holder !== undefined) {
      throw new ArmError(
        400,
        'PrivateIPAddressIsAllocated',
        `IP configuration of ${nicId} is using the private IP address ${address} which is already allocated to ` +
          `resource ${holder}.`,
      );
    }
    taken.set(address, nicId);
  }
  return wanted.map((address) => {
    if (address !== undefined) return address;
    for (const prefix of prefixes) {
      for (let index = reservedFirst; index < prefix.size - 1; index += 1) {
        const candidate = addressAt(prefix, index);
        if (taken.has(candidate)) continue;
        taken.set(candidate, nicId);
        return candidate;
      }
    }
    throw new ArmError(
      400,
      'SubnetIsFull',
      `Subnet ${subnet.name} with address prefix ${prefixes.map(({ text }) => text).join(', ')} does not have ` +
        `enough capacity for ${String(wanted.length)} IP addresses.`,
    );
  });
}
