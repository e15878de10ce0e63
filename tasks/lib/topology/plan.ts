import {
  cidrProblem,
  containsCidr,
  firstFree,
  formatAddress,
  formatCidr,
  overlaps,
  parseAddress,
  parseCidr,
  type Cidr,
} from '../net/cidr.ts';
import { unusableSpaces } from '../net/forbidden.ts';
import type { Path } from './document.ts';
import { membersOf } from './members.ts';
import type { TopologyDocument } from './schema.ts';

type Report = (path: Path, message: string) => void;
type NetworkDocument = TopologyDocument['hub']['network'];

/** A network of the document with the place where it stands. */
interface Declared {
  readonly path: Path;
  readonly title: string;
  readonly network: NetworkDocument;
}

/** Azure keeps the first four addresses of a subnet and the last one for itself. */
const firstUsableOffset = 4;

// https://learn.microsoft.com/azure/firewall/firewall-faq and the pages of Bastion; endpoints: room for the
// private endpoints of a stamp is our own rule. Others: the platform's smallest subnet.
const longestPrefix: Readonly<Record<string, number>> = {
  AzureFirewallSubnet: 26,
  AzureFirewallManagementSubnet: 26,
  AzureBastionSubnet: 26,
  endpoints: 28,
};
const longestOfAll = 29;

/** Planned prefixes by subnet name. */
export type SubnetPlan = ReadonlyMap<string, string>;

export interface AddressPlan {
  /** By name of the member, see `membersOf`. */
  readonly subnets: ReadonlyMap<string, SubnetPlan>;
  /** Of the firewall, as declared or by default. */
  readonly firewall?: string;
}

/**
 * Plans every subnet and checks the address spaces against each other and against what Azure takes. Pure;
 * problems go to `report`, and the plan is complete only if there were none.
 */
export function planAddresses(document: TopologyDocument, report: Report): AddressPlan {
  const all = membersOf(document).map(({ name, title, path, part }) => ({
    ...{ name, title, path: [...path, 'network'], network: part.network },
  }));
  for (const declared of all) checkSpaces(declared, document.loopback, report);
  all.forEach((later, index) => {
    for (const earlier of all.slice(0, index)) checkApart(earlier, later, report);
  });
  const subnets = new Map(all.map((each) => [each.name, planSubnets(each, report)]));
  return { subnets, ...firewallOf(document, subnets.get('hub') ?? new Map(), report) };
}

function spacesOf(declared: Declared): { cidr: Cidr; path: Path }[] {
  return declared.network.addressSpace
    .map((text, index) => ({ text, path: [...declared.path, 'addressSpace', index] }))
    .filter(({ text }) => cidrProblem(text) === undefined)
    .map(({ text, path }) => ({ cidr: parseCidr(text), path }));
}

function checkSpaces(declared: Declared, loopback: boolean, report: Report): void {
  const spaces = spacesOf(declared);
  const loopbackSpace = parseCidr('127.0.0.0/8');
  spaces.forEach(({ cidr, path }, index) => {
    const shown = formatCidr(cidr);
    if (cidr.bits > longestOfAll) {
      report(
        path,
        `${shown} of ${declared.title} is too small; allowed: /${longestOfAll} or larger.`,
      );
    }
    if (loopback) {
      if (!containsCidr(loopbackSpace, cidr)) {
        report(
          path,
          `${shown} of ${declared.title} is not in 127.0.0.0/8; ` +
            'allowed with loopback: true: networks in 127.0.0.0/8 only.',
        );
      }
    } else {
      const hit = unusableSpaces().find(({ network }) => overlaps(parseCidr(network), cidr));
      if (hit) {
        report(
          path,
          `${shown} of ${declared.title} overlaps ${hit.network} (${hit.what}), ` +
            'which Azure does not take as an address space.',
        );
      }
    }
    for (const earlier of spaces.slice(0, index)) {
      if (overlaps(earlier.cidr, cidr)) {
        report(path, `${shown} overlaps ${formatCidr(earlier.cidr)} of the same network.`);
      }
    }
  });
}

