import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { FaultRule } from '../http/faults.ts';
import { parseFaults } from '../http/faults.ts';
import type { Misbehaviour } from './registry/misbehaviour.ts';
import { parseMisbehaviour } from './registry/misbehaviour.ts';
import type { SandboxOptions } from './sandbox.ts';
import { startSandbox } from './sandbox.ts';

const usage = `usage: sandbox [--json] [--port-base N] [--faults FILE] [--agent ADDRESS]
  --json          one JSON line with addresses and credentials on standard output
  --port-base N   fixed ports: N+1 resource manager, N+2 Entra, N+3 OIDC, N+4 registry,
                  N+53 DNS, N+443 and N+22 for ports 443 and 22 of private endpoints
  --faults FILE   JSON: a list of faults to inject, or {"faults": [...], "registry": {...}}, the
                  latter what registries do wrong
  --agent ADDRESS where the agent is inside the virtual networks
Stays until SIGINT or SIGTERM.`;

class UsageError extends Error {}

async function readFaults(
  file: string | undefined,
): Promise<{ faults: FaultRule[]; misbehaviour: Misbehaviour }> {
  if (file === undefined) return { faults: [], misbehaviour: {} };
  try {
    const text = await readFile(file, 'utf8');
    return { faults: parseFaults(text), misbehaviour: parseMisbehaviour(text) };
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readPortBase(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const base = Number(text);
  if (/^\d+$/.test(text) && base >= 1024 && base <= 65_000) return base;
  throw new UsageError(`--port-base must be from 1024 to 65000, not '${text}'`);
}

function readArguments(): {
  json: boolean;
  help: boolean;
  portBase?: string;
  faults?: string;
  agent?: string;
} {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        'port-base': { type: 'string' },
        faults: { type: 'string' },
        agent: { type: 'string' },
      },
    });
    const { json, help, faults, agent } = values;
    return { json, help, portBase: values['port-base'], faults, agent };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<void> {
  const given = readArguments();
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const portBase = readPortBase(given.portBase);
  const { faults, misbehaviour } = await readFaults(given.faults);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'spokeline-sandbox-'));
  try {
    const options: SandboxOptions = {
      directory,
      faults,
      misbehaviour,
      log: (line) => process.stderr.write(`network: ${line}\n`),
      ...(portBase === undefined ? {} : { portBase }),
      ...(given.agent === undefined ? {} : { agentAddress: given.agent }),
    };
    const sandbox = await startSandbox(options);
    const text = given.json
      ? JSON.stringify(sandbox.info)
      : Object.entries(sandbox.info)
          .map(([name, value]) => `${name}: ${String(value)}`)
          .join('\n');
    process.stdout.write(`${text}\n`);
    await ended;
    await sandbox.stop();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n${usage}\n`);
    else
      process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
