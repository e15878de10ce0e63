import { SpokelineError } from '../errors.ts';
import type { ErrorDetail } from '../errors.ts';
import { containsAny } from '../net/cidr.ts';
import type { Resolution } from '../net/resolve.ts';
import type { RegistryPath } from './failure.ts';

/** How a registry's name resolves from here. */
export interface PathEvidence extends RegistryPath {
  /** The answer of each declared resolver. */
  readonly witnesses: readonly Resolution[];
  /** Disagreement between resolvers, one sentence each: a finding, no reason to stop. */
  readonly findings: readonly string[];
}

/**
 * Decides whether a push would stay inside the declared networks. The system's answer counts, as it
 * does for every other program on the agent; declared resolvers are further witnesses.
 *
 * @param networks in CIDR notation
 * @throws SpokelineError REGISTRY_NOT_PRIVATE, saying which zone, record or link is missing
 */
export function judgePath(
  loginServer: string,
  system: Resolution,
  witnesses: readonly Resolution[],
  networks: readonly string[],
): PathEvidence {
  const chain = chainOf(system, witnesses);
  const outside = system.addresses.filter((address) => !containsAny(networks, address));
  const [address] = system.addresses;
  if (system.error !== undefined || address === undefined || outside.length > 0) {
    throw notPrivate(loginServer, { ...system, chain: [...chain] }, witnesses, networks);
  }
  const findings = witnesses
    .filter((witness) => answerOf(witness) !== answerOf(system))
    .map(
      (witness) =>
        `${loginServer}: this agent gets ${answerOf(system)}, resolver ${witness.source} says ` +
        answerOf(witness),
    );
  return { loginServer, address, chain, witnesses, findings };
}

/** The system gives addresses without aliases; a witness with the same addresses knows the way. */
function chainOf(system: Resolution, witnesses: readonly Resolution[]): readonly string[] {
  if (system.chain.length > 0) return system.chain;
  const same = witnesses.find(
    (witness) => witness.chain.length > 0 && answerOf(witness) === answerOf(system),
  );
  return same?.chain ?? [];
}

function answerOf({ addresses, error }: Resolution): string {
  return [...addresses].sort().join(', ') || (error ?? 'no address');
}

function wayOf(loginServer: string, resolution: Resolution): string {
  return [loginServer, ...resolution.chain, answerOf(resolution)].join(' -> ');
}

function notPrivate(
  loginServer: string,
  system: Resolution,
  witnesses: readonly Resolution[],
  networks: readonly string[],
): SpokelineError {
  const details: ErrorDetail[] = [
    {
      message: `this agent: ${wayOf(loginServer, system)}`,
      code: 'REGISTRY_NOT_PRIVATE',
      target: loginServer,
    },
    ...witnesses.map((witness) => ({
      message: `resolver ${witness.source}: ${wayOf(loginServer, witness)}`,
      code: 'REGISTRY_NOT_PRIVATE',
      target: loginServer,
    })),
  ];
  const message =
    system.error === undefined && system.addresses.length > 0
      ? `${loginServer} resolves to ${answerOf(system)}, outside the declared networks ` +
        `(${networks.join(', ')}); nothing was sent`
      : `${loginServer} does not resolve (${answerOf(system)}); nothing was sent`;
  const hint = diagnosis(loginServer, system, witnesses, networks);
  return new SpokelineError('REGISTRY_NOT_PRIVATE', message, { details, hint });
}

/** What is missing, by the way the answer took. */
function diagnosis(
  loginServer: string,
  system: Resolution,
  witnesses: readonly Resolution[],
  networks: readonly string[],
): string {
  const [record = '', ...rest] = loginServer.split('.');
  const zone = `privatelink.${rest.join('.')}`;
  const better = witnesses.find(
    (witness) =>
      witness.addresses.length > 0 &&
      witness.addresses.every((address) => containsAny(networks, address)),
  );
  if (better !== undefined) {
    return (
      `Resolver ${better.source} gives a private address, so zone and record are there: this agent asks ` +
      'another DNS server, or its network is not the one that the zone is linked to.'
    );
  }
  switch (system.error) {
    case 'timeout':
      return "The agent's DNS server does not answer: look at its address and the way to it.";
    case 'servfail':
    case 'refused':
      return "The agent's DNS server cannot resolve the name: look at its forwarders.";
    case 'nxdomain':
    case 'nodata':
      return system.chain.some((name) => name.endsWith(zone))
        ? `The zone ${zone} is linked but has no A record ${record}: register the registry's private ` +
            'endpoint there (PrivateDns@1).'
        : `No zone knows the name: check the registry's name, link the zone ${zone} to the agent's ` +
            `network and register the A record ${record} (PrivateDns@1).`;
    case undefined:
      break;
  }
  const throughPrivateLink = system.chain.some((name) => name.split('.').includes('privatelink'));
  if (throughPrivateLink || system.chain.length === 0) {
    return (
      `The zone ${zone} is not linked to the network of this agent (or of its DNS server), or its A record ` +
      `${record} is missing and public DNS answers, or the record points to another address than the ` +
      "registry's private endpoint has (PrivateDns@1 registers both, and tells which)."
    );
  }
  return (
    `The name does not lead through ${zone}: the registry has no private endpoint, or a record of the ` +
    'public name hides it.'
  );
}
