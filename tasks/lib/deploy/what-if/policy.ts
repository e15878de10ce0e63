import { SpokelineError } from '../../errors.ts';
import { asObject } from '../../net/json-value.ts';
import type { Assessed, Assessment } from './assess.ts';
import type { PropertyChange, ResourceChange } from './model.ts';
import { replacementSource } from './replacements.ts';

/** What must not happen. Each word forbids what the ones before it do, and more. */
export type FailOn = 'none' | 'delete' | 'deleteOrReplace' | 'change';

/** A change that the policy forbids. */
export interface Finding {
  readonly code: 'Delete' | 'Replace' | 'NotPredicted' | 'Change';
  readonly target: string;
  readonly message: string;
}

/**
 * Everything that breaks the policy. A resource that what-if could not predict breaks each policy: nobody
 * can say that it loses nothing. A rule for `Unsupported` or `Deploy` takes it out.
 */
export function findingsOf(assessment: Assessment, failOn: FailOn): Finding[] {
  if (failOn === 'none') return [];
  return assessment.resources.flatMap((resource) => {
    const found = [...notPredicted(resource), ...deletions(resource)];
    if (failOn === 'delete') return found;
    found.push(...replacements(resource));
    if (failOn === 'deleteOrReplace' || found.length > 0) return found;
    return otherChanges(resource);
  });
}

/** Stops a run whose policy is broken. Throws WHAT_IF_REFUSED with a detail for each finding. */
export function enforce(findings: readonly Finding[], failOn: FailOn): void {
  if (findings.length === 0) return;
  const what = findings.length === 1 ? 'one change' : `${findings.length} changes`;
  const unpredicted = findings.some(({ code }) => code === 'NotPredicted');
  throw new SpokelineError(
    'WHAT_IF_REFUSED',
    `What-if predicts ${what} that failOn: ${failOn} forbids; nothing was deployed.`,
    {
      details: findings.map(({ code, target, message }) => ({ code, target, message })),
      hint: unpredicted
        ? 'What cannot be predicted is let through by a rule in ignoreChanges with its type and change.'
        : 'Mend the template, or let the change through by a rule in ignoreChanges with its type and path.',
    },
  );
}

function notPredicted({ change, kind }: Assessed): Finding[] {
  const known = ['Create', 'Delete', 'Detach', 'Modify', 'NoChange', 'Ignore'];
  if (known.includes(kind)) return [];
  const why =
    change.unsupportedReason ??
    (kind === 'Deploy' ? 'it is deployed with values that are known only then' : `it says ${kind}`);
  const message = `${change.type} ${change.name} is not predicted: ${why}`;
  return [{ code: 'NotPredicted', target: change.id, message }];
}

function deletions(resource: Assessed): Finding[] {
  const { change, kind, properties } = resource;
  const maybe = change.potential ? 'may be' : 'would be';
  if (kind === 'Delete') {
    const message = `${change.type} ${change.name} ${maybe} deleted`;
    return [{ code: 'Delete', target: change.id, message }];
  }
  if (kind !== 'Modify') return [];
  return properties
    .flatMap((property) => lostChildren(change, property))
    .map((child) => ({
      code: 'Delete' as const,
      target: change.id,
      message: `${child} of ${change.type} ${change.name} ${maybe} deleted`,
    }));
}

/**
 * Resources that go with an element of a list: a subnet of a network, a rule of a security group. An
 * incremental deployment deletes nothing else.
 */
function lostChildren(change: ResourceChange, property: PropertyChange): string[] {
  if (property.kind !== 'Delete') return [];
  const { before, path, element } = property;
  const items = element ? [before] : Array.isArray(before) ? (before as unknown[]) : [];
  return items
    .map(asObject)
    .filter((item) => isChildOf(change, item))
    .map((item) => {
      const name = item['name'];
      const list = path.replace(/\[\d+\]$/, '');
      return `${list} ${typeof name === 'string' ? `"${name}"` : String(item['id'])}`;
    });
}

/** Children inside a parent have its id before theirs, or a name and properties of their own. */
function isChildOf({ id }: ResourceChange, item: Record<string, unknown>): boolean {
  const own = item['id'];
  if (typeof own === 'string' && own.toLowerCase().startsWith(`${id.toLowerCase()}/`)) return true;
  const { name, properties } = item;
  return typeof name === 'string' && typeof properties === 'object' && properties !== null;
}

function replacements({ change, kind, properties }: Assessed): Finding[] {
  if (kind !== 'Modify') return [];
  return properties.flatMap((property) => {
    const source = replacementSource(change, property);
    if (source === undefined) return [];
    const message = `${property.path} of ${change.type} ${change.name} cannot be changed in place (${source})`;
    return [{ code: 'Replace' as const, target: change.id, message }];
  });
}

function otherChanges({ change, kind, properties }: Assessed): Finding[] {
  if (kind === 'NoChange' || kind === 'Ignore') return [];
  const verb = kind === 'Create' ? 'created' : kind === 'Detach' ? 'detached' : 'modified';
  const maybe = change.potential ? 'may be' : 'would be';
  const where =
    properties.length === 0
      ? ''
      : ` (${properties
          .map(({ path }) => path)
          .slice(0, 5)
          .join(', ')})`;
  const message = `${change.type} ${change.name} ${maybe} ${verb}${where}`;
  return [{ code: 'Change', target: change.id, message }];
}
