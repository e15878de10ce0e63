import assert from 'node:assert/strict';
import {
  agent,
  byCertificate,
  id,
  pem,
  read,
  serviceprincipalid,
  tenantid,
} from './connection-agent.ts';

describe('host/connection', () => {
  it('reads a connection with a secret', () => {
    assert.deepEqual(read(agent('secret')), {
      problems: [],
      value: {
        id,
        scheme: 'ServicePrincipal',
        resourceManagerUrl: 'https://management.azure.com',
        authorityUrl: 'https://login.microsoftonline.com',
        audience: 'https://management.core.windows.net/',
        tenantId: tenantid,
        clientId: serviceprincipalid,
        subscriptionId: 'sub',
        secret: 'hunter2',
      },
    });
  });

  it('reads a connection with federation', () => {
    const { value, problems } = read(agent('federation'));
    assert.deepEqual(problems, []);
    assert.equal(value?.secret, undefined);
    assert.deepEqual(value?.federation, {
      requestUri: 'https://dev.azure.com/o/p/_apis/oidctoken',
      accessToken: 'job-token',
    });
  });

  it('reads a connection with a certificate', () => {
    for (const label of ['PRIVATE KEY', 'RSA PRIVATE KEY']) {
      const text = `${pem(label)}${pem('CERTIFICATE')}`;
      const { value, problems } = read(agent('secret', byCertificate(text)));
      assert.deepEqual(problems, []);
      assert.deepEqual([value?.certificate, value?.secret], [text, undefined]);
    }
  });

  it("reads a connection of the machine's own identity, and of one by its client id", () => {
    const scheme = 'ManagedServiceIdentity';
    const alone = read(agent('secret', { scheme, parameters: { serviceprincipalid: '' } }));
    assert.deepEqual(alone.problems, []);
    assert.deepEqual([alone.value?.scheme, alone.value?.clientId], [scheme, undefined]);
    const named = read(agent('secret', { scheme }));
    assert.deepEqual([named.value?.clientId, named.value?.secret], [serviceprincipalid, undefined]);
  });

  it('follows the addresses of the connection, ports included', () => {
    const { value } = read(
      agent('secret', {
        url: 'https://ignored.example/',
        data: {
          resourceManagerUrl: 'https://localhost:9443/',
          environmentAuthorityUrl: 'https://localhost:9444/',
        },
      }),
    );
    assert.equal(value?.resourceManagerUrl, 'https://localhost:9443');
    assert.equal(value?.authorityUrl, 'https://localhost:9444');
  });

  it('knows the addresses of other clouds', () => {
    const { value } = read(
      agent('secret', {
        url: 'https://management.usgovcloudapi.net',
        data: {
          environment: 'AzureUSGovernment',
          environmentAuthorityUrl: '',
          activeDirectoryServiceEndpointResourceId: '',
        },
      }),
    );
    assert.equal(value?.authorityUrl, 'https://login.microsoftonline.us');
    assert.equal(value?.audience, 'https://management.core.usgovcloudapi.net/');
  });
});
