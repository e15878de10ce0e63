/** A lock on the group or on something in it. */
export interface Lock {
  readonly name: string;
  /** `CanNotDelete` or `ReadOnly`. */
  readonly level: string;
  /** What it locks, with everything below. */
  readonly scope: string;
  readonly notes: string;
}

/** A name that leads to a private endpoint, unless Azure itself takes its records away with the endpoint. */
export interface EndpointName {
  readonly endpointId: string;
  readonly fqdn: string;
  readonly address: string;
}

/** A deployment in the group, or above it. */
export interface GroupDeployment {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** Whether this task made it, by its tag. */
  readonly ours: boolean;
  /** Stamp or hub that it was made for, by its tag: `<estate>/<stamp>`. */
  readonly owner?: string;
}

export type GroupState = 'present' | 'deleting' | 'gone';

/** The resource group of a stamp, under the stamp's own identity. Nothing is retried by the caller. */
export interface GroupPort {
  readonly id: string;
  readonly name: string;
  state(signal: AbortSignal): Promise<GroupState>;
  /** Undefined when the identity may not read locks. */
  locks(signal: AbortSignal): Promise<readonly Lock[] | undefined>;
  deployments(signal: AbortSignal): Promise<readonly GroupDeployment[]>;
  /** Those of the group's subscription, which may have made something in the group; ARM_FORBIDDEN is thrown. */
  deploymentsAbove(signal: AbortSignal): Promise<readonly GroupDeployment[]>;
  /** Ids of what a deployment and its nested ones wrote, wherever it lies. */
  madeBy(deployment: GroupDeployment, signal: AbortSignal): Promise<readonly string[]>;
  endpointNames(signal: AbortSignal): Promise<readonly EndpointName[]>;
  /** Ids of all resources in the group, without their children. */
  resources(signal: AbortSignal): Promise<readonly string[]>;
  /** Deletes the group with everything in it and follows that to its end. */
  removeGroup(signal: AbortSignal, timeoutMs: number): Promise<void>;
  /** Deletes one resource and follows that to its end; one that is not there is no error. */
  remove(id: string, signal: AbortSignal, timeoutMs: number): Promise<void>;
  exists(id: string, signal: AbortSignal): Promise<boolean>;
}
