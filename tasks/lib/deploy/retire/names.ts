import { askable, nameProblem } from '../../net/dns-message.ts';
import type { Resolution, Resolver } from '../../net/resolve.ts';
import { pause, timeIsUp, type Patience } from '../patience.ts';
import type { Obstacle } from './obstacles.ts';
import type { EndpointName } from './port.ts';

/** Answers that were cached before the records went may live on; PrivateDns writes them with 10 s. */
const waitAtMost = 60_000;
const between = 5_000;

/**
 * Names that still lead to endpoints that are about to go. The records lie in the hub, which the stamp's
 * identity cannot read; what can be seen is what the agent's resolver and the declared ones answer. A record
 * in a zone that none of them sees stays unseen.
 */
export async function namesLeft(
  names: readonly EndpointName[],
  resolver: Resolver,
  patience: Patience,
  info: (text: string) => void,
): Promise<Obstacle[]> {
  const until = Math.min(patience.deadline, patience.clock.now() + waitAtMost);
  for (let first = true; ; first = false) {
    const found = (
      await Promise.all(names.map((name) => obstaclesOf(name, resolver, patience.signal)))
    ).flat();
    const over = patience.clock.now() + between > until || timeIsUp(patience);
    if (found.length === 0 || over) return found;
    if (first) {
      info(`${found.length} names may still lead to endpoints; waiting for caches to forget them.`);
    }
    await pause(patience, between);
  }
}

async function obstaclesOf(
  { fqdn, address, endpointId }: EndpointName,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<Obstacle[]> {
  const name = askable(fqdn);
  const problem = nameProblem(name);
  if (problem !== undefined) {
    const message = `nobody can say whether ${fqdn} leads to ${address}: the name ${problem}`;
    return [{ code: 'RecordUnknown', target: endpointId, message }];
  }
  const own = await resolver.resolve(name, signal);
  const others = await resolver.witnesses(name, signal);
  const answers = [own, ...others.filter(({ source }) => source !== own.source)];
  return answers.flatMap((answer): Obstacle[] => {
    const at = answer.source === 'system' ? "the agent's resolver" : `resolver ${answer.source}`;
    if (answer.addresses.includes(address)) {
      const message = `${fqdn} still leads to ${address} by the word of ${at}`;
      return [{ code: 'RecordPresent', target: endpointId, message }];
    }
    if (!isUnknown(answer)) return [];
    const message = `${at} does not say whether ${fqdn} still leads to ${address} (${answer.error})`;
    return [{ code: 'RecordUnknown', target: endpointId, message }];
  });
}

/** No such name, or a name with other addresses, is an answer; silence is none. */
function isUnknown({ error }: Resolution): boolean {
  return error === 'servfail' || error === 'timeout' || error === 'refused';
}
