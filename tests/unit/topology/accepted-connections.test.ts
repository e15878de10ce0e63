import assert from 'node:assert/strict';
import { readTopology } from '../../../tasks/lib/topology/read.ts';
import { base, documentFolder, type DocumentFolder } from './documents.ts';

describe('topology/read, accepted connections', () => {
  let folder: DocumentFolder;
  before(async () => {
    folder = await documentFolder();
  });
  after(() => folder.remove());

  const declared = (line: string): string =>
    base.replace('registry:', `  acceptedConnections:\n    - ${line}\nregistry:`);

  const bad: [string, string, RegExp][] = [
    [
      'a stamp that is none',
      '{ service: A.B/c/d, from: wue }',
      /No stamp is called "wue"; did you mean "weu"\?/,
    ],
    ['neither origin nor message', '{ service: A.B/c/d }', /allowed: from, message, or both/],
    ['a service without its type', '{ service: kv-weu, from: weu }', /type and name of a service/],
    [
      'an id of something else',
      '{ service: A.B/c/d, from: /subscriptions/s/providers/x }',
      /id of a subscription/,
    ],
    ['an unknown key', '{ service: A.B/c/d, form: weu }', /did you mean "from"\?/],
  ];
  it('names the hub and the stamps by their resource groups', async () => {
    const file = await folder.write(
      'topology.yml',
      declared('{ service: A.B/c/d, from: neu, message: "hello" }'),
    );
    const { hub, stamps } = await readTopology(file, []);
    const from = '/subscriptions/00000000-0000-4000-8000-00000000000b/resourceGroups/rg-neu';
    assert.deepEqual(hub.acceptedConnections, [{ service: 'A.B/c/d', from, message: 'hello' }]);
    assert.equal(stamps['weu']?.acceptedConnections, undefined);
  });

  for (const [name, line, message] of bad) {
    it(`refuses ${name}`, async () => {
      const problems = await folder.problemsOf(declared(line));
      assert.match(problems.join('\n'), message);
    });
  }
});
