import { readFileSync } from 'node:fs';
import { parseArguments, usage, UsageError } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { expandPipeline, printPipeline } from './expand/expand.ts';
import { PipelineError } from './expand/tree.ts';
import { parseConnections } from './run/connections.ts';
import { runPipeline } from './run/run.ts';
import type { RunOptions } from './run/run.ts';

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  if (words.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  try {
    const given = parseArguments(words);
    if (given.command === 'run') return await run(given);
    process.stdout.write(printPipeline(expandPipeline(given.expand)));
    return 0;
  } catch (error) {
    if (!(error instanceof PipelineError || error instanceof UsageError)) throw error;
    process.stderr.write(`pipeline: ${error.message}\n`);
    return 2;
  }
}

async function run(given: Arguments): Promise<number> {
  const cancel = new AbortController();
  const force = new AbortController();
  const stop = (): void => {
    // The first signal asks; the second one does not.
    if (cancel.signal.aborted) force.abort();
    else cancel.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const { expand } = given;
    const result = await runPipeline({
      file: expand.file,
      root: expand.root,
      repos: expand.repositories ?? {},
      parameters: expand.parameters ?? {},
      variables: expand.variables ?? {},
      tasks: given.tasks,
      ...connectionsOf(given.connections),
      out: given.out ?? 'out/pipeline',
      environment: given.environment,
      log: (line) => process.stdout.write(`${line}\n`),
      signal: cancel.signal,
      force: force.signal,
    });
    switch (result.result) {
      case 'Canceled':
        return 130;
      case 'Failed':
        return 1;
      case 'Succeeded':
      case 'SucceededWithIssues':
      case 'Skipped':
        return 0;
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** A list of connections, or `{ connections, oidc: { requestUri, accessToken } }`. */
function connectionsOf(file: string | undefined): Pick<RunOptions, 'connections' | 'oidc'> {
  if (file === undefined) return {};
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PipelineError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { connections: parseConnections(document) };
  }
  const list: unknown = 'connections' in document ? document.connections : [];
  const oidc: unknown = 'oidc' in document ? document.oidc : undefined;
  const connections = parseConnections(list);
  if (oidc === undefined) return { connections };
  const given = { requestUri: '', accessToken: '', ...(typeof oidc === 'object' ? oidc : {}) };
  if (typeof given.requestUri !== 'string' || typeof given.accessToken !== 'string') {
    throw new PipelineError(`${file}: 'oidc' needs 'requestUri' and 'accessToken'`);
  }
  return { connections, oidc: given };
}

void main().then((code) => {
  process.exitCode = code;
});
