import { ResourceManagementClient } from '@azure/arm-resources';
import {
  bearerTokenAuthenticationPolicyName,
  createPipelineRequest,
  redirectPolicyName,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { readFault } from '../deploy/causes.ts';
import {
  isFinal,
  type Answer,
  type Content,
  type DeploymentPort,
  type DeploymentState,
  type Operation,
} from '../deploy/port.ts';
import { asObject } from '../net/json-value.ts';
import { SpokelineError } from '../errors.ts';
import type { TaskContext } from '../host/context.ts';
import { retryAfter } from '../net/retry.ts';
import { untilAborted } from '../net/until-aborted.ts';
import { armError } from './arm-errors.ts';
import { scopeOf, type ServiceConnection } from './connection.ts';
import type { TokenSource } from './credential.ts';
import { callsOf } from './deploy-calls.ts';
import { passingFault, rawCall, toAnswer, type RawAnswer } from './deploy-raw.ts';
import { readDeployment, readOperation } from './deploy-read.ts';
import {
  idOf,
  isDeploymentId,
  ownRequest,
  portalLinkOf,
  resourceLinkOf,
  sdkBody,
  unanswered,
  type DeploymentTarget,
} from './deploy-target.ts';

export interface DeploymentOptions {
  /** How requests leave the process; tests trust their own authority here. */
  readonly httpClient?: HttpClient;
}

const readLimit = 30_000;
/** ARM expands the whole template before it answers; large ones take it most of a minute. */
const writeLimit = 120_000;

/** A deployment in any of the four scopes, through @azure/arm-resources under the connection's identity. */
export function createDeployment(
  connection: ServiceConnection,
  tokens: TokenSource,
  target: DeploymentTarget,
  clock: TaskContext['clock'],
  { httpClient }: DeploymentOptions = {},
): DeploymentPort {
  const endpoint = connection.resourceManagerUrl;
  const id = idOf(target);
  const scope = scopeOf(connection.audience);
  const client = connect();
  const calls = callsOf(client, target);
  /** Whether Azure has answered once: a sign-in that fails after that may work again later. */
  let answered = false;
  /** Where the verdict of a validation will be that takes its time. */
  let verdictAt: string | undefined;

  function connect(): ResourceManagementClient {
    const nobody = { getToken: () => Promise.resolve(null) };
    const made = new ResourceManagementClient(nobody, {
      endpoint,
      credentialScopes: scope,
      // Waiting and asking again is decided in lib/deploy: the SDK repeats a PUT whose answer was lost.
      retryOptions: { maxRetries: 0 },
      ...(httpClient === undefined ? {} : { httpClient }),
    });
    // A token goes to the host it is for.
    made.pipeline.removePolicy({ name: redirectPolicyName });
    // The SDK's own keeps a token that was withdrawn, and renews one in the background, where a sign-in that fails is
    // a rejection that nobody handles.
    made.pipeline.removePolicy({ name: bearerTokenAuthenticationPolicyName });
    made.pipeline.addPolicy({
      name: bearerTokenAuthenticationPolicyName,
      async sendRequest(request, next) {
        const { token } = await tokens.token(scope);
        request.headers.set('authorization', `Bearer ${token}`);
        return next(request);
      },
    });
    return made;
  }

  /** Sends once more with a new token if the old one was withdrawn before its time. */
  async function signedIn(
    request: () => Promise<RawAnswer>,
    signal: AbortSignal,
  ): Promise<RawAnswer> {
    // A sign-in ends by its own limits, which are longer than a run that is cancelled has.
    const answer = await untilAborted(request(), signal);
    answered = true;
    if (answer.status !== 401) return answer;
    await tokens.token(scope, signal, { fresh: true });
    return untilAborted(request(), signal);
  }

  /** An answer that may pass, or the error that it is. */
  function refusal(method: string, answer: RawAnswer): SpokelineError | Answer<never> {
    const { status } = answer;
    if (status === 408 || status === 429 || status >= 500) {
      const retryAfterMs = retryAfter(answer.headers, clock.now());
      const reason = `Azure answered ${status}${status === 429 ? ' (too many requests)' : ''}`;
      return { kind: 'later', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    const correlationId = answer.headers['x-ms-correlation-request-id'];
    return armError({
      method,
      path: id,
      status,
      body: answer.body,
      bodyText: answer.text,
      ...(correlationId === undefined ? {} : { correlationId }),
    });
  }

  async function ask<T>(
    method: string,
    signal: AbortSignal,
    request: () => Promise<RawAnswer>,
    read: (answer: RawAnswer) => T,
    accepted: readonly number[] = [200],
  ): Promise<Answer<T>> {
    let answer: RawAnswer;
    try {
      answer = await signedIn(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      const fault = passingFault(error, answered);
      if (fault === undefined) throw unanswered(error);
      return { kind: 'later', reason: fault.reason };
    }
    if (accepted.includes(answer.status)) return { kind: 'value', value: read(answer) };
    const refused = refusal(method, answer);
    if (refused instanceof SpokelineError) throw refused;
    return refused;
  }

  /** Sends a content with the SDK's method, or by itself where the SDK would spoil it. */
  async function sendContent(
    content: Content,
    by: 'validate' | 'create',
    signal: AbortSignal,
  ): Promise<RawAnswer> {
    const own = ownRequest(endpoint, id, content, by, client.apiVersion);
    if (own === undefined) {
      return rawCall((o) => calls[by](sdkBody(content), o), signal, writeLimit);
    }
    const limits = { abortSignal: signal, timeout: writeLimit };
    return toAnswer(await client.sendRequest(createPipelineRequest({ ...own, ...limits })));
  }

  /** A GET of an address that ARM gave; a token goes to its own host only. */
  async function getOwn(url: string, signal: AbortSignal): Promise<RawAnswer> {
    if (new URL(url, endpoint).origin !== new URL(endpoint).origin) {
      throw new SpokelineError(
        'ARM_REQUEST',
        `Azure referred to another host: ${new URL(url).host}`,
      );
    }
    const request = createPipelineRequest({
      url: new URL(url, endpoint).href,
      abortSignal: signal,
      timeout: readLimit,
    });
    return toAnswer(await client.sendRequest(request));
  }

  return {
    id,
    portalLink: portalLinkOf(endpoint, id),
    linkTo: (resourceId) => resourceLinkOf(endpoint, resourceId),

    async validate(content, signal) {
      const answer = await ask(
        'POST',
        signal,
        () =>
          verdictAt === undefined
            ? sendContent(content, 'validate', signal)
            : getOwn(verdictAt, signal),
        (raw) => raw,
        // 400 and 409 carry the verdict that was asked for.
        [200, 202, 400, 409],
      );
      if (answer.kind === 'later') return answer;
      const raw = answer.value;
      const said = asObject(raw.body);
      const state = said['status'];
      if (raw.status === 202 || (typeof state === 'string' && !isFinal(state))) {
        verdictAt = raw.headers['location'] ?? raw.headers['azure-asyncoperation'] ?? verdictAt;
        if (verdictAt === undefined) {
          throw new SpokelineError('ARM_REQUEST', 'Azure began to validate but not to say where.');
        }
        const retryAfterMs = retryAfter(raw.headers, clock.now()) ?? 2_000;
        return { kind: 'later', reason: 'Azure has no verdict yet', retryAfterMs };
      }
      verdictAt = undefined;
      const fault = readFault(said['error'] ?? asObject(said['properties'])['error']);
      if (fault === undefined && raw.status >= 400) {
        throw armError({
          method: 'POST',
          path: id,
          status: raw.status,
          body: raw.body,
          bodyText: raw.text,
        });
      }
      return { kind: 'value', value: fault };
    },

    async start(content, signal) {
      let answer: RawAnswer;
      try {
        answer = await signedIn(() => sendContent(content, 'create', signal), signal);
      } catch (error) {
        signal.throwIfAborted();
        const fault = passingFault(error, answered);
        if (fault === undefined) throw unanswered(error);
        return { kind: fault.sent ? 'lost' : 'refused', reason: fault.reason };
      }
      if (answer.status === 200 || answer.status === 201 || answer.status === 202) {
        return { kind: 'accepted', correlationId: answer.headers['x-ms-correlation-request-id'] };
      }
      const fault = readFault(answer.body);
      if (answer.status === 409 && /^DeploymentActive/i.test(fault?.code ?? '')) {
        return { kind: 'active', message: fault?.message ?? '' };
      }
      const refused = refusal('PUT', answer);
      if (refused instanceof SpokelineError) throw refused;
      if (refused.kind !== 'later') throw new Error('unreachable');
      // ARM throttles before it reads a request; after a 5xx nobody knows how far it came.
      if (answer.status === 429) return { ...refused, kind: 'refused' };
      return { kind: 'lost', reason: refused.reason };
    },

    read: (signal) =>
      ask<DeploymentState | undefined>(
        'GET',
        signal,
        () => rawCall((o) => calls.get(o), signal, readLimit),
        (answer) => (answer.status === 404 ? missing(answer) : readDeployment(answer.body)),
        [200, 404],
      ),

    async operations(signal, deploymentId) {
      const found: Operation[] = [];
      if (deploymentId !== undefined && !isDeploymentId(deploymentId)) {
        return { kind: 'value', value: found };
      }
      const first = () =>
        deploymentId === undefined
          ? rawCall((o) => calls.operations(o), signal, readLimit)
          : getOwn(`${deploymentId}/operations?api-version=${client.apiVersion}`, signal);
      let answer = await ask('GET', signal, first, (raw) => raw, [200, 404]);
      for (let pages = 0; pages < 100; pages += 1) {
        if (answer.kind === 'later') return answer;
        const page = asObject(answer.value.body);
        const entries = Array.isArray(page['value']) ? (page['value'] as unknown[]) : [];
        found.push(...entries.map(readOperation));
        const next = page['nextLink'];
        if (typeof next !== 'string' || next === '') break;
        answer = await ask(
          'GET',
          signal,
          () => getOwn(next, signal),
          (raw) => raw,
        );
      }
      return { kind: 'value', value: found };
    },

    cancel: (signal) =>
      ask(
        'POST',
        signal,
        () => rawCall((o) => calls.cancel(o), signal, 4_000),
        ({ status }) => (status === 404 ? 'missing' : status === 409 ? 'over' : 'taken'),
        [200, 202, 204, 404, 409],
      ),
  };

  /** A missing group, unlike a missing deployment, does not appear by waiting. */
  function missing(answer: RawAnswer): undefined {
    const code = readFault(answer.body)?.code ?? '';
    if (!/^(ResourceGroupNotFound|SubscriptionNotFound|InvalidSubscriptionId)$/i.test(code)) {
      return undefined;
    }
    throw armError({ method: 'GET', path: id, status: 404, body: answer.body });
  }
}
