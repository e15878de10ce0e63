import { randomUUID } from 'node:crypto';
import type { Content } from '../../lib/deploy/port.ts';
import type { StackSettings } from '../../lib/deploy/stack/model.ts';
import { contentTag, ownerTag, requestTag } from '../../lib/deploy/start.ts';
import { fingerprint } from '../../lib/deploy/template.ts';
import { textsOf } from '../../lib/deploy/what-if/secrets.ts';
import type { Source } from './source.ts';

/** What goes to ARM, with the tags by which it is known again. */
export function contentOf(
  source: Source,
  { location, settings }: { readonly location?: string; readonly settings?: StackSettings },
): Content {
  const { place, template, parameters } = source;
  return {
    ...(location === undefined ? {} : { location }),
    template: template.body,
    parameters,
    tags: {
      [contentTag]: fingerprint([
        template.body,
        openParameters(source),
        ...(settings === undefined ? [] : [settings]),
      ]),
      [requestTag]: randomUUID(),
      ...(place.owner === undefined ? {} : { [ownerTag]: place.owner }),
    },
  };
}

/** Secret values go nowhere but to ARM: not into a log, not into a tag, not even as a hash. */
function openParameters({ template, parameters }: Source): Record<string, unknown> {
  const open = Object.entries(parameters).filter(
    ([name]) => template.parameters[name]?.secure !== true,
  );
  return Object.fromEntries(open);
}

/** What must not show in a report, which nothing masks. */
export function secretTexts({ template, parameters }: Source): string[] {
  return Object.entries(parameters).flatMap(([name, parameter]) =>
    template.parameters[name]?.secure === true && 'value' in parameter
      ? textsOf(parameter.value)
      : [],
  );
}
