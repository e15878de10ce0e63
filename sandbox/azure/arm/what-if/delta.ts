import { isObject, type Json } from '../json.ts';

/** https://learn.microsoft.com/rest/api/resources/deployments/what-if#propertychangetype */
export type PropertyChangeType = 'Create' | 'Delete' | 'Modify' | 'Array' | 'NoEffect';

/** One changed property; `children` only where an array or something in an array changes. */
export interface PropertyChange {
  path: string;
  propertyChangeType: PropertyChangeType;
  before?: unknown;
  after?: unknown;
  children?: PropertyChange[];
}

/**
 * What changes between two snapshots of a resource. Objects are flattened to the dotted path of what
 * differs (`tags.owner`), arrays have a child an element.
 * Shapes: PostDeploymentWhatIfOnResourceGroup.json of azure-rest-api-specs and
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
 */
export function deltaOf(before: Json, after: Json, prefix = ''): PropertyChange[] {
  const changes: PropertyChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    changes.push(...changeOf(path, before[key] ?? undefined, after[key] ?? undefined));
  }
  return changes;
}

function changeOf(path: string, before: unknown, after: unknown): PropertyChange[] {
  if (same(before, after)) return [];
  if (before === undefined) return [{ path, propertyChangeType: 'Create', after }];
  if (after === undefined) return [{ path, propertyChangeType: 'Delete', before }];
  if (isObject(before) && isObject(after)) return deltaOf(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) {
    const children = elements(before, after);
    return children.length === 0 ? [] : [{ path, propertyChangeType: 'Array', children }];
  }
  return [{ path, propertyChangeType: 'Modify', before, after }];
}

const order: Record<PropertyChangeType, number> = {
  Delete: 0,
  Array: 1,
  Modify: 2,
  NoEffect: 3,
  Create: 4,
};

/**
 * Elements that are there on both sides, wherever, are no change. Of the rest, objects of one name (or id)
 * are modified, and so are nameless objects in the same place; scalars go and come.
 */
function elements(before: readonly unknown[], after: readonly unknown[]): PropertyChange[] {
  const gone = new Map(before.entries());
  const come = new Map(after.entries());
  const pair = (fits: (left: unknown, right: unknown, i: number, j: number) => boolean) => {
    const pairs: [number, unknown, unknown][] = [];
    for (const [j, right] of come) {
      const found = [...gone].find(([i, left]) => fits(left, right, i, j));
      if (found === undefined) continue;
      gone.delete(found[0]);
      come.delete(j);
      pairs.push([j, found[1], right]);
    }
    return pairs;
  };
  pair((left, right, i, j) => i === j && same(left, right));
  pair((left, right) => same(left, right));
  const modified = [
    ...pair((left, right) => keyOf(left) !== undefined && keyOf(left) === keyOf(right)),
    ...pair((left, right, i, j) => i === j && isNameless(left) && isNameless(right)),
    ...pair((left, right, i, j) => i === j && Array.isArray(left) && Array.isArray(right)),
  ];
  const changes: PropertyChange[] = [
    ...[...gone].map(([i, value]): PropertyChange => ({
      path: String(i),
      propertyChangeType: 'Delete',
      before: value,
    })),
    ...modified.map(([j, left, right]): PropertyChange => {
      if (isObject(left) && isObject(right)) {
        return { path: String(j), propertyChangeType: 'Modify', children: deltaOf(left, right) };
      }
      const [change] = changeOf(String(j), left, right);
      return change ?? { path: String(j), propertyChangeType: 'NoEffect' };
    }),
    ...[...come].map(([j, value]): PropertyChange => ({
      path: String(j),
      propertyChangeType: 'Create',
      after: value,
    })),
  ];
  return changes.sort(
    (left, right) =>
      Number(left.path) - Number(right.path) ||
      order[left.propertyChangeType] - order[right.propertyChangeType],
  );
}

function isNameless(value: unknown): boolean {
  return isObject(value) && keyOf(value) === undefined;
}

/** What an element of an array is called, whatever else changes in it. */
function keyOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const key = value['name'] ?? value['id'];
  return typeof key === 'string' ? key.toLowerCase() : undefined;
}

/** Deep equality. Null counts as absent; resource ids compare case-blind, as everywhere in Azure. */
export function same(left: unknown, right: unknown): boolean {
  if (left === right || (left ?? undefined) === (right ?? undefined)) return true;
  if (typeof left === 'string' && typeof right === 'string') {
    return /^\/subscriptions\//i.test(left) && left.toLowerCase() === right.toLowerCase();
  }
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => same(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => same(left[key], right[key]));
}
