import {
  scopePath,
  scopeText,
  scopeWords,
  type DeploymentScope,
  type ScopeKind,
} from '../../lib/deploy/scope.ts';
import type { Template } from '../../lib/deploy/template.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { Inputs } from './inputs.ts';
import type { Place } from './target.ts';

/** Where a template goes: the scope it is written for, at the place that the inputs name. */
export interface Destination {
  readonly scope: DeploymentScope;
  /** Where Azure keeps a deployment that is in no resource group. */
  readonly location?: string;
}

type Given = Pick<Inputs, 'template' | 'target' | 'resourceGroup' | 'managementGroup' | 'location'>;

/**
 * The scope of a deployment. Throws INPUT_INVALID if the template is written for another one than the
 * inputs name: found here, nobody has signed in yet.
 */
export function destinationOf(
  template: Pick<Template, 'scope'>,
  place: Place,
  given: Given,
): Destination {
  const { target } = given;
  const ofTopology = target === 'stamp' || target === 'hub';
  const allowed: readonly ScopeKind[] = ofTopology ? ['resourceGroup', 'subscription'] : [target];
  if (!allowed.includes(template.scope)) throw otherScope(template.scope, given, ofTopology);
  const { subscription, resourceGroup } = place;
  if (template.scope === 'resourceGroup') {
    if (given.location !== undefined) throw unused('location', given);
    return { scope: { kind: 'resourceGroup', subscription, resourceGroup } };
  }
  if (given.resourceGroup !== undefined) throw unused('resourceGroup', given);
  const location = given.location ?? place.region ?? '';
  switch (template.scope) {
    case 'subscription':
      return { scope: { kind: 'subscription', subscription }, location };
    case 'managementGroup': {
      const managementGroup = given.managementGroup ?? '';
      return { scope: { kind: 'managementGroup', managementGroup }, location };
    }
    case 'tenant':
      return { scope: { kind: 'tenant' }, location };
  }
}

/**
 * Throws INPUT_INVALID for stamps that one given name would make one deployment or stack of, with a detail for each
 * such scope: the last stamp would win, and a stack would delete what the others made.
 */
export function requireOwnNames(
  units: readonly (Destination & { readonly unit: string })[],
  { kind, deploymentName }: Pick<Inputs, 'kind' | 'deploymentName'>,
): void {
  if (deploymentName === undefined) return;
  const byScope = new Map<string, (typeof units)[number][]>();
  for (const unit of units) {
    const key = scopePath(unit.scope).toLowerCase();
    byScope.set(key, [...(byScope.get(key) ?? []), unit]);
  }
  const details = [...byScope.values()].flatMap((shared) => {
    const [first, ...others] = shared;
    if (first === undefined || others.length === 0) return [];
    const names = shared.map(({ unit }) => unit).join(', ');
    const message = `${names} go to ${scopeText(first.scope)}, where they would be one ${kind}`;
    return [{ target: 'deploymentName', message }];
  });
  if (details.length === 0) return;
  throw new SpokelineError(
    'INPUT_INVALID',
    `Input "deploymentName" is ${deploymentName} for several stamps in one place.`,
    {
      details,
      hint:
        kind === 'stack'
          ? 'Give each stamp a step of its own, with a deploymentName of its own.'
          : 'Leave deploymentName out: the default names differ by stamp.',
    },
  );
}

function otherScope(scope: ScopeKind, given: Given, ofTopology: boolean): SpokelineError {
  const hint = ofTopology
    ? `A stamp or hub goes to a resource group or a subscription; use target: ${scope} for this template.`
    : `Set target: ${scope}, or write the template for ${scopeWords[given.target as ScopeKind]} ` +
      '(targetScope in Bicep, "$schema" in JSON).';
  return new SpokelineError(
    'INPUT_INVALID',
    `${given.template} is written for ${scopeWords[scope]}, but the input "target" is ${given.target}.`,
    { hint },
  );
}

function unused(input: 'location' | 'resourceGroup', given: Given): SpokelineError {
  const why =
    input === 'location'
      ? 'is for a resource group, which has its own location'
      : 'is not for a resource group';
  return new SpokelineError(
    'INPUT_INVALID',
    `Input "${input}" is given, but ${given.template} ${why}.`,
    { hint: `Leave "${input}" out.` },
  );
}
