/**
 * What a deployment would do, as Resource Manager predicts it.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
 */

/** What would become of a resource. A word that is not known here counts as not predicted. */
export type ResourceChangeKind =
  | 'Create'
  | 'Delete'
  /** It stays, and its stack manages it no longer. */
  | 'Detach'
  | 'Modify'
  | 'Deploy'
  | 'NoChange'
  | 'Ignore'
  | 'Unsupported'
  | (string & {});

export type PropertyChangeKind = 'Create' | 'Delete' | 'Modify' | 'NoEffect' | (string & {});

/** One change inside a resource, at the place where values differ. */
export interface PropertyChange {
  /** From the resource on, for example `properties.subnets[2].properties.addressPrefix`. */
  readonly path: string;
  readonly kind: PropertyChangeKind;
  /** Whether it is an element of a list that comes, goes or changes as a whole. */
  readonly element: boolean;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface ResourceChange {
  /** Resource id; for what has none, the name that the template gives it. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly kind: ResourceChangeKind;
  /** Whether it depends on the run of the deployment. */
  readonly potential: boolean;
  readonly unsupportedReason?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly properties: readonly PropertyChange[];
}

/** What Azure has to say besides. */
export interface Diagnostic {
  readonly level: string;
  readonly code: string;
  readonly message: string;
  readonly target?: string;
}

export interface Prediction {
  readonly changes: readonly ResourceChange[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Asks Azure what a deployment would do. */
export interface Predictor {
  /** The body of the answer as it came, numbers and texts untouched. */
  predict(signal: AbortSignal, timeoutMs: number): Promise<unknown>;
}
