import {
  isFinal,
  type Answer,
  type ArmFault,
  type Content,
  type DeploymentPort,
  type DeploymentState,
} from '../deploy/port.ts';
import { readStack, stackBody, type StackSettings, type StackView } from '../deploy/stack/model.ts';
import { scopePath } from '../deploy/scope.ts';
import { SpokelineError, type ErrorDetail } from '../errors.ts';
import type { ArmClient } from './arm-client.ts';
import {
  isDeploymentId,
  portalLinkOf,
  resourceLinkOf,
  type DeploymentTarget,
} from './deploy-target.ts';

export const stackVersion = '2024-03-01';
const resourcesVersion = '2025-04-01';
const readLimit = 30_000;
const writeLimit = 120_000;
/** A validation runs as an operation of its own. */
const verdictLimit = 600_000;
const cancelLimit = 4_000;

/** The stack has another change under way. https://github.com/Azure/deployment-stacks/issues/195 */
const busy = /^DeploymentStackInNonTerminalState$/i;

/** Before these are over, the stack shows its last deployment, or none. */
const beforeDeployment = /^(?:creating|initializing|validating)$/;

/** A stack in the shape of a deployment, so that it is started, followed and ended like one. */
export interface StackPort extends DeploymentPort {
  /** As it was seen last. */
  readonly view: StackView | undefined;
}

/** Resource id of a stack. */
export function stackIdOf({ scope, name }: DeploymentTarget): string {
  return `${scopePath(scope)}/providers/Microsoft.Resources/deploymentStacks/${name}`;
}

/** `operations` lists those of a deployment by its id. */
export function createStack(
  arm: ArmClient,
  endpoint: string,
  target: DeploymentTarget & { readonly settings: StackSettings },
  operations: (
    signal: AbortSignal,
    deploymentId: string,
  ) => ReturnType<DeploymentPort['operations']>,
): StackPort {
  const id = stackIdOf(target);
  const { settings } = target;
  let view: StackView | undefined;
  /** The deployment of the change before this one. */
  let past: string | undefined;
  /** Whether Azure has answered once: a sign-in that fails after that may work again later. */
  let answered = false;

  /** Passing faults have been waited out for a while by the client; the caller decides how much longer. */
  async function ask<T>(call: () => Promise<T>, signal: AbortSignal): Promise<Answer<T>> {
    try {
      const value = await call();
      answered = true;
      return { kind: 'value', value };
    } catch (error) {
      signal.throwIfAborted();
      if (mayPass(error)) return { kind: 'later', reason: error.message };
      answered ||= error instanceof SpokelineError && error.code !== 'AUTH_FAILED';
      throw error;
    }
  }

  function mayPass(error: unknown): error is SpokelineError {
    if (!(error instanceof SpokelineError)) return false;
    return error.transient && (answered || error.code !== 'AUTH_FAILED');
  }

  /** The deployment that is under way, or was the last one of this change. */
  function current(): string | undefined {
    if (view === undefined || beforeDeployment.test(view.stage)) return undefined;
    return view.deploymentId === past ? undefined : view.deploymentId;
  }

  function read(signal: AbortSignal): Promise<Answer<DeploymentState | undefined>> {
    return ask(async () => {
      try {
        const options = { signal, timeoutMs: readLimit, exact: true };
        view = readStack((await arm.get<unknown>(id, stackVersion, options)).body);
      } catch (error) {
        if (!isMissing(error)) throw error;
        return undefined;
      }
      if (view === undefined) {
        throw new SpokelineError('ARM_REQUEST', 'Azure answered with something that is no stack.');
      }
      return view.deployment;
    }, signal);
  }

  return {
    id,
    portalLink: portalLinkOf(endpoint, id),
    linkTo: (resourceId) => resourceLinkOf(endpoint, resourceId),
    get view() {
      return view;
    },

    async validate(content, signal) {
      const options = { signal, idempotent: true, timeoutMs: verdictLimit };
      const body = stackBody(content, settings);
      return ask<ArmFault | undefined>(async () => {
        try {
          await arm.post(`${id}/validate`, stackVersion, body, options);
          return undefined;
        } catch (error) {
          const verdict = error instanceof SpokelineError && error.code === 'ARM_REQUEST';
          if (!verdict || error.transient || error.details.length === 0) throw error;
          return faultOf(error);
        }
      }, signal);
    },

    async start(content: Content, signal) {
      // Sent once: after a lost answer the stack's tags tell whether Azure received it.
      const options = { signal, idempotent: false, follow: false, timeoutMs: writeLimit };
      try {
        const answer = await arm.put<unknown>(
          id,
          stackVersion,
          stackBody(content, settings),
          options,
        );
        answered = true;
        past = readStack(answer.body)?.deploymentId;
        return { kind: 'accepted', correlationId: answer.correlationId };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof SpokelineError)) throw error;
        const active = error.details.find(({ code }) => busy.test(code ?? ''));
        if (active !== undefined) return { kind: 'active', message: active.message };
        if (!mayPass(error)) throw error;
        return { kind: error.code === 'AUTH_FAILED' ? 'refused' : 'lost', reason: error.message };
      }
    },

    read,

    async operations(signal, deploymentId = current()) {
      if (deploymentId === undefined) return { kind: 'value', value: [] };
      return operations(signal, deploymentId);
    },

    /** A stack cannot be cancelled; its deployment can, and ends the change of the stack with it. */
    async cancel(signal) {
      if (current() === undefined) {
        const seen = await read(signal);
        if (seen.kind === 'later') return seen;
        if (seen.value === undefined) return { kind: 'value', value: 'missing' };
      }
      const deployment = current();
      if (deployment === undefined && view !== undefined && !isFinal(view.deployment.state)) {
        return { kind: 'later', reason: 'the stack has begun no deployment yet' };
      }
      if (deployment === undefined || !isDeploymentId(deployment)) {
        return { kind: 'value', value: 'over' };
      }
      const options = { signal, idempotent: false, follow: false, timeoutMs: cancelLimit };
      return ask(async () => {
        try {
          await arm.post(`${deployment}/cancel`, resourcesVersion, undefined, options);
          return 'taken';
        } catch (error) {
          if (!(error instanceof SpokelineError)) throw error;
          if (error.code === 'ARM_NOT_FOUND') return 'missing';
          if (error.code === 'ARM_CONFLICT') return 'over';
          throw error;
        }
      }, signal);
    },
  };
}

/** A missing group, unlike a missing stack, does not appear by waiting. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof SpokelineError) || error.code !== 'ARM_NOT_FOUND') return false;
  const above = /^(ResourceGroupNotFound|SubscriptionNotFound|InvalidSubscriptionId)$/i;
  return !error.details.some(({ code }) => above.test(code ?? ''));
}

function faultOf({ message, details }: SpokelineError): ArmFault {
  const below = ({ code = 'Unknown', message: text, target }: ErrorDetail): ArmFault => ({
    code,
    message: text,
    ...(target === undefined ? {} : { target }),
    details: [],
    additional: [],
  });
  return {
    code: 'DeploymentStackValidationFailed',
    message,
    details: details.map(below),
    additional: [],
  };
}
