import assert from 'node:assert/strict';
import { readArguments, UsageError } from '../../../scripts/bench/arguments.ts';

const known = ['push', 'gate', 'start'];

describe('bench: arguments', () => {
  it('mean all suites when none is named', () => {
    const none = { suites: known, json: undefined, long: false, help: false };
    assert.deepEqual(readArguments([], known), none);
  });

  it('name suites, each once and in the usual order', () => {
    const { suites, json } = readArguments(['start', '--json', 'a.json', 'push', 'start'], known);
    assert.deepEqual(suites, ['push', 'start']);
    assert.equal(json, 'a.json');
  });

  it('may ask for what takes ten minutes', () =>
    assert.equal(readArguments(['push', '--long'], known).long, true));

  it('may ask for help', () => assert.equal(readArguments(['--help'], known).help, true));

  const bad: [string[], RegExp][] = [
    [['pull'], /^Unknown suite pull; known: push, gate, start$/],
    [['push', 'pull', 'Gate'], /^Unknown suites pull, Gate; known: push, gate, start$/],
    [['toString'], /^Unknown suite toString; known: push, gate, start$/],
    [['--json'], /--json <value>' argument missing/],
    [['--json='], /^--json needs the name of a file$/],
    [['--longer'], /^Unknown option '--longer'/],
  ];
  for (const [given, message] of bad) {
    it(`refuse ${given.join(' ')}`, () => {
      assert.throws(
        () => readArguments(given, known),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
