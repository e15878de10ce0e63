import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { readRules } from '../../lib/deploy/what-if/rules.ts';

type Problem<K extends string> = (input: K, text: string) => void;

interface ScopeInputs {
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
  need('location');
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
  readonly target: string;
}

/** What is deleted has to be a stamp, or a resource group that somebody names. */
export function checkDelete({ target }: DeleteInputs, problem: Problem<keyof DeleteInputs>): void {
  if (target === 'stamp' || target === 'resourceGroup') return;
  problem('target', `is ${target}, which is not deleted; allowed: stamp, resourceGroup`);
}
