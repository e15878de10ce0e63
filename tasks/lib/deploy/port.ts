import type { Parameters } from './parameters.ts';

/** What is sent to ARM. */
export interface Content {
  /** Where Azure keeps the deployment; needed for all scopes but a resource group, which has its own. */
  readonly location?: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly parameters: Parameters;
  readonly tags: Readonly<Record<string, string>>;
}

/** An error of ARM, as it nests: `details` go down to the causes. */
export interface ArmFault {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details: readonly ArmFault[];
  /** Names what a policy refused, among others. */
  readonly additional: readonly { readonly type: string; readonly info: unknown }[];
}

/** States after which nothing happens any more. */
const finalStates: readonly string[] = ['Succeeded', 'Failed', 'Canceled'];

/** Whether nothing happens any more to a deployment, operation or resource in this state. */
export function isFinal(state: string): boolean {
  return finalStates.includes(state);
}

export interface DeploymentState {
  readonly id: string;
  /** `Accepted`, `Running`, ... or a final state. */
  readonly state: string;
  readonly correlationId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, { readonly type: string; readonly value?: unknown }>>;
  readonly fault: ArmFault | undefined;
}

/** One step of a deployment. */
export interface Operation {
  readonly id: string;
  /** `Create`, `Read`, `EvaluateDeploymentOutput` ... */
  readonly kind: string;
  readonly state: string;
  /** Milliseconds, as ARM counted. */
  readonly durationMs: number | undefined;
  readonly target:
    { readonly id: string; readonly type: string; readonly name: string } | undefined;
  readonly fault: ArmFault | undefined;
}

/**
 * An answer, or why there is none yet: throttling, a server fault, a broken connection, a name that does
 * not resolve for the moment. The caller goes on asking; anything final is thrown as a SpokelineError.
 */
export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs?: number };

/** What became of the request that starts a deployment. */
export type Started =
  | { readonly kind: 'accepted'; readonly correlationId: string | undefined }
  /** ARM certainly did not take it (throttled before it was read): it may be sent again. */
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs?: number }
  /** The request went out and no answer came back: only asking tells what happened. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** A deployment of this name is running. */
  | { readonly kind: 'active'; readonly message: string };

/** One named deployment in one scope. */
export interface DeploymentPort {
  /** Resource id of the deployment. */
  readonly id: string;
  /** Page of the deployment in the portal; undefined for a cloud whose portal is not known. */
  readonly portalLink: string | undefined;
  /** Page of any resource; undefined for a cloud whose portal is not known, and for what is no resource id. */
  linkTo(resourceId: string): string | undefined;
  /** Undefined when valid, else why not. */
  validate(content: Content, signal: AbortSignal): Promise<Answer<ArmFault | undefined>>;
  start(content: Content, signal: AbortSignal): Promise<Started>;
  /** Undefined when there is no such deployment (404). */
  read(signal: AbortSignal): Promise<Answer<DeploymentState | undefined>>;
  /** All operations of this deployment, or of a nested one by its resource id. */
  operations(signal: AbortSignal, deploymentId?: string): Promise<Answer<readonly Operation[]>>;
  /** `over`: it had ended by itself; `missing`: there is no such deployment. */
  cancel(signal: AbortSignal): Promise<Answer<'taken' | 'over' | 'missing'>>;
}
