import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { compile } from '../sandbox/azure/bicep/compile.ts';
import { table } from './markdown-table.ts';

const folder = 'templates/bicep';

/** The part of an ARM template that describes it. */
const templateSchema = v.looseObject({
  metadata: v.looseObject({ name: v.string(), description: v.string() }),
  parameters: v.optional(
    v.record(
      v.string(),
      v.looseObject({
        type: v.string(),
        defaultValue: v.optional(v.unknown()),
        metadata: v.looseObject({ description: v.string() }),
      }),
    ),
    {},
  ),
  outputs: v.optional(v.record(v.string(), v.looseObject({ type: v.string() })), {}),
});

function describe(file: string, level: string): string {
  const { template, diagnostics } = compile(file);
  if (template === undefined) throw new Error(`${file}: ${JSON.stringify(diagnostics)}`);
  const { metadata, parameters, outputs } = v.parse(templateSchema, template);
  const rows = Object.entries(parameters).map(([name, p]) => [
    `\`${name}\``,
    p.type,
    p.defaultValue === undefined ? '' : `\`${JSON.stringify(p.defaultValue)}\``,
    p.metadata.description,
  ]);
  const names = Object.entries(outputs).map(([name, o]) => `\`${name}\` (${o.type})`);
  return [
    `${level} ${metadata.name}`,
    `\`${file.slice(folder.length + 1)}\`: ${metadata.description}`,
    table(['parameter', 'type', 'default', 'meaning'], rows),
    `Outputs: ${names.join(', ')}`,
  ].join('\n\n');
}

/** README.md of each folder of Bicep files, from the descriptions in the files. */
export function bicepPages(): Record<string, string> {
  const pages: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) {
    const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.bicep'));
    const parts = files.sort().map((file) => describe(join(folder, name, file), '#'));
    pages[join(folder, name, 'README.md')] = `${parts.join('\n\n')}\n`;
  }
  return pages;
}
