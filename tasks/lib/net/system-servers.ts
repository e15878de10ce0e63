import { getServers } from 'node:dns';
import { resolveAt } from './resolve.ts';
import type { Resolution } from './resolve.ts';

/**
 * Asks the DNS server that the system asks first, which tells the aliases that the system's own
 * answer lacks. For a diagnosis: hosts file and search list have no part in it. Undefined if there
 * is no such server, or it does not answer.
 */
export async function askSystemServer(
  name: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Resolution | undefined> {
  const [server] = getServers();
  if (server === undefined) return undefined;
  try {
    const answer = await resolveAt(server, name, signal, timeoutMs);
    return answer.error === 'timeout' ? undefined : answer;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
