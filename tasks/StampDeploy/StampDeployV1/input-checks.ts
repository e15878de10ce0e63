import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { readRules } from '../../lib/deploy/what-if/rules.ts';

type Problem<K extends string> = (input: K, text: string) => void;

interface ScopeInputs {
  readonly action: string;
  readonly azureSubscription: ServiceConnection;
  readonly target: string;
  readonly topology: string | undefined;
  readonly stamp: string | undefined;
  readonly stamps: readonly string[];
  readonly resourceGroup: string | undefined;
  readonly subscription: string | undefined;
  readonly managementGroup: string | undefined;
  readonly location: string | undefined;
}

/** What each target needs and takes. */
export function checkScope(given: ScopeInputs, problem: Problem<keyof ScopeInputs>): void {
  const { target } = given;
  const need = (input: 'topology' | 'stamp' | 'resourceGroup' | 'managementGroup' | 'location') => {
    if (given[input] === undefined) problem(input, `is needed when target is ${target}`);
  };
  if (given.managementGroup !== undefined && target !== 'managementGroup') {
    problem('managementGroup', `is not used when target is ${target}`);
  }
  switch (target) {
    case 'stamp':
      need('topology');
      if (given.stamps.length === 0) need('stamp');
      return;
    case 'hub':
      need('topology');
      return;
    case 'resourceGroup':
      need('resourceGroup');
      needSubscription(given, problem);
      return;
    case 'subscription':
      needSubscription(given, problem);
      break;
    case 'managementGroup':
      need('managementGroup');
      break;
  }
  if (given.action !== 'delete') need('location');
  if (given.resourceGroup !== undefined) {
    problem('resourceGroup', `is not used when target is ${target}`);
  }
}

function needSubscription(given: ScopeInputs, problem: Problem<keyof ScopeInputs>): void {
  const own = given.azureSubscription.subscriptionId;
  if (given.subscription !== undefined || own !== undefined) return;
  problem('subscription', 'is needed, for the service connection has no subscription');
}

interface StampsInputs {
  readonly action: string;
  readonly target: string;
  readonly stamp: string | undefined;
  readonly stamps: readonly string[];
}

/** Several stamps are deployed, but taken away one by one. */
export function checkStamps(given: StampsInputs, problem: Problem<keyof StampsInputs>): void {
  const { action, target, stamp, stamps } = given;
  if (stamps.length === 0) return;
  if (target !== 'stamp') {
    problem('stamps', 'selects stamps of the topology; allowed only when target is stamp');
  }
  if (stamp !== undefined) {
    problem('stamps', 'is given, and so is the input "stamp"; allowed: one of the two');
  }
  if (action === 'delete') problem('stamps', 'is not for the action delete; allowed: stamp');
}

interface WhatIfInputs {
  readonly action: string;
  readonly failOn: string;
  readonly ignoreChanges: readonly unknown[];
}

/** A policy that nobody would look at is a mistake, and so is a rule that nobody understands. */
export function checkWhatIf(given: WhatIfInputs, problem: Problem<keyof WhatIfInputs>): void {
  const asked = given.action === 'what-if' || given.action === 'create';
  if (given.failOn !== 'none' && !asked) {
    problem('failOn', `is for the actions what-if and create; the action is ${given.action}`);
  }
  for (const text of readRules(given.ignoreChanges).problems) problem('ignoreChanges', text);
}

interface DeleteInputs {
  readonly kind: string;
  readonly target: string;
}

/** What is deleted has to be a stamp, or a resource group that somebody names. */
export function checkDelete(
  { kind, target }: DeleteInputs,
  problem: Problem<keyof DeleteInputs>,
): void {
  if (kind === 'stack') return;
  if (target === 'stamp' || target === 'resourceGroup') return;
  problem('target', `is ${target}, which is not deleted; allowed: stamp, resourceGroup`);
}

interface StackInputs {
  readonly kind: string;
  readonly action: string;
  readonly target: string;
  readonly onUnmanage: string;
  readonly denyMode: string;
  readonly denyExcludedPrincipals: readonly string[];
  readonly denyExcludedActions: readonly string[];
  readonly denyChildScopes: boolean;
  readonly deleteWhat: string;
  readonly deploymentName: string | undefined;
}

// https://learn.microsoft.com/rest/api/resources/deployment-stacks#denysettings
const mostPrincipals = 5;
const mostActions = 200;
const objectId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a stack needs, and what only a stack takes. */
export function checkStack(given: StackInputs, problem: Problem<keyof StackInputs>): void {
  const only = 'is for a stack; allowed only when kind is stack';
  const excluded = ['denyExcludedPrincipals', 'denyExcludedActions'] as const;
  if (given.kind !== 'stack') {
    if (given.onUnmanage !== 'detachAll') problem('onUnmanage', only);
    if (given.denyMode !== 'none') problem('denyMode', only);
    for (const input of excluded) if (given[input].length > 0) problem(input, only);
    if (given.denyChildScopes) problem('denyChildScopes', only);
    return;
  }
  if (given.deploymentName === undefined) {
    problem('deploymentName', 'is needed when kind is stack: it is the same in each run');
  }
  if (given.target === 'managementGroup' || given.target === 'tenant') {
    problem('target', `is ${given.target}, where no stack is made; use kind: deployment`);
  }
  if (given.action === 'delete' && given.deleteWhat === 'resourceGroup') {
    problem('deleteWhat', 'is resourceGroup; a stack deletes groups with onUnmanage: deleteAll');
  }
  if (given.denyMode === 'none') {
    const useless = 'is not used when denyMode is none';
    for (const input of excluded) if (given[input].length > 0) problem(input, useless);
    if (given.denyChildScopes) problem('denyChildScopes', useless);
  }
  for (const principal of given.denyExcludedPrincipals) {
    if (objectId.test(principal)) continue;
    problem('denyExcludedPrincipals', `has "${principal}"; allowed: object ids (GUIDs)`);
  }
  if (given.denyExcludedPrincipals.length > mostPrincipals) {
    problem('denyExcludedPrincipals', `has more than ${mostPrincipals} entries`);
  }
  if (given.denyExcludedActions.length > mostActions) {
    problem('denyExcludedActions', `has more than ${mostActions} entries`);
  }
}
