import type { Handler } from '../../http/tls-server.ts';
import type { CustomRole } from './rbac/access.ts';
import { Manager } from './manager.ts';
import { createRouter } from './router.ts';
import type { Stacks } from './stacks/stacks.ts';
import type { ResourceReader } from './store.ts';
import type { TypeDefinition } from './types/definition.ts';

/** What the sandbox's Azure Resource Manager needs to know about its world. */
export interface ArmOptions {
  tenantId: string;
  /** Each in the one tenant, unless it names another. */
  subscriptions: readonly { id: string; name: string; tenantId?: string }[];
  /** Who a bearer token speaks for; undefined refuses it (401). */
  authenticate(token: string): Principal | undefined;
  now?: () => Date;
  /**
   * Accepts address spaces inside 127.0.0.0/8, which Azure forbids. Only for an estate whose topology says
   * `loopback: true`.
   */
  loopback?: boolean;
  /** Milliseconds that a long-running operation takes; 25 without it. */
  pace?: number;
  /** Seconds that clients are told to wait between polls (Retry-After); 1 without it. */
  retryAfter?: number;
  /** Host name, with a port if any, under which a registry is reached; `<name>.azurecr.io` if undefined. */
  loginServer?: (registryName: string, sku: string) => string | undefined;
  /** The resource types to serve; all that there are without it. */
  types?: readonly TypeDefinition[];
  /** What keeps the deployment stacks; the mutation test has another one. */
  stacks?: typeof Stacks;
}

/** Identity of a caller. */
export interface Principal {
  objectId: string;
  clientId: string;
  /** The one tenant of the manager without it. */
  tenantId?: string;
  /** Identities of other tenants whose tokens came along. */
  auxiliary?: readonly Principal[];
  /** Id of the deployment stack that acts for the caller; its own deny settings do not bind it. */
  stack?: string;
}

/** One answered request, for tests that prove who wrote what. */
export interface Activity {
  method: string;
  path: string;
  status: number;
  /** Object id of the caller; empty for a request without a valid token. */
  principal: string;
  /**
   * Set for a write that a deployment made: the deployment's id. `principal` is who deployed, `path` the id of
   * what was written.
   */
  deployment?: string;
}

export interface Arm {
  store: ResourceReader;
  handler: Handler;
  /** Every request with its status, and every write that a deployment made, in order. */
  activity: readonly Activity[];
  /**
   * Gives an identity a role at a scope, at once.
   * @param role name of a built-in role, or a custom one
   * @throws Error for a built-in role that is not known here
   */
  assignRole(objectId: string, role: string | CustomRole, scope: string): void;
  /** Whether a role assignment at the scope, or above it, gives an identity an action of the control plane. */
  isAllowed(objectId: string, action: string, scope: string): boolean;
  /** Ends what is still running; nothing is scheduled afterwards. */
  stop(): void;
}

/** Azure Resource Manager over one HTTPS handler: subscriptions, resources, deployments, RBAC. */
export function createArm(options: ArmOptions): Arm {
  const activity: Activity[] = [];
  const manager = new Manager(options, activity);
  return {
    store: manager.store,
    handler: createRouter(manager),
    activity,
    assignRole(objectId, role, scope) {
      manager.access.assign(objectId, role, scope);
    },
    isAllowed: (objectId, action, scope) => manager.access.can(objectId, action, scope),
    stop() {
      manager.operations.stop();
    },
  };
}