function checkApart(earlier: Declared, later: Declared, report: Report): void {
  for (const { cidr, path } of spacesOf(later)) {
    for (const other of spacesOf(earlier)) {
      if (!overlaps(other.cidr, cidr)) continue;
      report(
        path,
        `${formatCidr(cidr)} of ${later.title} overlaps ${formatCidr(other.cidr)} of ` +
          `${earlier.title}; peered networks must not overlap.`,
      );
    }
  }
}

function planSubnets(declared: Declared, report: Report): SubnetPlan {
  const spaces = spacesOf(declared).map(({ cidr }) => cidr);
  const entries = Object.entries(declared.network.subnets);
  const placed: { name: string; cidr: Cidr }[] = [];
  const planned = new Map<string, string>();
  const pathOf = (name: string): Path => [...declared.path, 'subnets', name];
  const checkSize = (name: string, bits: number) => {
    const longest = longestPrefix[name] ?? longestOfAll;
    if (bits <= longest) return true;
    report(
      pathOf(name),
      `Subnet ${name} of ${declared.title} is /${bits}, which is too small; ` +
        `allowed: /${longest} or larger.`,
    );
    return false;
  };

  // Fixed ones first, wherever they stand: a size must not take their place.
  for (const [name, text] of entries) {
    if (text.startsWith('/')) continue;
    const cidr = parseCidr(text);
    checkSize(name, cidr.bits);
    if (!spaces.some((space) => containsCidr(space, cidr))) {
      report(
        pathOf(name),
        `Subnet ${name} of ${declared.title} is ${text}, outside its address space ` +
          `${spaces.map(formatCidr).join(', ')}.`,
      );
    }
    for (const other of placed) {
      if (!overlaps(other.cidr, cidr)) continue;
      report(
        pathOf(name),
        `Subnet ${name} of ${declared.title} is ${text}, which overlaps ` +
          `${formatCidr(other.cidr)} of subnet ${other.name}.`,
      );
    }
    placed.push({ name, cidr });
    planned.set(name, text);
  }
  for (const [name, text] of entries) {
    if (!text.startsWith('/')) continue;
    const bits = Number(text.slice(1));
    if (!checkSize(name, bits)) continue;
    const cidr = firstFree(
      spaces,
      placed.map((other) => other.cidr),
      bits,
    );
    if (!cidr) {
      report(
        pathOf(name),
        `Subnet ${name} of ${declared.title} finds no free /${bits} in ` +
          `${spaces.map(formatCidr).join(', ')}; ${placed.length} other subnets are placed there.`,
      );
      continue;
    }
    placed.push({ name, cidr });
    planned.set(name, formatCidr(cidr));
  }
  // In the order of the document, not of the planning.
  return new Map(
    entries.flatMap(([name]) => {
      const prefix = planned.get(name);
      return prefix === undefined ? [] : [[name, prefix] as const];
    }),
  );
}

function firewallOf(
  document: TopologyDocument,
  hub: SubnetPlan,
  report: Report,
): { firewall?: string } {
  const declared = document.hub.firewall?.privateAddress;
  if (declared === undefined) {
    const own = hub.get('AzureFirewallSubnet');
    if (own === undefined) return {};
    return { firewall: formatAddress(parseCidr(own).first + firstUsableOffset) };
  }
  const value = parseAddress(declared) ?? 0;
  const path: Path = ['hub', 'firewall', 'privateAddress'];
  const home = [...hub].find(([, prefix]) => {
    const { first, last } = parseCidr(prefix);
    return first <= value && value <= last;
  });
  if (!home) {
    report(
      path,
      `hub.firewall.privateAddress is ${declared}, in no subnet of the hub; ` +
        `allowed: an address in ${[...hub].map(([name, prefix]) => `${name} ${prefix}`).join(', ')}.`,
    );
    return {};
  }
  const { first, last } = parseCidr(home[1]);
  if (value < first + firstUsableOffset || value === last) {
    report(
      path,
      `hub.firewall.privateAddress is ${declared}, which Azure keeps for itself in ${home[0]} ` +
        `${home[1]}; allowed: ${formatAddress(first + firstUsableOffset)} to ${formatAddress(last - 1)}.`,
    );
  }
  return { firewall: declared };
}
