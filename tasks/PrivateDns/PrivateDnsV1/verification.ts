import { getServers } from 'node:dns';
import type { Wish, ZonePort } from '../../lib/dns/model.ts';
import { expectationsOf, verify, verifyFailure, type Finding } from '../../lib/dns/verify.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { recordResolverFor } from '../../lib/net/record-resolver.ts';
import { answerMs, primaryAt, recordsAt } from '../../lib/net/resolve.ts';
import type { Inputs } from './inputs.ts';
import type { Scope } from './scope.ts';
import { setDocument } from './summary.ts';

/** Waits until every name of the wishes resolves as it should. Throws DNS_VERIFY_FAILED when it does not in time. */
export async function verifyNames(
  given: Inputs,
  scope: Scope,
  wishes: readonly Wish[],
  port: ZonePort,
  context: TaskContext,
): Promise<void> {
  const { clock, signal, log } = context;
  const expectations = expectationsOf(wishes);
  if (expectations.length === 0) {
    await setDocument('findings', [], context);
    context.issue('warning', 'Nothing has a name, so nothing was verified.');
    return;
  }
  // On loopback the first declared resolver stands in for the system's.
  const own = scope.loopback ? '' : "the system's resolver and ";
  log.info(`${expectations.length} names, through ${own}${scope.resolvers.length} declared`);
  const timeout = given.timeout * 1000;
  const findings = await verify(expectations, () => port.state(signal), {
    answers: recordResolverFor(scope, getServers()),
    ask: (server, name, type, stop) => recordsAt(server, name, type, stop, answerMs),
    primary: (server, zone, stop) => primaryAt(server, zone, stop, answerMs),
    ownServers: scope.loopback ? [] : getServers(),
    clock,
    signal,
    timeout,
    interval: given.interval * 1000,
    networks: scope.networks,
    info: (text) => log.info(text),
  });
  await setDocument('findings', findings.map(shown), context);
  if (findings.length > 0) throw verifyFailure(findings, timeout);
  log.info('All names resolve as they should.');
}

/** A finding as the output `findings` has it. */
function shown({ name, expected, answer, cause, why }: Finding): unknown {
  const { source: resolver, type, error, chain, values, ttl } = answer;
  const said = { resolver, ...(error === undefined ? {} : { error }), chain, values };
  return { name, type, expected, ...said, ...(ttl === undefined ? {} : { ttl }), cause, why };
}
