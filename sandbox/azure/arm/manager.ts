import { randomUUID } from 'node:crypto';
import { Deployments } from './deployments/deployments.ts';
import { Operations } from './operations.ts';
import { Access } from './rbac/access.ts';
import { Resources } from './resources.ts';
import type { Activity, ArmOptions } from './server.ts';
import { denialBy } from './stacks/deny.ts';
import { Stacks } from './stacks/stacks.ts';
import { Store } from './store.ts';
import { Subscriptions } from './subscriptions.ts';
import type { DeletedVault } from './types/key-vault/deleted-vaults.ts';
import { TypeRegistry } from './types/registry.ts';

/** The parts of one resource manager, which know each other through it. */
export class Manager {
  readonly options: ArmOptions;
  readonly tenantId: string;
  readonly types: TypeRegistry;
  readonly store: Store;
  readonly access: Access;
  readonly operations: Operations;
  readonly subscriptions: Subscriptions;
  readonly resources: Resources;
  readonly deployments: Deployments;
  readonly stacks: Stacks;
  readonly activity: Activity[];
  /** Vaults that are deleted and not purged, by name in lower case. */
  readonly deletedVaults = new Map<string, DeletedVault>();
  /** Seconds between polls that clients are told. */
  readonly retryAfter: number;

  constructor(options: ArmOptions, activity: Activity[]) {
    this.options = options;
    this.tenantId = options.tenantId;
    this.activity = activity;
    this.retryAfter = options.retryAfter ?? 1;
    this.types = new TypeRegistry(options.types);
    this.store = new Store();
    this.access = new Access(this.store);
    this.operations = new Operations(options.pace ?? 25, () => this.now());
    this.subscriptions = new Subscriptions(this);
    this.resources = new Resources(this);
    this.deployments = new Deployments(this);
    this.stacks = new (options.stacks ?? Stacks)(this);
    this.access.denial = (principal, action, scope) =>
      denialBy(this.stacks.all(), principal, action, scope);
  }

  now(): Date {
    return this.options.now?.() ?? new Date();
  }

  newGuid(): string {
    return randomUUID();
  }
}
