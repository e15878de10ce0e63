import assert from 'node:assert/strict';
import { readRegistryConnection } from '../../../tasks/lib/host/registry-connection.ts';
import { fakePort, type FakeAgent } from '../../support/host.ts';

const id = '33333333-3333-4333-8333-333333333333';
const tenantid = '11111111-1111-4111-8111-111111111111';
const serviceprincipalid = '22222222-2222-4222-8222-222222222222';

interface Endpoint {
  readonly url?: string;
  readonly scheme?: string;
  readonly parameters?: Record<string, string>;
  readonly data?: Record<string, string>;
}

function read(endpoint: Endpoint | undefined, agent: FakeAgent = {}) {
  const problems: string[] = [];
  const given = {
    ...agent,
    endpoints: { ...agent.endpoints, ...(endpoint === undefined ? {} : { [id]: endpoint }) },
  } as FakeAgent;
  const value = readRegistryConnection(fakePort(given), id, (problem) => problems.push(problem));
  return { value, problems };
}

const plain = (parameters: Record<string, string>, url?: string): Endpoint => ({
  scheme: 'UsernamePassword',
  parameters,
  data: { registrytype: 'Others' },
  ...(url === undefined ? {} : { url }),
});
const acr = (change: Endpoint = {}): Endpoint => ({
  scheme: 'ServicePrincipal',
  data: { registrytype: 'ACR', ...change.data },
  url: 'https://contoso.azurecr.io',
  parameters: {
    loginServer: 'contoso.azurecr.io',
    tenantid,
    serviceprincipalid,
    serviceprincipalkey: 'hunter2',
    ...change.parameters,
  },
});

describe('host/registry-connection', () => {
  it('reads a user name and a password, and the registry that they are for', () => {
    const registry = 'https://Registry.example:5000/v2/';
    const { value, problems } = read(plain({ registry, username: 'ada', password: 's3cret ' }));
    assert.deepEqual(problems, []);
    assert.deepEqual(value, {
      id,
      scheme: 'UsernamePassword',
      registry: 'registry.example:5000',
      username: 'ada',
      secret: 's3cret ',
    });
  });

  it('takes the address of the connection where the registry is not named', () => {
    const { value } = read(plain({ username: 'a', password: 'b' }, 'https://registry.example/'));
    assert.equal(value?.registry, 'registry.example');
  });

  it('reads an Entra identity for one registry', () => {
    const { value, problems } = read(acr());
    assert.deepEqual(problems, []);
    assert.ok(value?.scheme === 'ServicePrincipal');
    assert.equal(value.registry, 'contoso.azurecr.io');
    assert.equal(value.authorityUrl, 'https://login.microsoftonline.com');
    assert.equal(value.secret, 'hunter2');
  });

  it('knows the cloud by the login server', () => {
    const { value } = read(acr({ parameters: { loginServer: 'contoso.azurecr.cn' } }));
    assert.ok(value?.scheme === 'ServicePrincipal');
    assert.equal(value.authorityUrl, 'https://login.chinacloudapi.cn');
  });

  it('reads a federation', () => {
    const endpoint = { ...acr(), scheme: 'WorkloadIdentityFederation' };
    const { value, problems } = read(endpoint, {
      variables: { 'System.OidcRequestUri': 'https://dev.azure.com/o/p/_apis/oidctoken' },
      endpoints: { SYSTEMVSSCONNECTION: { parameters: { AccessToken: 'job-token' } } },
    });
    assert.deepEqual(problems, []);
    assert.ok(value?.scheme === 'WorkloadIdentityFederation');
    assert.equal(value.federation?.accessToken, 'job-token');
  });

  for (const [what, endpoint, expected] of [
    ['no such connection', undefined, /is no service connection of this job/],
    [
      'plain http',
      plain({ registry: 'http://r.example', username: 'a', password: 'b' }),
      /no https address/,
    ],
    ['no user', plain({ registry: 'https://r.example', password: 'b' }), /lacks its user name/],
    ['no password', plain({ registry: 'https://r.example', username: 'a' }), /lacks its password/],
    ['no login server', acr({ parameters: { loginServer: '' } }), /lacks its login server/],
    ['no secret', acr({ parameters: { serviceprincipalkey: '' } }), /lacks its secret/],
  ] as const) {
    it(`refuses ${what}, and shows no secret`, () => {
      const { value, problems } = read(endpoint);
      assert.equal(value, undefined);
      assert.match(problems.join(' '), expected);
      assert.doesNotMatch(problems.join(' '), /hunter2|s3cret/);
    });
  }
});
