import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { finish, type Finished } from './start.ts';
import { findTool } from './tools.ts';

/** The Azure CLI with a configuration of its own, signed in to one sandbox and to nothing else. */
export interface Az {
  /** Runs a command that must succeed. @returns its JSON output; undefined where it prints nothing */
  run(...args: string[]): Promise<unknown>;
  /** Runs a command that must fail. @returns what it printed on standard error */
  fail(...args: string[]): Promise<string>;
  /** Runs a command. @returns exit code and output as they are */
  raw(...args: string[]): Promise<Finished>;
  /** Writes a file that a command reads. @returns its path */
  file(name: string, content: string): Promise<string>;
  stop(): Promise<void>;
}

/** Registers the sandbox as a cloud and signs its application in, as a person does. */
async function signIn(program: string, info: SandboxInfo): Promise<Az> {
  const folder = await mkdtemp(join(tmpdir(), 'spokeline-az-'));
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: '0',
    AZURE_CORE_NO_COLOR: '1',
    REQUESTS_CA_BUNDLE: info.ca,
    NO_PROXY: 'localhost,127.0.0.1',
  };
  const raw = (...args: string[]): Promise<Finished> => finish(program, args, { env: environment });
  const az: Az = {
    raw,
    async run(...args) {
      const { code, stdout, stderr } = await raw(...args, '--output', 'json');
      assert.equal(code, 0, `az ${args.join(' ')}\n${stderr}`);
      return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as unknown);
    },
    async fail(...args) {
      const { code, stdout, stderr } = await raw(...args);
      assert.notEqual(code, 0, `az ${args.join(' ')} did not fail\n${stdout}`);
      assert.doesNotMatch(stderr, /Traceback/);
      return stderr;
    },
    async file(name, content) {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
  try {
    // With /adfs at its end MSAL asks this authority alone, and no discovery service in the internet.
    const endpoints = {
      '--endpoint-resource-manager': `${info.arm}/`,
      '--endpoint-active-directory': `${info.authority}/adfs`,
      '--endpoint-active-directory-resource-id': `${info.arm}/`,
      '--endpoint-active-directory-graph-resource-id': `${info.arm}/`,
      '--suffix-acr-login-server-endpoint': '.localhost',
      '--suffix-keyvault-dns': '.vault.azure.net',
      '--suffix-storage-endpoint': 'core.windows.net',
    };
    await az.run('cloud', 'register', '--name', 'Sandbox', ...Object.entries(endpoints).flat());
    await az.run('cloud', 'set', '--name', 'Sandbox');
    await az.run(
      ...['login', '--service-principal', '--username', info.clientId],
      ...['--password', info.clientSecret, '--tenant', info.tenantId],
    );
    return az;
  } catch (error) {
    await az.stop();
    throw error;
  }
}

/** The Azure CLI of a suite, in front of a sandbox of its own. */
export interface AzSuite extends Omit<Az, 'stop'> {
  readonly info: SandboxInfo;
  /** Id of the suite's resource group. */
  readonly groupId: string;
}

/**
 * Starts a sandbox before the tests of a suite, signs in, and ends both after them; without the Azure CLI the suite is
 * skipped.
 *
 * @param makeGroup false where making the group is a test
 */
export function azSuite(group: string, { makeGroup = true } = {}): AzSuite {
  let world: RunningSandbox | undefined;
  let az: Az | undefined;
  before(async function () {
    const program = await findTool(this, 'az');
    world = await runSandbox({ endpointPorts: {} });
    az = await signIn(program, world.sandbox.info);
    if (makeGroup) await az.run('group', 'create', '-n', group, '-l', 'westeurope');
  });
  after(async () => {
    await az?.stop();
    await world?.stop();
  });
  const signedIn = (): Az => az ?? assert.fail('before its time');
  const info = (): SandboxInfo => world?.sandbox.info ?? assert.fail('before its time');
  return {
    run: (...args) => signedIn().run(...args),
    fail: (...args) => signedIn().fail(...args),
    raw: (...args) => signedIn().raw(...args),
    file: (name, content) => signedIn().file(name, content),
    get info() {
      return info();
    },
    get groupId() {
      return `/subscriptions/${info().subscriptionId}/resourceGroups/${group}`;
    },
  };
}

/** Arguments for an expression of JMESPath over the output. */
export const query = (expression: string): string[] => ['--query', expression];
