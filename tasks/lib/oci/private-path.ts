import { isIP } from 'node:net';
import { SpokelineError } from '../errors.ts';
import type { ErrorDetail } from '../errors.ts';
import { containsAny } from '../net/cidr.ts';
import type { Resolution, Resolver } from '../net/resolve.ts';
import { askSystemServer } from '../net/system-servers.ts';
import { diagnosis } from './diagnosis.ts';
import type { RegistryPath } from './failure.ts';
import { hostPort } from './registry-name.ts';

/** Time for the one question that only a diagnosis asks. */
const answerMs = 2_000;

/** How a registry's name resolves from here. */
export interface PathEvidence extends RegistryPath {
  /** The answer of each declared resolver. */
  readonly witnesses: readonly Resolution[];
  /** Disagreement between resolvers, one sentence each: a finding, no reason to stop. */
  readonly findings: readonly string[];
}

/**
 * Resolves a host and decides whether what is sent there would stay inside the declared networks.
 *
 * @param server `host` or `host:port`; an address stands for itself
 * @throws SpokelineError REGISTRY_NOT_PRIVATE, saying which zone, record or link is missing
 */
export async function privatePath(
  server: string,
  resolver: Resolver,
  networks: readonly string[],
  signal: AbortSignal,
): Promise<PathEvidence> {
  const host = hostPort(server)?.host ?? server;
  if (isIP(host) !== 0) {
    const itself: Resolution = { name: host, chain: [], addresses: [host], source: 'system' };
    return judgePath(server, itself, [], networks);
  }
  const [system, witnesses] = await Promise.all([
    resolver.resolve(host, signal),
    resolver.witnesses(host, signal),
  ]);
  try {
    return judgePath(server, system, witnesses, networks);
  } catch (error) {
    if (system.source !== 'system') throw error;
    const way = await askSystemServer(host, signal, answerMs);
    // The same answer, with the aliases that say which zone gave it.
    if (way === undefined || answerOf(way) !== answerOf(system)) throw error;
    return judgePath(server, way, witnesses, networks);
  }
}

/**
 * The paths to several hosts, in their order.
 *
 * @throws SpokelineError REGISTRY_NOT_PRIVATE for all of them that are not private, at once
 */
export async function privatePaths(
  servers: readonly string[],
  resolver: Resolver,
  networks: readonly string[],
  signal: AbortSignal,
): Promise<PathEvidence[]> {
  const settled = await Promise.allSettled(
    servers.map((server) => privatePath(server, resolver, networks, signal)),
  );
  signal.throwIfAborted();
  const faults = settled.flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  const [first] = faults;
  if (first === undefined) {
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }
  const refused = faults.filter((fault) => fault instanceof SpokelineError);
  if (refused.length < 2 || refused.length < faults.length) throw first as Error;
  throw new SpokelineError(
    'REGISTRY_NOT_PRIVATE',
    refused.map(({ message }) => message).join('; '),
    {
      details: refused.flatMap(({ details }) => details),
      hint: refused.map(({ hint }) => hint ?? '').join(' '),
    },
  );
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
  const hint = diagnosis(hostPort(loginServer)?.host ?? loginServer, system, witnesses, networks);
  return new SpokelineError('REGISTRY_NOT_PRIVATE', message, { details, hint });
}
