import assert from 'node:assert/strict';
import { cloudOf } from '../../../tasks/lib/azure/cloud.ts';
import { isDataEndpointOf } from '../../../tasks/lib/oci/registry-name.ts';
import { registryTarget } from '../../../tasks/lib/oci/target.ts';
import type { TargetInputs } from '../../../tasks/lib/oci/target.ts';

const nothing: TargetInputs = {
  registry: undefined,
  connected: undefined,
  cloud: 'public',
  replicas: [],
  topology: undefined,
  overlays: [],
  networks: ['10.0.0.0/8'],
  resolvers: [],
};

describe('the registry of a push', () => {
  for (const [authorityUrl, registry, expected] of [
    ['https://login.microsoftonline.com', 'contoso', 'contoso.azurecr.io'],
    ['https://login.microsoftonline.us', 'contoso', 'contoso.azurecr.us'],
    ['https://login.chinacloudapi.cn', 'contoso', 'contoso.azurecr.cn'],
    ['https://login.partner.microsoftonline.cn', 'Contoso', 'contoso.azurecr.cn'],
    ['https://login.microsoftonline.us', 'contoso.azurecr.io', 'contoso.azurecr.io'],
    ['https://login.microsoftonline.us', 'harbor.example:5000', 'harbor.example:5000'],
  ] as const) {
    it(`is ${expected}, as ${registry} for who signs in at ${authorityUrl}`, async () => {
      const cloud = cloudOf({ authorityUrl });
      const target = await registryTarget({ ...nothing, registry, cloud });
      assert.equal(target.loginServer, expected);
    });
  }

  it('has data endpoints in its own cloud', async () => {
    const replicas = ['usgovvirginia', 'usgovarizona'];
    const given = { ...nothing, registry: 'contoso', cloud: 'usgovernment', replicas } as const;
    const { dataEndpoints } = await registryTarget(given);
    assert.deepEqual(dataEndpoints, [
      'contoso.usgovvirginia.data.azurecr.us',
      'contoso.usgovarizona.data.azurecr.us',
    ]);
  });

  it('has its data endpoints by whichever of its own names it is given', async () => {
    const replicas = ['westeurope'];
    for (const [registry, expected] of [
      ['contoso.northeurope.geo.azurecr.io', ['contoso.westeurope.data.azurecr.io']],
      ['contoso-abc.azurecr.io', ['contoso-abc.westeurope.data.azurecr.io']],
      ['contoso.westeurope.data.azurecr.io', []],
      ['harbor.example', []],
    ] as const) {
      const { dataEndpoints } = await registryTarget({ ...nothing, registry, replicas });
      assert.deepEqual(dataEndpoints, expected, registry);
    }
  });

  it('leads to its own data endpoints only', () => {
    const data = 'contoso.westeurope.data.azurecr.io';
    for (const [loginServer, host, expected] of [
      ['contoso.azurecr.io', data, true],
      ['contoso.northeurope.geo.azurecr.io', data, true],
      ['contoso.azurecr.io', 'contoso2.westeurope.data.azurecr.io', false],
      ['contoso.azurecr.io', 'contoso.westeurope.data.azurecr.cn', false],
      ['contoso.azurecr.io', 'contoso.azurecr.io', false],
      ['contoso.azurecr.io', 'contoso.blob.core.windows.net', false],
      ['harbor.example', data, false],
    ] as const) {
      assert.equal(isDataEndpointOf(loginServer, host), expected, `${loginServer} to ${host}`);
    }
  });

  it('is the one that a connection is for, by whichever of its names', async () => {
    const connected = 'index.docker.io';
    const alone = await registryTarget({ ...nothing, connected });
    assert.equal(alone.loginServer, 'registry-1.docker.io');
    const regional = 'contoso.westeurope.geo.azurecr.io';
    const own = { ...nothing, connected: 'contoso.azurecr.io', registry: regional };
    assert.equal((await registryTarget(own)).loginServer, regional);
    const both = { ...nothing, connected: 'harbor.example', registry: 'Harbor.example:443' };
    assert.equal((await registryTarget(both)).loginServer, 'harbor.example');
    await assert.rejects(registryTarget({ ...both, registry: 'other.example' }), {
      code: 'INPUT_INVALID',
      message:
        'containerRegistry is a connection to harbor.example, the push goes to other.example',
    });
  });
});
