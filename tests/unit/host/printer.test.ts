import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commandLine, plainLines } from '../../../tasks/lib/host/commands.ts';
import { createPrinter } from '../../../tasks/lib/host/printer.ts';
import { createRedactor } from '../../../tasks/lib/host/redactor.ts';

/** What the agent does with a property or data on its side. */
function unescape(text: string): string {
  return text
    .replace(/%3B/g, ';')
    .replace(/%0D/g, '\r')
    .replace(/%0A/g, '\n')
    .replace(/%5D/g, ']')
    .replace(/%AZP25/g, '%');
}

function printer() {
  const lines: string[] = [];
  const redactor = createRedactor();
  return { lines, redactor, out: createPrinter((line) => lines.push(line), redactor) };
}

describe('host/commands', () => {
  const outside: [string, string, string[]][] = [
    [
      'a command',
      '##vso[task.complete result=Succeeded]',
      ['# #vso[task.complete result=Succeeded]'],
    ],
    ['a command inside a line', 'x ##vso[a.b]', ['x # #vso[a.b]']],
    ['a command in capitals', '##VSO[a.b]', ['# #VSO[a.b]']],
    ['a command after further hashes', '####vso[a.b]', ['### #vso[a.b]']],
    ['formatting', '##[error]x', ['# #[error]x']],
    ['a group after text', 'a ##[group]x', ['a # #[group]x']],
    ['a broken command', '##vso no bracket', ['# #vso no bracket']],
    ['a command hidden by a soft hyphen', '##v\u00adso[a.b]', ['# #vso[a.b]']],
    ['a command hidden by a zero-width joiner', '#\u200d#vso[a.b]', ['# #vso[a.b]']],
    ['a command hidden by a control character', '##vs\u0000o[a.b]', ['# #vso[a.b]']],
    ['a command hidden by a colour', '##\u001b[31mvso[a.b]', ['# #vso[a.b]']],
    ['a command after a line end', 'a\r\n##vso[a.b]\rb\nc', ['a', '# #vso[a.b]', 'b', 'c']],
    ['a command after a Unicode line end', 'a\u2028##vso[a.b]', ['a', '# #vso[a.b]']],
    ['colours and control characters', '\u001b[1;31mred\u001b[0m\u0007\u009b', ['red']],
    ['tabs', 'a\tb', ['a    b']],
    ['single hashes and brackets', '# [x] #vso[y] ## z', ['# [x] #vso[y] ## z']],
    ['other writing systems', 'größe 大小 😀', ['größe 大小 😀']],
  ];
  for (const [title, text, lines] of outside) {
    it(`prints ${title} as text`, () => assert.deepEqual(plainLines(text), lines));
  }

  it('never lets a line of any text be a command', () => {
    const nasty = fc.constantFrom(
      '#',
      '##',
      'vso[',
      'VsO[',
      '[',
      ']',
      '\r',
      '\n',
      '\u00ad',
      '\u0000',
      'x',
    );
    const texts = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' }))).map((p) => p.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        for (const line of plainLines(text)) {
          assert.doesNotMatch(line, /##(?:vso|\[)/i);
          assert.doesNotMatch(line, /[\r\n\p{Cc}]/u);
        }
      }),
    );
  });

  it('escapes so that the agent gets what was meant', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (property, data) => {
        const line = commandLine('task.logissue', { code: property }, data);
        assert.doesNotMatch(line, /[\r\n]/);
        const match = /^##vso\[task\.logissue(?: code=([^;\]]*);)?\](.*)$/s.exec(line);
        assert.equal(unescape(match?.[1] ?? ''), property);
        assert.equal(unescape(match?.[2] ?? ''), data);
      }),
    );
  });

  it('writes the escapes of the agent', () => {
    assert.equal(
      commandLine('a.b', { p: 'x;]%\r\n', gone: undefined, empty: '' }, '50%3B\n]'),
      '##vso[a.b p=x%3B%5D%AZP25%0D%0A;]50%AZP253B%0A]',
    );
  });
});

describe('host/printer', () => {
  it('prefixes each line of a warning and an error', () => {
    const { out, lines } = printer();
    out.warning('a\nb');
    out.error('c');
    assert.deepEqual(lines, ['##[warning]a', '##[warning]b', '##[error]c']);
  });

  it('writes debug lines as commands', () => {
    const { out, lines } = printer();
    out.debug('50 %\n##vso[x.y]');
    assert.deepEqual(lines, ['##vso[task.debug]50 %AZP25', '##vso[task.debug]# #vso[x.y]']);
  });

  it('writes progress only when it moves, within 0 to 100', () => {
    const { out, lines } = printer();
    for (const percent of [-5, 0.2, 10, 10.4, 250]) out.progress(percent, 'deploying');
    assert.deepEqual(lines, [
      '##vso[task.setprogress value=0;]deploying',
      '##vso[task.setprogress value=10;]deploying',
      '##vso[task.setprogress value=100;]deploying',
    ]);
  });

  const secrets: [string, string, string, string][] = [
    ['a secret', 'hunter2', 'the hunter2 word', 'the *** word'],
    ['each line of it', 'first line\nsecond line', 'a second line b', 'a *** b'],
    ['its JSON form', 'say "so"\\', '{"x":"say \\"so\\"\\\\"}', '{"x":"***"}'],
    ['its form in a URL', 'a+b/c=', '?sig=a%2Bb%2Fc%3D', '?sig=***'],
    ['a secret with a control character inside', 'abcdef', 'x abc\u0000def y', 'x *** y'],
    ['a secret that is a command', '##vso[a.b]', 'x ##vso[a.b] y', 'x *** y'],
    ['the longer one of two', 'abc', 'abcd', '***d'],
    ['a secret with special characters', '$&.*+?^', 'x$&.*+?^y', 'x***y'],
  ];
  for (const [title, secret, text, shown] of secrets) {
    it(`hides ${title}`, () => {
      const { out, lines, redactor } = printer();
      redactor.add(secret);
      out.info(text);
      assert.deepEqual(lines, [shown]);
    });
  }

  it('hides the longest secret first', () => {
    const { out, lines, redactor } = printer();
    redactor.add('abc');
    redactor.add('abcdef');
    out.info('abcdef abc');
    assert.deepEqual(lines, ['*** ***']);
  });

  it('does not take brackets of a multi-line secret for secrets', () => {
    const { out, lines, redactor } = printer();
    redactor.add('{\n  "password": "hunter2"\n}');
    out.info('{ "password": "hunter2" } {}');
    assert.deepEqual(lines, ['{ *** } {}']);
  });

  it('hides secrets in issues, but keeps the words of the command', () => {
    const { out, lines, redactor } = printer();
    redactor.add('error');
    out.command('task.logissue', { type: 'error', code: 'x error' }, 'an error');
    assert.deepEqual(lines, ['##vso[task.logissue type=error;code=x ***;]an ***']);
  });

  it('ignores empty secrets', () => {
    const { redactor } = printer();
    assert.deepEqual(redactor.add(''), []);
    assert.deepEqual(redactor.add(' \n '), []);
    assert.equal(redactor.redact('a b'), 'a b');
  });
});
