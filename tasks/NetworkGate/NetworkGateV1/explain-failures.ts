import { networkInterfaces } from 'node:os';
import { zoneNameOf } from '../../lib/dns/zones.ts';
import { SpokelineError } from '../../lib/errors.ts';
import { explain, isExplainable } from '../../lib/gate/explain/explain.ts';
import type { NamedEndpoint, RegisteredName } from '../../lib/gate/explain/name.ts';
import type { CheckResult } from '../../lib/gate/result.ts';
import type { StateSeen } from '../../lib/gate/state.ts';
import { sharedSignal } from '../../lib/net/shared-signal.ts';
import { Resources, typeOf } from '../../lib/reach/read/resource.ts';
import type { Cloud, Topology } from '../../lib/topology/model.ts';

/** For all of Azure's answers: a hint must not hold up a verdict that stands. */
const readMs = 60_000;

/**
 * Says of checks that did not pass which rule, route, peering or record is the reason, as Azure's own state has it.
 * Nothing is asked of Azure unless there is such a check.
 */
export async function explainFailures(
  checks: readonly CheckResult[],
  topology: Topology | undefined,
  readState: (signal: AbortSignal) => Promise<StateSeen>,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  if (topology === undefined || !checks.some(isExplainable)) return [...checks];
  const state = await readWithin(readMs, topology, readState, signal);
  const own = Object.values(networkInterfaces()).flatMap((cards) =>
    (cards ?? []).map(({ address }) => address),
  );
  const privateName = namerOf(topology.cloud);
  return explain(checks, { topology, state, own, privateName });
}

async function readWithin(
  limit: number,
  { hub }: Topology,
  readState: (signal: AbortSignal) => Promise<StateSeen>,
  signal: AbortSignal,
): Promise<StateSeen> {
  const own = AbortSignal.timeout(limit);
  try {
    return await readState(sharedSignal(signal, own));
  } catch (error) {
    signal.throwIfAborted();
    if (!own.aborted && !(error instanceof SpokelineError)) throw error;
    const reason = own.aborted
      ? `no answer within ${limit / 1000} s`
      : error instanceof Error
        ? error.message
        : String(error);
    const unread = {
      type: 'Microsoft.Network/virtualNetworks',
      scope: hub.network.id,
      why: 'failed',
      owner: 'hub',
      reason,
    } as const;
    return { resources: new Resources(), unread: [unread], source: 'azure' };
  }
}

function namerOf(cloud: Cloud) {
  return ({ target, groupId, region }: NamedEndpoint, name: string): RegisteredName | undefined => {
    try {
      return zoneNameOf({ cloud, type: typeOf(target), groupId, region }, name);
    } catch (error) {
      if (error instanceof SpokelineError && error.code === 'DNS_UNSUPPORTED') return undefined;
      throw error;
    }
  };
}
