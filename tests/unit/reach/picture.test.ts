import assert from 'node:assert/strict';
import { largeEstate } from '../../../scripts/bench/reach-estate.ts';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import type { Estate } from '../../../tasks/lib/reach/model.ts';
import { networkPage } from '../../../tasks/lib/reach/picture.ts';
import { markup, shortened } from '../../../tasks/lib/reach/picture-text.ts';
import { arrowsOf, groupsOf, waysOf } from '../../../tasks/lib/reach/picture-ways.ts';

function arrows(estate: Estate) {
  const matrix = new Matrix(estate);
  return arrowsOf(waysOf(matrix, groupsOf(matrix)));
}

/** The same estate with another name for its first spoke. */
function renamed(estate: Estate, name: string): Estate {
  return JSON.parse(
    JSON.stringify(estate).replaceAll('spoke-0', JSON.stringify(name).slice(1, -1)),
  ) as Estate;
}

const count = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].length;

describe('picture of the networks', () => {
  it('has an arrow for each way between two networks while these are few', () => {
    const found = arrows(largeEstate(1, ['vault']));
    assert.equal(found.whole, false);
    const words = found.arrows.map((one) => one.words);
    assert.ok(words.includes('hub/agents to spoke-0 vault: 443/tcp'));
    assert.ok(words.includes('spoke-0/data to hub/agents: all'));
    // What is inside a network is listed, not drawn.
    assert.ok(!words.some((one) => one.startsWith('spoke-0/ingress to spoke-0/')));
    const page = networkPage(new Matrix(largeEstate(1, ['vault'])), 'n');
    assert.match(page, /<td>spoke-0\/ingress<\/td><td>spoke-0\/egress<\/td><td>8443\/tcp<\/td>/);
  });

  it('has one for all ways of two networks where they are many, so that none is left out', () => {
    const found = arrows(largeEstate(12, ['vault']));
    assert.equal(found.whole, true);
    assert.equal(found.arrows.length, 24);
    assert.deepEqual(
      found.arrows.filter(({ to }) => to.title === 'spoke-7').map(({ label }) => label),
      ['443/tcp (5 ways)'],
    );
    const page = networkPage(new Matrix(largeEstate(12, ['vault'])), 'n');
    assert.equal(count(page, /<path class="way /g), 24);
    assert.ok(page.includes('too many ways for one each'));
  });

  it('puts the hub before its spokes, by its name or by its peerings', () => {
    const one = largeEstate(1, []);
    const three = largeEstate(3, []);
    const named = (estate: Estate, name: string): Estate => ({
      ...estate,
      networks: estate.networks.map((n) => (n.id === 'hub' ? { ...n, name } : n)),
    });
    for (const estate of [one, three, named(three, 'core')]) {
      const groups = groupsOf(new Matrix(estate));
      assert.deepEqual(
        groups.filter(({ column }) => column === 1).map(({ title }) => title),
        [estate === one || estate === three ? 'hub' : 'core'],
      );
    }
  });

  it('shows names whole in a hint where they do not fit, and as text', () => {
    const name = `<b>"&${'x'.repeat(80)}`;
    const page = networkPage(new Matrix(renamed(largeEstate(1, ['vault']), name)), name);
    assert.ok(page.includes(`<title>${markup(name)}</title>`));
    assert.ok(page.includes(`>${markup(shortened(name, 26))}</text>`));
    assert.doesNotMatch(page, /<b>/);
  });

  it('is one page that loads nothing', () => {
    const page = networkPage(new Matrix(largeEstate(1, [])), 'n');
    assert.ok(page.includes("default-src 'none'; style-src 'unsafe-inline'"));
    assert.doesNotMatch(page, /<(script|link|img|iframe)|\b(src|href)=|@import/);
  });

  it('says so where nothing is open', () => {
    const page = networkPage(new Matrix(largeEstate(0, [])), 'n');
    assert.ok(page.includes('<p>Nothing is open.</p>'));
    assert.equal(count(page, /<path class="way /g), 0);
  });

  for (const [text, most, expected] of [
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['😀😀😀', 2, '😀…'],
  ] as const) {
    it(`shortens ${text} to ${most}`, () => {
      assert.equal(shortened(text, most), expected);
    });
  }
});
