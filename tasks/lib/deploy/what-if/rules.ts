import * as v from 'valibot';
import { validate } from '../../topology/validate.ts';
import type { PropertyChange, ResourceChange } from './model.ts';

/** A change that does not count. Without `path` it is about resources, with it about their properties. */
export interface IgnoreRule {
  /** `Microsoft.Network/virtualNetworks`; `*` stands for any part. */
  readonly type?: string;
  /** `properties.subnets[*].properties.delegations`; what lies below is meant as well. */
  readonly path?: string;
  readonly change?: string;
  /** Why, for the log. */
  readonly reason?: string;
}

const resourceKinds = ['Create', 'Delete', 'Detach', 'Modify', 'Deploy', 'Unsupported'];
const propertyKinds = ['Create', 'Delete', 'Modify'];
const words = [...new Set([...resourceKinds, ...propertyKinds])].join(', ');

const text = v.pipe(v.string(), v.trim(), v.nonEmpty('a text'));
const ruleSchema = v.strictObject({
  type: v.optional(text),
  path: v.optional(text),
  change: v.optional(v.picklist(resourceKinds, words)),
  reason: v.optional(text),
});

/** Reads rules that people wrote. `problems` says everything that is wrong with them. */
export function readRules(entries: readonly unknown[]): {
  rules: readonly IgnoreRule[];
  problems: readonly string[];
} {
  const rules: IgnoreRule[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const { output, breaches } = validate(ruleSchema, entry);
    const rule = output as IgnoreRule | undefined;
    const said = rule === undefined ? breaches.map(({ message }) => message) : emptiness(rule);
    problems.push(...said.map((text) => `in entry ${index + 1}: ${text}`));
    if (rule !== undefined) rules.push(rule);
  }
  return { rules, problems };
}

function emptiness({ type, path, change }: IgnoreRule): string[] {
  if (type === undefined && path === undefined && change === undefined) {
    return ['it would ignore everything; give a type, a path or a change'];
  }
  if (path === undefined || change === undefined || propertyKinds.includes(change)) return [];
  return [`properties have no change ${change}; allowed: ${propertyKinds.join(', ')}`];
}

/** Whether a rule says that a whole resource's change does not count. */
export function ignoresResource(rule: IgnoreRule, change: ResourceChange): boolean {
  if (rule.path !== undefined || !ofType(rule, change.type)) return false;
  return rule.change === undefined || rule.change === change.kind;
}

/**
 * Whether a rule says that a change inside a resource does not count: at its path, or also anywhere below.
 */
export function ignoresProperty(
  rule: IgnoreRule,
  resource: Pick<ResourceChange, 'type'>,
  change: PropertyChange,
  where: 'at' | 'below',
): boolean {
  if (rule.path === undefined || !ofType(rule, resource.type)) return false;
  if (rule.change !== undefined && rule.change !== change.kind) return false;
  return pathPattern(rule.path, where).test(change.path);
}

function ofType({ type }: IgnoreRule, given: string): boolean {
  return type === undefined || new RegExp(`^${globbed(type, '.*')}$`, 'i').test(given);
}

/** `[]` and `[*]` are any element, `*` is any one name. */
function pathPattern(path: string, where: 'at' | 'below'): RegExp {
  const any = path.replace(/\[\*?\]/g, '[*]');
  const pattern = globbed(any, '[^.]*').replaceAll('\\[[^.]*\\]', '\\[\\d+\\]');
  return new RegExp(`^${pattern}${where === 'at' ? '$' : '(?:$|[.\\[])'}`, 'i');
}

function globbed(text: string, star: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, star);
}
