import assert from 'node:assert/strict';
import { generate } from 'selfsigned';
import { startImds, type Imds } from '../../sandbox/azure/entra/imds.ts';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { issuesOf, jobFolder, type TaskRun } from '../support/packaged-task.ts';
import { runConnected, type TestConnection } from '../support/service-connection.ts';

const template = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  resources: [],
  outputs: { who: { type: 'string', value: 'me' } },
});

async function certificate(validity: { notBeforeDate?: Date; notAfterDate?: Date } = {}) {
  const made = await generate([{ name: 'commonName', value: 'pipeline' }], {
    keySize: 2048,
    algorithm: 'sha256',
    ...validity,
  });
  return { cert: made.cert, pem: `${made.cert}\n${made.private}` };
}

describe('signing in, by the packaged task', function () {
  this.timeout(180_000);
  let run: RunningSandbox;
  let imds: Imds;
  let job: Awaited<ReturnType<typeof jobFolder>>;
  const group = 'rg-sign-in';

  before(async () => {
    run = await runSandbox();
    const { subscriptionId } = run.sandbox.info;
    await run.put(
      `/subscriptions/${subscriptionId}/resourceGroups/${group}`,
      { location: 'westeurope' },
      '2021-04-01',
    );
    job = await jobFolder({ 'main.json': template });
  });
  after(async () => {
    await job.remove();
    await run.stop();
  });

  /** An application that may deploy into the group. */
  function application(name: string, certificates: string[] = []) {
    const { arm, entra, info } = run.sandbox;
    const made = entra.addApplication({ name, certificates });
    arm.assignRole(made.objectId, 'Contributor', `/subscriptions/${info.subscriptionId}`);
    return made;
  }

  function deploy(
    connection: TestConnection,
    more: Readonly<Record<string, string>> = {},
  ): Promise<TaskRun> {
    const inputs = { template: `${job.folder}/main.json`, resourceGroup: group, timeout: '60' };
    return runConnected('StampDeploy', job.folder, run.sandbox.info, connection, inputs, more);
  }

  const byCertificate = (clientId: string, pem: string): TestConnection => ({
    scheme: 'ServicePrincipal',
    parameters: {
      SERVICEPRINCIPALID: clientId,
      AUTHENTICATIONTYPE: 'spnCertificate',
      SERVICEPRINCIPALCERTIFICATE: pem,
    },
  });

  it('works with a certificate, whose key never shows', async () => {
    const { cert, pem } = await certificate();
    const ended = await deploy(byCertificate(application('certificate', [cert]).clientId, pem));
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.equal(ended.outputs['output.who'], 'me');
    const key = pem.split('\n').filter((line) => line.length > 40);
    const shown = ended.lines.filter((line) => key.some((part) => line.includes(part)));
    assert.deepEqual(shown, []);
  });

  it('names a certificate that the application does not have, and one that is expired', async () => {
    const { cert } = await certificate();
    const other = await certificate();
    const stranger = await deploy(
      byCertificate(application('stranger', [cert]).clientId, other.pem),
    );
    assert.equal(stranger.result, 'Failed');
    assert.match(issuesOf(stranger), /^AADSTS700027: /m);
    const dates = { notBeforeDate: new Date(2020, 1, 1), notAfterDate: new Date(2021, 1, 1) };
    const old = await certificate(dates);
    const expired = await deploy(byCertificate(application('old', [old.cert]).clientId, old.pem));
    assert.match(issuesOf(expired), /^AADSTS1000502: /m);
    assert.match(expired.output, /What to do: The certificate is expired or not valid yet/);
  });

  it('works by federation, with a token for every request when each lives only for seconds', async () => {
    const short = await runSandbox({ tokenLifetime: 2 });
    try {
      const { info } = short.sandbox;
      const id = `/subscriptions/${info.subscriptionId}/resourceGroups/${group}`;
      await short.put(id, { location: 'westeurope' }, '2021-04-01');
      const inputs = { template: `${job.folder}/main.json`, resourceGroup: group, timeout: '60' };
      const connection: TestConnection = {
        scheme: 'WorkloadIdentityFederation',
        parameters: { SERVICEPRINCIPALID: info.clientId },
      };
      const ended = await runConnected('StampDeploy', job.folder, info, connection, inputs);
      assert.equal(ended.result, 'Succeeded', ended.output);
    } finally {
      await short.stop();
    }
  });

  describe('as the managed identity of the machine', () => {
    let system: string;
    let user: string;

    before(async () => {
      system = application('agent-machine').clientId;
      user = application('agent-identity').clientId;
      const identities = { system, user: [user] };
      imds = await startImds({ entra: run.sandbox.entra, identities, port: 0 });
    });
    after(() => imds.close());
    beforeEach(() => {
      imds.requests.length = 0;
    });

    const as = (clientId?: string) =>
      deploy(
        {
          scheme: 'ManagedServiceIdentity',
          parameters: clientId === undefined ? {} : { SERVICEPRINCIPALID: clientId },
        },
        {
          AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url,
          // A proxy that is not there: the metadata service is never asked through one.
          HTTP_PROXY: 'http://127.0.0.1:9',
          NO_PROXY: 'localhost',
        },
      );

    it('works with the one that it has by itself', async () => {
      const ended = await as();
      assert.equal(ended.result, 'Succeeded', ended.output);
      const resource = encodeURIComponent(run.sandbox.info.arm);
      const path = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=';
      assert.deepEqual(imds.requests, [`${path}${resource}`]);
    });

    it('works with one that was assigned, by its client id', async () => {
      const ended = await as(user);
      assert.equal(ended.result, 'Succeeded', ended.output);
      assert.match(imds.requests[0] ?? '', new RegExp(`client_id=${user}`));
    });

    it('outlives a metadata service that is busy for a moment', async () => {
      imds.failing.times = 2;
      assert.equal((await as()).result, 'Succeeded');
      assert.equal(imds.requests.length, 3);
    });

    it('says which identity the machine does not have', async () => {
      const ended = await as('99999999-9999-4999-8999-999999999999');
      assert.equal(ended.result, 'Failed');
      assert.match(
        ended.output,
        /AUTH_FAILED: The managed identity \(of client id 99999999-9999-4999-8999-999999999999\) gave no token/,
      );
      assert.match(ended.output, /What to do: Assign the identity to the machine or scale set/);
    });
  });
});
