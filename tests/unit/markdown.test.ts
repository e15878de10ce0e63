import assert from 'node:assert/strict';
import { plain } from '../../tasks/lib/markdown.ts';

describe('plain text in Markdown', () => {
  for (const [text, expected] of [
    ['a name 10.0.0.4:443, sub-net, 50% (x) "y"', 'a name 10.0.0.4:443, sub-net, 50% (x) "y"'],
    ['a | b', 'a \\| b'],
    ['`code` *bold* _it_ ~gone~', '\\`code\\` \\*bold\\* \\_it\\_ \\~gone\\~'],
    ['[text](https://a) ![i](b)', '\\[text\\](https\\://a) !\\[i\\](b)'],
    ['<b>&amp;</b>', '&lt;b&gt;&amp;amp;&lt;/b&gt;'],
    ['a\\|b', 'a\\\\\\|b'],
    ['# title', '\\# title'],
    ['> quote', '&gt; quote'],
    ['+ one', '\\+ one'],
    ['- one', '\\- one'],
    ['===', '\\==='],
    ['  - one', '\\- one'],
    ['1. one', '1\\. one'],
    ['12) one', '12\\) one'],
    ['1.5 s', '1\\.5 s'],
    ['one\n\r\ttwo\u0085three\u2028four', 'one two three four'],
    ['##vso[task.complete result=Failed]', '\\#\\#vso\\[task.complete result=Failed\\]'],
    ['##\u200bvso[x]\u0000', '\\#\\#vso\\[x\\]'],
    ['exe\u202egnp.x', 'exegnp.x'],
    ['lone \ud800 half', 'lone  half'],
    ['http://a www.b a@c', 'http\\://a www\\.b a\\@c'],
    [':+1: fd00:100:2 ::: mermaid', '\\:+1: fd00\\:100:2 \\:\\:: mermaid'],
    ['#12 !34 @me $x$', '\\#12 \\!34 \\@me \\$x\\$'],
    ['Straße 東京 מרחב', 'Straße 東京 מרחב'],
    ['', ''],
  ] as const) {
    it(`of ${JSON.stringify(text)}`, () => {
      assert.equal(plain(text), expected);
    });
  }
});
