import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunningSandbox } from './sandbox-client.ts';
import { runSandbox } from './sandbox-client.ts';

const exec = promisify(execFile);

/** Trust in the sandbox's root is read when a process starts: the SDK runs in one of its own. */
async function inProcess(
  run: RunningSandbox,
  program: string,
  environment: Record<string, string> = {},
): Promise<Record<string, string>> {
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', program], {
    env: {
      PATH,
      HOME,
      NODE_EXTRA_CA_CERTS: run.sandbox.info.ca,
      INFO: JSON.stringify(run.sandbox.info),
      ...environment,
    },
  });
  return JSON.parse(stdout) as Record<string, string>;
}

const claimsOf = (token = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

const report = (expression: string): string => `
  try {
    const { token } = await ${expression};
    console.log(JSON.stringify({ token }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }`;

const withSecret = `
  import { ClientSecretCredential } from '@azure/identity';
  const info = JSON.parse(process.env.INFO);
  const options = { authorityHost: info.authority, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(
    info.tenantId, info.clientId, process.env.SECRET ?? info.clientSecret, options);
  ${report("credential.getToken(info.arm + '/.default')")}`;

const federated = `
  import { AzurePipelinesCredential } from '@azure/identity';
  const info = JSON.parse(process.env.INFO);
  const options = { authorityHost: info.authority, disableInstanceDiscovery: true };
  const credential = new AzurePipelinesCredential(
    info.tenantId, info.clientId, info.serviceConnectionId, info.systemAccessToken, options);
  ${report("credential.getToken(info.arm + '/.default')")}`;

describe('Entra and the SDK', function () {
  this.timeout(180_000);
  let run: RunningSandbox;

  before(async () => {
    run = await runSandbox();
  });
  after(() => run.stop());

  it('signs in with a secret', async () => {
    const { token } = await inProcess(run, withSecret);
    const { aud, appid, tid } = claimsOf(token);
    const { arm, clientId, tenantId } = run.sandbox.info;
    assert.deepEqual({ aud, appid, tid }, { aud: arm, appid: clientId, tid: tenantId });
  });

  it('tells a wrong secret in the service’s words', async () => {
    const { error } = await inProcess(run, withSecret, { SECRET: 'wrong' });
    assert.match(error ?? '', /AADSTS7000215: Invalid client secret/);
  });

  it('signs in as a pipeline', async () => {
    const environment = { SYSTEM_OIDCREQUESTURI: run.sandbox.info.oidc };
    const { token, error } = await inProcess(run, federated, environment);
    assert.equal(error, undefined);
    assert.equal(claimsOf(token)['appid'], run.sandbox.info.clientId);
    assert.ok(run.sandbox.entra.verify(token ?? '', [run.sandbox.info.arm]));
  });

  it('the token opens the resource manager', async () => {
    const { arm, subscriptionId } = run.sandbox.info;
    const url = `${arm}/subscriptions/${subscriptionId}?api-version=2022-12-01`;
    const headers = { Authorization: `Bearer ${await run.token(`${arm}/.default`)}` };
    assert.equal((await run.call('GET', url, { headers })).status, 200);
    const vault = await run.token('https://vault.azure.net/.default');
    const other = await run.call('GET', url, { headers: { Authorization: `Bearer ${vault}` } });
    assert.equal(other.status, 401);
  });
});
