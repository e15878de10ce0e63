import { idAt, isUnresolved, listAt, objectAt, textAt } from './resource.ts';

/** One address of a network interface. */
export interface Configuration {
  readonly address?: string;
  readonly subnetId: string;
  readonly properties: unknown;
}

/** The addresses of a network interface; one that is not handed out yet is undefined. */
export function configurationsOf(properties: unknown): Configuration[] {
  return listAt(properties, 'ipConfigurations').flatMap((configuration) => {
    const inner = objectAt(configuration, 'properties');
    const address = textAt(inner, 'privateIPAddress');
    const subnetId = idAt(inner, 'subnet');
    const six = /^IPv6$/i.test(textAt(inner, 'privateIPAddressVersion') ?? '');
    if (subnetId === undefined || six) return [];
    const known = address !== undefined && !isUnresolved(address);
    return [{ subnetId, properties: inner, ...(known ? { address } : {}) }];
  });
}
