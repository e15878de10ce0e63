import assert from 'node:assert/strict';
import { readConnection } from '../../../tasks/lib/host/connection.ts';
import { fakePort, type FakeAgent } from '../../support/host.ts';

const id = '33333333-3333-4333-8333-333333333333';
const tenantid = '11111111-1111-4111-8111-111111111111';
const serviceprincipalid = '22222222-2222-4222-8222-222222222222';

interface Change {
  url?: string;
  scheme?: string;
  parameters?: Record<string, string>;
  data?: Record<string, string>;
  variables?: Record<string, string>;
  job?: Record<string, string>;
}

function agent(scheme: 'secret' | 'federation', change: Change = {}): FakeAgent {
  const federated = scheme === 'federation';
  return {
    variables: {
      ...(federated
        ? {
            'System.OidcRequestUri': 'https://dev.azure.com/o/p/_apis/oidctoken',
            'System.CollectionUri': 'https://dev.azure.com/o/',
          }
        : {}),
      ...change.variables,
    },
    endpoints: {
      [id]: {
        url: change.url ?? 'https://management.azure.com/',
        scheme: change.scheme ?? (federated ? 'WorkloadIdentityFederation' : 'ServicePrincipal'),
        parameters: {
          tenantid,
          serviceprincipalid,
          ...(federated ? {} : { serviceprincipalkey: 'hunter2', authenticationType: 'spnKey' }),
          ...change.parameters,
        },
        data: {
          environment: 'AzureCloud',
          environmentAuthorityUrl: 'https://login.windows.net/',
          activeDirectoryServiceEndpointResourceId: 'https://management.core.windows.net/',
          subscriptionId: 'sub',
          ...change.data,
        },
      },
      SYSTEMVSSCONNECTION: { parameters: { AccessToken: 'job-token', ...change.job } },
    },
  };
}

function read(given: FakeAgent) {
  const problems: string[] = [];
  const value = readConnection(fakePort(given), id, (problem) => problems.push(problem));
  return { value, problems };
}

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

  const pem = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----\n`;
  const byCertificate = (servicePrincipalCertificate: string): Change => ({
    parameters: {
      authenticationType: 'spnCertificate',
      serviceprincipalkey: '',
      servicePrincipalCertificate,
    },
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

  const bad: [string, 'secret' | 'federation', Change, string[]][] = [
    [
      'no secret',
      'secret',
      { parameters: { serviceprincipalkey: '' } },
      ['lacks its secret (serviceprincipalkey).'],
    ],
    [
      'a proof of an unknown kind',
      'secret',
      { parameters: { authenticationType: 'passkey' } },
      [
        'authenticates by passkey; allowed: a client secret, a certificate, or workload identity federation.',
      ],
    ],
    [
      'no certificate',
      'secret',
      byCertificate(''),
      ['lacks its certificate (servicePrincipalCertificate).'],
    ],
    [
      'a certificate without its key',
      'secret',
      byCertificate(pem('CERTIFICATE')),
      ['has no certificate with a private key; allowed: PEM that holds both.'],
    ],
    [
      'a key that needs a password',
      'secret',
      byCertificate(`${pem('CERTIFICATE')}${pem('ENCRYPTED PRIVATE KEY')}`),
      ['has a certificate whose private key needs a password; allowed: PEM without one.'],
    ],
    [
      'a managed identity by name',
      'secret',
      { scheme: 'ManagedServiceIdentity', parameters: { serviceprincipalid: 'id-agents' } },
      ['has no GUID as client id (serviceprincipalid).'],
    ],
    [
      'an unknown scheme',
      'secret',
      { scheme: 'Token' },
      [
        'has the scheme Token; allowed: WorkloadIdentityFederation, ServicePrincipal, ManagedServiceIdentity.',
      ],
    ],
    [
      'no tenant and no client',
      'secret',
      { parameters: { tenantid: '', serviceprincipalid: '' } },
      ['lacks its tenant (tenantid).', 'lacks its client id (serviceprincipalid).'],
    ],
    [
      'a tenant that leads elsewhere',
      'secret',
      { parameters: { tenantid: '../common' } },
      ['has a tenant (tenantid) that is neither a GUID nor a domain name.'],
    ],
    [
      'a client that is no id',
      'secret',
      { parameters: { serviceprincipalid: 'me' } },
      ['has no GUID as client id (serviceprincipalid).'],
    ],
    [
      'http for Resource Manager and the authority',
      'secret',
      { url: 'http://management.azure.com/', data: { environmentAuthorityUrl: 'http://login' } },
      [
        'has a Resource Manager address (URL) http://management.azure.com; allowed: an https URL without credentials.',
        'has a sign-in service (environmentAuthorityUrl) http://login; allowed: an https URL without credentials.',
      ],
    ],
    [
      'credentials in an address',
      'secret',
      { url: 'https://user:pass@management.azure.com/' },
      [
        'has a Resource Manager address (URL) https://management.azure.com; allowed: an https URL without credentials.',
      ],
    ],
    [
      'an address that is none',
      'secret',
      { url: 'management' },
      [
        'has a Resource Manager address (URL) not a URL; allowed: an https URL without credentials.',
      ],
    ],
    [
      'an unknown cloud without addresses',
      'secret',
      {
        data: {
          environment: 'Other',
          environmentAuthorityUrl: '',
          activeDirectoryServiceEndpointResourceId: '',
        },
      },
      [
        'lacks a sign-in service (environmentAuthorityUrl); allowed: an https URL without credentials.',
        'lacks the audience of its tokens (activeDirectoryServiceEndpointResourceId).',
      ],
    ],
    [
      'federation without an assertion service and a job token',
      'federation',
      { variables: { 'System.OidcRequestUri': '' }, job: { AccessToken: '' } },
      [
        'uses workload identity federation, but the agent gave no SYSTEM_OIDCREQUESTURI; ' +
          'allowed: a pipeline job whose agent supports it.',
        'uses workload identity federation, but the agent gave no job token (AccessToken of SystemVssConnection).',
      ],
    ],
    [
      'an assertion service on another host',
      'federation',
      { variables: { 'System.OidcRequestUri': 'https://evil.example/token' } },
      [
        'has an assertion service on host evil.example; allowed: the host of the collection, dev.azure.com.',
      ],
    ],
    [
      'an assertion service on another port',
      'federation',
      { variables: { 'System.OidcRequestUri': 'https://dev.azure.com:8443/token' } },
      [
        'has an assertion service on host dev.azure.com:8443; allowed: the host of the collection, dev.azure.com.',
      ],
    ],
    [
      'an assertion service over http',
      'federation',
      { variables: { 'System.OidcRequestUri': 'http://dev.azure.com/token' } },
      [
        'has an assertion service (SYSTEM_OIDCREQUESTURI) http://dev.azure.com; allowed: an https URL without credentials.',
      ],
    ],
  ];
  for (const [title, scheme, change, problems] of bad) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(read(agent(scheme, change)), { value: undefined, problems });
    });
  }

  it('refuses a connection that the job does not have', () => {
    assert.deepEqual(read({}).problems, [
      `is "${id}", which is no service connection of this job; ` +
        'allowed: an Azure Resource Manager connection that the pipeline may use.',
    ]);
  });

  it('never says a secret', () => {
    for (const [, scheme, change] of bad) {
      assert.doesNotMatch(read(agent(scheme, change)).problems.join(), /hunter2|job-token|pass@/);
    }
  });
});
