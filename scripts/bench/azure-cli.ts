import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { runProgram } from './measure.ts';
import type { Bench } from './measure.ts';

/** Runs a command that must succeed. @returns seconds of the whole process */
export type Az = (...args: readonly string[]) => Promise<number>;

/** The Azure CLI with a configuration of its own, signed in to the sandbox and to nothing else. */
export async function signIn(
  { folder, signal }: Bench,
  program: string,
  info: SandboxInfo,
): Promise<Az> {
  const home = await mkdtemp(join(folder, 'az-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    AZURE_CONFIG_DIR: home,
    AZURE_CORE_COLLECT_TELEMETRY: '0',
    AZURE_CORE_NO_COLOR: '1',
    REQUESTS_CA_BUNDLE: info.ca,
    NO_PROXY: 'localhost,127.0.0.1',
  };
  const az: Az = async (...args) => {
    const { code, errors, seconds } = await runProgram(program, args, { env, signal });
    if (code !== 0) throw new Error(`az ${args.join(' ')}: ${errors}`);
    return seconds;
  };
  // With /adfs at its end MSAL asks this authority alone, and no discovery service elsewhere.
  const endpoints = {
    '--endpoint-resource-manager': `${info.arm}/`,
    '--endpoint-active-directory': `${info.authority}/adfs`,
    '--endpoint-active-directory-resource-id': `${info.arm}/`,
    '--endpoint-active-directory-graph-resource-id': `${info.arm}/`,
  };
  await az('cloud', 'register', '--name', 'Sandbox', ...Object.entries(endpoints).flat());
  await az('cloud', 'set', '--name', 'Sandbox');
  const identity = ['--username', info.clientId, '--password', info.clientSecret];
  await az('login', '--service-principal', ...identity, '--tenant', info.tenantId);
  return az;
}
