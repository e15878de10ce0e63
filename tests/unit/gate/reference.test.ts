import assert from 'node:assert/strict';
import { entryOf } from '../../../scripts/gate-page.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { kinds } from '../../../tasks/lib/gate/kinds.ts';
import { sets } from '../../../tasks/lib/gate/sets.ts';
import { widerContext } from './estate.ts';

describe('gate reference', () => {
  for (const documented of [...kinds, ...sets]) {
    it(`${documented.kind}: its example is an entry that a document may have`, () => {
      const text = `checks:\n${entryOf(documented)}\n`;
      assert.ok(readGates('gates.yml', text, widerContext()).length > 0, text);
    });
  }
});
