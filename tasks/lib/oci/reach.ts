import { SpokelineError } from '../errors.ts';
import { connectTcp } from '../net/connect.ts';
import type { RegistryPath } from './failure.ts';

/** An endpoint that does not answer within this time will not do so for a layer either. */
const connectMs = 10_000;

/**
 * Tells a dropped packet from a slow registry before any work is done.
 *
 * @param code of the error, which says what cannot be done without this endpoint
 * @throws SpokelineError
 */
export async function reach(
  path: RegistryPath,
  port: number,
  signal: AbortSignal,
  code: 'REGISTRY_REQUEST' | 'REGISTRY_REPLICA' = 'REGISTRY_REQUEST',
): Promise<void> {
  const { address, loginServer } = path;
  const seen = await connectTcp({ address, port, timeoutMs: connectMs, signal });
  if (seen.class === 'connected') return;
  const hint = {
    timeout:
      'Packets are dropped on the way: look at the security groups and routes of the agent and of the ' +
      "endpoint's subnet, the peering between them, and the firewall. NetworkGate@1 tells more.",
    refused: 'Nothing listens there: the record may point at an endpoint that was deleted.',
    reset: 'A device on the way broke the connection off.',
    unreachable: 'The agent has no route to that address.',
  }[seen.class];
  throw new SpokelineError(
    code,
    `${loginServer} (${address}) cannot be reached: ${seen.class}; nothing was sent`,
    { hint },
  );
}
