import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { cloudSuffixes, selectStamps } from '../../../tasks/lib/topology/model.ts';
import { readTopology } from '../../../tasks/lib/topology/read.ts';
import { base, documentFolder, type DocumentFolder } from './documents.ts';

describe('topology/model', () => {
  let folder: DocumentFolder;
  before(async () => {
    folder = await documentFolder();
  });
  after(() => folder.remove());
  const topology = async () => readTopology(await folder.write('topology.yml', base), []);

  const selectors: [string, string[]][] = [
    ['all', ['weu', 'neu']],
    ['primary', ['weu']],
    ['secondary', ['neu']],
    ['neu', ['neu']],
    ['neu, weu', ['weu', 'neu']],
    ['secondary,neu,all', ['weu', 'neu']],
  ];
  for (const [selector, names] of selectors) {
    it(`selects ${selector}`, async () => {
      assert.deepEqual(
        selectStamps(await topology(), selector).map((stamp) => stamp.name),
        names,
      );
    });
  }

  for (const selector of ['sea', 'weu,sea', '', 'weu,', 'WEU']) {
    it(`refuses the selector "${selector}"`, async () => {
      const known = await topology();
      assert.throws(
        () => selectStamps(known, selector),
        (error) => {
          assert.ok(error instanceof SpokelineError);
          assert.equal(error.code, 'INPUT_INVALID');
          assert.equal(
            error.hint,
            'Known stamps: weu, neu. Also allowed: primary, secondary, all.',
          );
          return true;
        },
      );
    });
  }

  it('knows the names of services in each cloud', () => {
    assert.equal(cloudSuffixes('public').keyVault, 'vault.azure.net');
    assert.equal(cloudSuffixes('usgovernment').storageBlob, 'blob.core.usgovcloudapi.net');
    assert.equal(cloudSuffixes('china').registry, 'azurecr.cn');
  });
});
