import { invalidTemplate } from '../engine-error.ts';
import type { EngineError } from '../engine-error.ts';
import type { JsonObject } from '../json.ts';
import { integerAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';
import { formatAddress, parseAddress } from './ip-address.ts';

interface Network {
  version: 4 | 6;
  bits: 32 | 128;
  first: bigint;
  prefix: number;
}

export const cidr: readonly BuiltIn[] = [
  strict('parseCidr', 1, 1, (values, call) => {
    const network = parseNetwork(stringAt(values, 0, call), call.name);
    const { version, bits, first, prefix } = network;
    const last = first + size(network) - 1n;
    const result: JsonObject = {
      network: formatAddress(first, version),
      netmask: formatAddress(mask(bits, prefix), version),
    };
    if (version === 6) {
      result['firstUsable'] = formatAddress(first, version);
      result['lastUsable'] = formatAddress(last, version);
    } else {
      // A network of two addresses has one that is neither usable nor the network, and none above it.
      const usable = prefix < 31;
      result['broadcast'] = formatAddress(last, version);
      result['firstUsable'] = formatAddress(usable ? first + 1n : first, version);
      result['lastUsable'] = formatAddress(usable ? last - 1n : first, version);
    }
    result['cidr'] = prefix;
    return result;
  }),
  strict('cidrSubnet', 3, 3, (values, call) => {
    const network = parseNetwork(stringAt(values, 0, call), call.name);
    const prefix = integerAt(values, 1, call);
    const index = integerAt(values, 2, call);
    if (prefix < network.prefix || prefix > network.bits) {
      throw problem(
        call.name,
        `the new prefix length '${prefix}' must be between '${network.prefix}' and ` +
          `'${network.bits}'`,
      );
    }
    const count = 1n << BigInt(prefix - network.prefix);
    if (index < 0 || BigInt(index) >= count) {
      throw problem(
        call.name,
        `the subnet index '${index}' is out of range: '${String(values[0])}' holds '${count}' ` +
          `subnets of /${prefix}`,
      );
    }
    const first = network.first + BigInt(index) * (1n << BigInt(network.bits - prefix));
    return `${formatAddress(first, network.version)}/${prefix}`;
  }),
  strict('cidrHost', 2, 2, (values, call) => {
    const network = parseNetwork(stringAt(values, 0, call), call.name);
    const index = integerAt(values, 1, call);
    // The first address and the last are no hosts, in IPv6 too.
    const hosts = size(network) > 2n ? size(network) - 2n : 0n;
    if (index < 0 || BigInt(index) >= hosts) {
      throw problem(
        call.name,
        `the host index '${index}' is out of range: '${String(values[0])}' holds '${hosts}' hosts`,
      );
    }
    return formatAddress(network.first + BigInt(index) + 1n, network.version);
  }),
];

function problem(name: string, text: string): EngineError {
  return invalidTemplate(`Unable to evaluate template language function '${name}': ${text}.`);
}

function parseNetwork(text: string, name: string): Network {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text.trim());
  const address = match === null ? undefined : parseAddress(match[1] ?? '');
  const prefix = Number(match?.[2]);
  const bits = address?.version === 4 ? 32 : 128;
  if (address === undefined || prefix > bits) {
    throw problem(name, `'${text}' is not an IP network in CIDR notation`);
  }
  // An address inside the network stands for the network.
  const first = address.value & mask(bits, prefix);
  return { version: address.version, bits, first, prefix };
}

function mask(bits: number, prefix: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  return all ^ (all >> BigInt(prefix));
}

function size(network: Network): bigint {
  return 1n << BigInt(network.bits - network.prefix);
}
