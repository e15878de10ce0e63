import { ArmError } from '../errors.ts';
import { isWithin } from '../ids.ts';
import type { Manager } from '../manager.ts';
import type { Operation } from '../operations.ts';
import type { DeploymentScope } from '../template/types.ts';
import type { Asker } from './deployment.ts';
import {
  isBusy,
  stackType,
  type Stack,
  type StackSettings,
  type StackState,
  type UnmanageActions,
} from './record.ts';
import { emptyStack, updateStack } from './run.ts';
import { WhatIfResults } from './what-if/results.ts';

/** Deployment stacks of all scopes, by id. */
export class Stacks {
  readonly #manager: Manager;
  readonly #byId = new Map<string, Stack>();
  readonly whatIfResults: WhatIfResults;

  constructor(manager: Manager) {
    this.#manager = manager;
    this.whatIfResults = new WhatIfResults(() => manager.now());
  }

  all(): Iterable<Stack> {
    return this.#byId.values();
  }

  find(id: string): Stack | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** Stacks of a scope, in order of creation. */
  list(scopeId: string): Stack[] {
    const prefix = `${scopeId}/providers/${stackType}/`.toLowerCase();
    return [...this.#byId.values()].filter(({ id }) => id.toLowerCase().startsWith(prefix));
  }

  /** Removes what is on record below a scope that is gone. */
  forget(scopeId: string): void {
    for (const [key, { id }] of this.#byId) if (isWithin(id, scopeId)) this.#byId.delete(key);
    this.whatIfResults.forget(scopeId);
  }

  /** Starts to make or change a stack. @throws ArmError DeploymentStackInNonTerminalState */
  put(
    place: { id: string; name: string; scope: DeploymentScope },
    settings: StackSettings,
    by: Asker,
  ): { stack: Stack; created: boolean } {
    const before = this.find(place.id);
    if (before !== undefined) this.#requireIdle(before);
    const now = { by: by.principal.clientId, at: this.#manager.now() };
    const stack: Stack = {
      ...place,
      ...settings,
      state: 'creating',
      correlationId: by.correlationId,
      created: before?.created ?? now,
      modified: now,
      operationId: this.#manager.newGuid(),
      ...(before?.deploymentId === undefined ? {} : { deploymentId: before.deploymentId }),
      shownParameters: {},
      // Deny settings hold from now on for what is managed already.
      resources: (before?.resources ?? []).map((managed) => ({
        ...managed,
        denyStatus: managed.denyStatus === 'inapplicable' ? 'inapplicable' : settings.deny.mode,
      })),
      detached: [],
      deleted: [],
      failed: [],
    };
    this.#byId.set(place.id.toLowerCase(), stack);
    this.#run(stack, () => updateStack(this.#manager, stack, by));
    return { stack, created: before === undefined };
  }

  /** Starts to let go of all that a stack manages; then it is gone. @throws ArmError */
  remove(stack: Stack, actions: UnmanageActions, by: Asker): Operation {
    this.#requireIdle(stack);
    stack.state = 'deleting';
    stack.correlationId = by.correlationId;
    stack.operationId = this.#manager.newGuid();
    stack.detached = [];
    stack.deleted = [];
    stack.failed = [];
    delete stack.error;
    return this.#run(stack, async () => {
      await emptyStack(this.#manager, stack, actions, by);
      this.#byId.delete(stack.id.toLowerCase());
      stack.state = 'succeeded';
    });
  }

  /** Runs one change of a stack; its error is the stack's. */
  #run(stack: Stack, work: () => Promise<void>): Operation {
    const { operations } = this.#manager;
    const started = this.#manager.now();
    return operations.run(
      stack.id,
      async () => {
        await operations.pause(1);
        try {
          await work();
          const seconds = (this.#manager.now().getTime() - started.getTime()) / 1000;
          if (stack.state === 'succeeded') stack.duration = `PT${String(seconds)}S`;
        } catch (error) {
          this.#fail(stack, error);
          throw error;
        }
      },
      stack.operationId,
    );
  }

  #fail(stack: Stack, error: unknown): void {
    const state: StackState = 'failed';
    stack.state = state;
    stack.error =
      error instanceof ArmError
        ? error.body
        : {
            code: 'InternalServerError',
            message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          };
  }

  /** https://github.com/Azure/deployment-stacks/issues/195 */
  #requireIdle(stack: Stack): void {
    if (!isBusy(stack)) return;
    throw new ArmError(
      409,
      'DeploymentStackInNonTerminalState',
      `The deployment stack resource '${stack.id}' could not be updated as it is currently in a non-terminal ` +
        `state '${stack.state}'.`,
    );
  }
}
