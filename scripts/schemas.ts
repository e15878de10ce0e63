/** Writes the JSON schemas that editors and readers of reports use, from the sources that validate them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { reportSchema } from '../sandbox/start/report-schema.ts';
import { gateResultSchema } from '../tasks/lib/gate/result.ts';
import { topologySchema } from '../tasks/lib/topology/schema.ts';

const schemas: Record<string, GenericSchema> = {
  'topology.schema.json': topologySchema,
  'gate.schema.json': gateResultSchema,
  'report.schema.json': reportSchema,
};

export async function writeSchemas(): Promise<void> {
  await mkdir('dist/schemas', { recursive: true });
  for (const [file, schema] of Object.entries(schemas)) {
    // What a person writes, without the checks that JSON schema cannot say: those are left to the tasks.
    const json = toJsonSchema(schema, { typeMode: 'input', ignoreActions: ['check'] });
    await writeFile(`dist/schemas/${file}`, `${JSON.stringify(json, null, 2)}\n`);
  }
}
