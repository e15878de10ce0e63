/**
 * Measures what we make against its peers, in one run on one machine: `npm run bench [-- SUITE…] [--long] [--json FILE]`.
 * See `usage`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments, UsageError } from './bench/arguments.ts';
import { bicep } from './bench/bicep.ts';
import { deploy } from './bench/deploy.ts';
import { dns } from './bench/dns.ts';
import { gate } from './bench/gate.ts';
import { exists, machineLine } from './bench/measure.ts';
import type { Suite } from './bench/measure.ts';
import { push } from './bench/push.ts';
import { start } from './bench/start.ts';
import { jsonOf, rowOf, tableOf } from './bench/row.ts';
import type { Row } from './bench/row.ts';

const suites: Readonly<Record<string, Suite>> = { push, bicep, start, gate, deploy, dns };

const usage = `usage: npm run bench [-- SUITE… --long --json FILE]

suites: ${Object.keys(suites).join(', ')} (all of them if none is named)
The figures of a suite come from interleaved runs, as medians. ratio is ours / peer: below 1 we take less.
--long also measures a deployment of ten minutes.
A peer that is not installed is named as missing; nothing is measured in its place.

exit codes: 0 measured, 1 something could not be measured, 2 wrong arguments, 130 cancelled`;

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { suites: wanted, json, long, help } = readArguments(args, Object.keys(suites));
  if (help) {
    console.log(usage);
    return;
  }
  if (!(await exists(join('dist', 'start.js')))) {
    throw new Error('Nothing is built yet: run npm run build first');
  }
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const name of wanted) {
    const folder = await mkdtemp(join(tmpdir(), `spokeline-bench-${name}-`));
    const progress = (text: string): void => console.error(`${name}: ${text}`);
    try {
      const outcome = await suites[name]?.({ signal, folder, progress, long });
      rows.push(...(outcome?.measurements ?? []).map((measured) => rowOf(name, measured)));
      notes.push(...(outcome?.notes ?? []));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.log(`\n${machineLine()}\n\n${tableOf(rows)}\n`);
  for (const note of notes) console.log(note);
  if (json !== undefined) await writeFile(json, jsonOf(rows));
}

const cancel = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel.abort());

main(process.argv.slice(2), cancel.signal).catch((error: unknown) => {
  if (cancel.signal.aborted) {
    process.exitCode = 130;
  } else if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
});
