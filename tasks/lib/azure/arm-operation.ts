import { grant, missingRight } from '../deploy/missing-right.ts';
import { SpokelineError } from '../errors.ts';
import type { TaskContext } from '../host/context.ts';
import { retryAfter } from '../net/retry.ts';
import type { ArmOptions, ArmResponse } from './arm-client.ts';
import { findArmError, isNotFound, rootCauses } from './arm-errors.ts';
import { aborted, shownPath, type ArmMethod, type ArmTransport } from './arm-transport.ts';

interface Followed<T> {
  readonly transport: ArmTransport;
  readonly context: Pick<TaskContext, 'log' | 'clock' | 'signal'>;
  readonly method: ArmMethod;
  /** Of the request that began the operation. */
  readonly url: URL;
  readonly response: ArmResponse<T>;
  readonly options: ArmOptions;
  readonly deadline: number;
}

/** An accepted operation may be unknown to the server asked next for a while. */
const notYetVisibleMs = 60_000;
const firstPollMs = 500;
const slowestPollMs = 15_000;

// Every other word means "not yet", whatever it is: providers have many, such as Key Vault's RegisteringDns.
const ended = /^(?:succeeded|failed|cancell?ed)$/i;
const broken = /^(?:failed|cancell?ed)$/i;

function stateOf(body: unknown, ...path: readonly string[]): string | undefined {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'string' ? value : undefined;
}

/** The failure that an operation ended with. */
function failure(call: string, state: string, response: ArmResponse<unknown>): SpokelineError {
  const found = findArmError(response.body);
  const details = found ? rootCauses(found) : [];
  const right = details.map((d) => missingRight(d.message)).find((item) => item !== undefined);
  const correlation =
    response.correlationId === undefined ? {} : { correlationId: response.correlationId };
  if (right) {
    return new SpokelineError(
      'ARM_FORBIDDEN',
      `The identity lacks the action ${right.action} at ${right.scope}.`,
      { details, hint: grant(right), ...correlation },
    );
  }
  const said = found ? `: ${found.code ?? ''} ${found.message ?? ''}`.trimEnd() : '.';
  return new SpokelineError('ARM_REQUEST', `${call} ended as ${state}${said}`, {
    details,
    ...correlation,
  });
}

/**
 * Follows a long-running operation to its end by Azure-AsyncOperation, Location or provisioningState, in this
 * order, and returns the final answer: for PUT and PATCH the resource, for POST the result.
 * https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
 */
export async function follow<T>(followed: Followed<T>): Promise<ArmResponse<T>> {
  const { transport, method, url, response, options } = followed;
  const call = `${method} ${shownPath(url)}`;
  const isWrite = method === 'PUT' || method === 'PATCH';
  const resource = () =>
    transport.send<T>({
      method: 'GET',
      url,
      options: readOptions(options),
      deadline: followed.deadline,
      persistent: true,
    });

  const asyncUrl =
    response.headers['azure-asyncoperation'] ?? response.headers['operation-location'];
  const location = response.headers['location'];
  if (asyncUrl !== undefined) {
    const operation = transport.ownUrl(asyncUrl, 'Azure-AsyncOperation URL');
    const end = await poll(followed, operation, call, (answer) => {
      const state = stateOf(answer.body, 'status');
      return state !== undefined && ended.test(state) ? state : undefined;
    });
    if (isWrite) return resource();
    if (method === 'POST' && location !== undefined) {
      return transport.send<T>({
        method: 'GET',
        url: transport.ownUrl(location, 'Location'),
        options: readOptions(options),
        deadline: followed.deadline,
        persistent: true,
      });
    }
    return end as ArmResponse<T>;
  }
  if (response.status === 202 && location !== undefined) {
    const result = await poll(followed, transport.ownUrl(location, 'Location'), call, (answer) =>
      answer.status === 202 ? undefined : 'Succeeded',
    );
    return isWrite ? resource() : (result as ArmResponse<T>);
  }
  const state = stateOf(response.body, 'properties', 'provisioningState');
  if (!isWrite || state === undefined) return response;
  if (broken.test(state)) throw failure(call, state, response);
  if (ended.test(state)) return response;
  return (await poll(followed, url, call, (answer) => {
    const now = stateOf(answer.body, 'properties', 'provisioningState') ?? 'Succeeded';
    return ended.test(now) ? now : undefined;
  })) as ArmResponse<T>;
}

/** What of the options of a request goes for those that follow it. */
function readOptions({ signal, exact }: ArmOptions): ArmOptions {
  return { ...(signal === undefined ? {} : { signal }), ...(exact === undefined ? {} : { exact }) };
}

/** Asks until `endOf` names a state; throws for any state that is a failure. */
async function poll(
  { transport, context, response, options, deadline }: Followed<unknown>,
  url: URL,
  call: string,
  endOf: (answer: ArmResponse<unknown>) => string | undefined,
): Promise<ArmResponse<unknown>> {
  const { clock } = context;
  const signal = options.signal ?? context.signal;
  const visibleBy = clock.now() + notYetVisibleMs;
  let pause = firstPollMs;
  let told = retryAfter(response.headers, clock.now());
  for (let seen = false; ;) {
    const waitMs = told ?? pause;
    if (clock.now() + waitMs >= deadline) {
      throw new SpokelineError('TIMEOUT', `${call} was still under way when its time ran out.`, {
        hint: 'It goes on in Azure; look at the resource before running again.',
      });
    }
    try {
      await clock.sleep(waitMs, signal);
    } catch (reason) {
      throw signal.aborted ? aborted(signal) : reason;
    }
    pause = Math.min(slowestPollMs, pause * 1.6);
    let answer;
    try {
      answer = await transport.send<unknown>({
        method: 'GET',
        url,
        options: readOptions({ ...options, signal }),
        deadline,
        persistent: true,
      });
    } catch (error) {
      if (!isNotFound(error) || seen || clock.now() >= visibleBy) throw error;
      told = undefined;
      continue;
    }
    seen = true;
    const state = endOf(answer);
    if (state !== undefined) {
      if (broken.test(state)) throw failure(call, state, answer);
      return answer;
    }
    told = retryAfter(answer.headers, clock.now());
  }
}
