import type {
  Diagnostic,
  Prediction,
  PropertyChange,
  ResourceChange,
  ResourceChangeKind,
} from './model.ts';
import { knownNoise } from './noise.ts';
import { ignoresProperty, ignoresResource, type IgnoreRule } from './rules.ts';

/** A change that was set aside, and why. */
export interface Ignored {
  /** Of a property; absent for the whole resource. */
  readonly path?: string;
  readonly kind: string;
  /** A page, or the words of a rule. */
  readonly because: string;
}

/** A resource after the rules: `kind` is what counts, `change` what Azure said. */
export interface Assessed {
  readonly change: ResourceChange;
  readonly kind: ResourceChangeKind;
  /** Property changes that count. */
  readonly properties: readonly PropertyChange[];
  readonly ignored: readonly Ignored[];
}

/** How many resources of each kind; `other` has words that are not known here. */
export interface Counts {
  readonly create: number;
  readonly modify: number;
  readonly delete: number;
  readonly detach: number;
  readonly deploy: number;
  readonly noChange: number;
  readonly ignore: number;
  readonly unsupported: number;
  readonly other: number;
}

export interface Assessment {
  readonly resources: readonly Assessed[];
  readonly diagnostics: readonly Diagnostic[];
  readonly counts: Counts;
  /** Also true when nobody can say: a resource that is not predicted may change. */
  readonly hasChanges: boolean;
  /** Rules that set nothing aside, in words: misspelt ones are among them. */
  readonly idleRules: readonly string[];
}

export interface AssessOptions {
  readonly rules: readonly IgnoreRule[];
  /** Whether the documented noise of what-if is set aside. */
  readonly ignoreKnownNoise: boolean;
}

/** Takes out what the rules and the list of known noise say is no change. */
export function assess(prediction: Prediction, options: AssessOptions): Assessment {
  const used = new Set<IgnoreRule>();
  const resources = prediction.changes.map((change) => assessOne(change, options, used));
  const counts = countsOf(resources);
  const { create, modify, detach, deploy, unsupported, other } = counts;
  return {
    resources,
    diagnostics: prediction.diagnostics,
    counts,
    hasChanges: create + modify + counts.delete + detach + deploy + unsupported + other > 0,
    idleRules: options.rules.filter((rule) => !used.has(rule)).map(wordsOf),
  };
}

function assessOne(
  change: ResourceChange,
  { rules, ignoreKnownNoise }: AssessOptions,
  used: Set<IgnoreRule>,
): Assessed {
  const whole = rules.find((rule) => ignoresResource(rule, change));
  if (whole !== undefined && change.kind !== 'NoChange' && change.kind !== 'Ignore') {
    used.add(whole);
    const ignored = [{ kind: change.kind, because: wordsOf(whole) }];
    return { change, kind: 'NoChange', properties: [], ignored };
  }
  const properties: PropertyChange[] = [];
  const ignored: Ignored[] = [];
  for (const property of change.properties) {
    const { path, kind } = property;
    // A value that the service does not take over: nothing would change.
    if (kind === 'NoEffect') continue;
    const rule = rules.find((one) => ignoresProperty(one, change, property, 'below'));
    const noise = ignoreKnownNoise ? noiseOf(change, property) : undefined;
    if (rule !== undefined) {
      used.add(rule);
      ignored.push({ path, kind, because: wordsOf(rule) });
    } else if (noise !== undefined) ignored.push({ path, kind, because: noise });
    else properties.push(property);
  }
  // Without a list of properties Azure has not said what changes, so that nothing can be set aside.
  const nothingLeft =
    change.kind === 'Modify' && change.properties.length > 0 && properties.length === 0;
  return { change, kind: nothingLeft ? 'NoChange' : change.kind, properties, ignored };
}

function noiseOf(change: ResourceChange, property: PropertyChange): string | undefined {
  return knownNoise.find(
    (noise) => ignoresProperty(noise, change, property, 'at') && noise.when?.(property) !== false,
  )?.source;
}

function wordsOf({ reason, type, path, change }: IgnoreRule): string {
  const parts = [type, path, change].filter((part) => part !== undefined);
  return reason ?? `ignoreChanges: ${parts.join(', ')}`;
}

const counted: Readonly<Record<string, keyof Counts>> = {
  Create: 'create',
  Modify: 'modify',
  Delete: 'delete',
  Detach: 'detach',
  Deploy: 'deploy',
  NoChange: 'noChange',
  Ignore: 'ignore',
  Unsupported: 'unsupported',
};

function countsOf(resources: readonly Assessed[]): Counts {
  const counts: Record<keyof Counts, number> = {
    create: 0,
    modify: 0,
    delete: 0,
    detach: 0,
    deploy: 0,
    noChange: 0,
    ignore: 0,
    unsupported: 0,
    other: 0,
  };
  for (const { kind } of resources) counts[counted[kind] ?? 'other'] += 1;
  return counts;
}
