import assert from 'node:assert/strict';
import { agent, byCertificate, id, pem, read, type Change } from './connection-agent.ts';

describe('host/connection refuses', () => {
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
    it(title, () => {
      assert.deepEqual(read(agent(scheme, change)), { value: undefined, problems });
    });
  }

  it('a connection that the job does not have', () => {
    assert.deepEqual(read({}).problems, [
      `is "${id}", which is no service connection of this job; ` +
        'allowed: an Azure Resource Manager connection that the pipeline may use.',
    ]);
  });

  it('without saying a secret', () => {
    for (const [, scheme, change] of bad) {
      assert.doesNotMatch(read(agent(scheme, change)).problems.join(), /hunter2|job-token|pass@/);
    }
  });
});
