import { knownNoise } from '../tasks/lib/deploy/what-if/noise.ts';
import { fixedProperties } from '../tasks/lib/deploy/what-if/replacements.ts';
import { table } from './markdown-table.ts';

/** The tables that the policy on what-if goes by, each entry with the page that documents it. */
export function noisePage(): string {
  const link = (url: string) => `[${url.split('/').at(-1)}](${url})`;
  const noise = knownNoise.map(({ type, path, change, source }) => [
    `\`${type}\``,
    `\`${path}\``,
    change ?? 'any',
    link(source),
  ]);
  const fixed = fixedProperties.flatMap(({ type, paths, source }) =>
    paths.map((path) => [`\`${type}\``, `\`${path}\``, link(source)]),
  );
  return [
    '# What-if: known noise, and properties for life',
    'See [what-if](what-if.md) for how they are used.',
    '## Known noise',
    'What-if reports these, and a deployment does not do them. Defaults are set aside only with their default value, ' +
      'and lists only when the template leaves them out as a whole.',
    table(['type', 'property', 'change', 'documented in'], noise),
    '## Properties for life',
    'Changing one of these needs a new resource; `failOn: deleteOrReplace` forbids it.',
    `${table(['type', 'property', 'documented in'], fixed)}\n`,
  ].join('\n\n');
}
