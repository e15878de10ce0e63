import type { Frame } from './evaluate/frame.ts';
import type { Expression } from './expression/ast.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** Where a deployment runs, or where a resource is placed. */
export interface DeploymentScope {
  kind: 'resourceGroup' | 'subscription' | 'managementGroup' | 'tenant';
  /**
   * '/subscriptions/S/resourceGroups/R', '/subscriptions/S',
   * '/providers/Microsoft.Management/managementGroups/M' or '/'.
   */
  id: string;
  subscriptionId?: string;
  resourceGroup?: string;
}

/**
 * The resource as a GET on it answers: reference() hands out `properties`, or all of it when 'Full'
 * is asked for.
 */
export interface ReferencedResource {
  id?: string;
  name?: string;
  type?: string;
  apiVersion?: string;
  location?: string;
  properties?: Record<string, unknown>;
  [member: string]: unknown;
}

/** Evaluation by a host that does not know everything: what is left of an expression has a stand-in. */
export interface PartialEvaluator {
  evaluate(expression: Expression, frame: Frame): JsonValue;
  /** Whether a value stands for one that is not known, of whatever type. */
  stands(value: JsonValue): boolean;
}

/**
 * What the engine asks of the world. Everything is synchronous: the sandbox's store is in memory.
 */
export interface TemplateHost {
  scope: DeploymentScope;
  deployment: { name: string; location?: string; id: string };
  tenantId: string;
  /** Fixed for the whole deployment: utcNow() gives one value. */
  now: Date;
  newGuid(): string;
  /** The answer of environment(): name, portal, resourceManager, authentication, suffixes, ... */
  environment: Record<string, unknown>;
  /** The answer of deployer(); without it the function is an error. */
  deployer?: { objectId: string; tenantId: string; userPrincipalName?: string };
  resourceGroup(
    subscriptionId: string,
    name: string,
  ):
    | {
        id: string;
        name: string;
        location: string;
        tags?: Record<string, unknown>;
        properties?: Record<string, unknown>;
      }
    | undefined;
  subscription(
    id: string,
  ): { subscriptionId: string; displayName: string; tenantId: string; id: string } | undefined;
  managementGroup?(name: string): Record<string, unknown> | undefined;
  /** Current state, including what this deployment has deployed so far; undefined = not found. */
  reference(id: string, apiVersion: string | undefined): ReferencedResource | undefined;
  /**
   * A POST action whose name starts with `list` (listKeys, listCredentials, ...). Unknown actions
   * throw.
   */
  listAction(fn: string, id: string, apiVersion: string, body: unknown): unknown;
  getSecret?(vaultId: string, secretName: string, version?: string): string;
  /** providers('ns', 'type'); without it the function is an error. */
  providers?(namespace: string, resourceType: string | undefined): unknown;
  /** Takes the place of plain evaluation. */
  partial?: PartialEvaluator;
  /** Zones of a location for pickZones(); default: 1, 2, 3 for every zonal question. */
  zones?(namespace: string, resourceType: string, location: string): string[];
}

/** What a nested deployment deploys; hand it to planDeployment with a host of its own. */
export interface NestedDeployment {
  template: JsonObject;
  parameters: JsonObject;
  scope: DeploymentScope;
  mode: string;
}

export interface CopyMember {
  name: string;
  mode: 'serial' | 'parallel';
  batchSize?: number;
  index: number;
  count: number;
}

export interface PlannedResource {
  /**
   * Unique in the plan: 'symbol' or 'symbol[3]' with symbolic names, the lower-case id otherwise.
   */
  key: string;
  symbol?: string;
  /** Where the template declares it: 'resources[2]' or 'resources.symbol'. */
  path: string;
  id: string;
  type: string;
  /** Full name: 'vnet/subnet' for a child. */
  name: string;
  apiVersion: string;
  /** Where it is deployed. */
  scope: DeploymentScope;
  /** The id of the resource that an extension resource is attached to. */
  extensionScope?: string;
  existing: boolean;
  /** False: not deployed. Dependencies on it are dropped, as ARM does. */
  condition: boolean;
  /** Keys. Serial copies depend on the whole batch before. */
  dependsOn: string[];
  copyGroup?: CopyMember;
  /** Whether body() or nested() ask for deployed resources: reference(), list*(). */
  usesRunTime: boolean;
  /** '@options' of the resource as written (onlyIfNotExists, retryOn), evaluated. */
  options?: JsonObject;
  /**
   * The body to PUT (name, type, apiVersion, location, tags, sku, properties, ...). Call when
   * dependsOn are done.
   */
  body(): JsonObject;
  /**
   * Only for Microsoft.Resources/deployments. Call when dependsOn are done: parameters may use
   * reference().
   */
  nested?(): NestedDeployment;
}

export interface PlannedParameter {
  /**
   * As ARM prints it: 'String', 'Int', 'Bool', 'Object', 'Array', 'SecureString', 'SecureObject'.
   */
  type: string;
  /** Absent when the type is secure. */
  value?: JsonValue;
}

export interface PlannedOutput {
  type: string;
  value?: JsonValue;
}

export interface DeploymentPlan {
  /** Copies expanded, in the template's order. */
  resources: PlannedResource[];
  parameters: Record<string, PlannedParameter>;
  /**
   * Secure outputs have a type and no value. Throws EngineError 'DeploymentOutputEvaluationFailed'.
   */
  outputs(): Record<string, PlannedOutput>;
  /** For listOutputsWithSecureValues: all outputs with all values. */
  secureOutputs(): Record<string, PlannedOutput>;
}
