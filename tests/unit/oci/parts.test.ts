import assert from 'node:assert/strict';
import { SharedBackoff } from '../../../tasks/lib/oci/backoff.ts';
import { readChallenge } from '../../../tasks/lib/oci/challenge.ts';
import { withDeadline } from '../../../tasks/lib/oci/deadline.ts';
import { ownLocation, withDigest } from '../../../tasks/lib/oci/location.ts';
import { lanesFor, runSized } from '../../../tasks/lib/oci/pool.ts';
import { loginServerOf, repositoryFault, tagFault } from '../../../tasks/lib/oci/reference.ts';
import { registryHost, sameAuthority } from '../../../tasks/lib/oci/registry-name.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { systemClock } from '../../../tasks/lib/net/clock.ts';

const host = 'cr.azurecr.io';

describe('oci references', () => {
  for (const name of ['app', 'team/app', 'a.b_c__d-e---f/g', 'a'.repeat(255)]) {
    it(`takes the repository ${name.slice(0, 30)}`, () =>
      assert.equal(repositoryFault(name), undefined));
  }
  for (const [name, fault] of [
    ['Team/app', 'must be lower case'],
    ['a'.repeat(256), 'is longer than 255 characters'],
    ...['', '/app', 'app/', 'a//b', '../x', 'a/../b', 'app:1', 'a b', 'a._b', 'ä'].map((bad) => [
      bad,
      'must be parts of lower-case letters, digits and . _ - between slashes, for example team/app',
    ]),
  ] as [string, string][]) {
    it(`refuses the repository ${JSON.stringify(name.slice(0, 30))}`, () =>
      assert.equal(repositoryFault(name), fault));
  }
  for (const tag of ['', '.1', '-a', 'a/b', 'a:b', 'a b', 'a'.repeat(129)]) {
    it(`refuses the tag ${JSON.stringify(tag.slice(0, 30))}`, () =>
      assert.equal(
        tagFault(tag),
        'must be up to 128 letters, digits and . _ -, not beginning with . or -',
      ));
  }
  it('takes tags', () => {
    for (const tag of ['latest', '1.0.0', '_x', 'A'.repeat(128)])
      assert.equal(tagFault(tag), undefined);
  });
  for (const [registry, expected] of [
    ['contoso', 'contoso.azurecr.io'],
    ['Contoso', 'contoso.azurecr.io'],
    ['contoso.azurecr.cn', 'contoso.azurecr.cn'],
    ['contoso-abc.azurecr.io', 'contoso-abc.azurecr.io'],
    ['cr', undefined],
    ['my-registry', undefined],
    ['registry:5000', 'registry:5000'],
    ['[2001:db8::1]:5000', undefined],
    ['10.0.0.1', undefined],
    ['https://contoso.azurecr.io', undefined],
    ['contoso.azurecr.io/x', undefined],
    ['contoso.azurecr.io:443', 'contoso.azurecr.io'],
    ['Registry.example:5000', 'registry.example:5000'],
    ['registry.example:0', undefined],
    ['user@registry.example', undefined],
  ] as const) {
    it(`makes ${String(expected)} of ${registry}`, () =>
      assert.equal(loginServerOf(registry, 'azurecr.io'), expected));
  }
});

describe('oci hosts', () => {
  it('have one spelling', () => {
    for (const [text, expected] of [
      ['Login.Example:443', 'login.example'],
      ['login.example:5001', 'login.example:5001'],
      ['LOCALHOST', 'localhost'],
      ['10.0.0.4:0443', '10.0.0.4'],
      ['[2001:db8::1]:443', '[2001:db8::1]:443'],
    ] as const) {
      assert.equal(sameAuthority(text), expected);
    }
  });
  it('of Docker Hub are one', () => {
    for (const text of ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'Docker.io:443']) {
      assert.equal(registryHost(text), 'registry-1.docker.io');
    }
    assert.equal(registryHost('hub.docker.com'), 'hub.docker.com');
  });
});

describe('oci challenge', () => {
  it('is read with quotes and without, in any order', () => {
    const header = `Bearer service=${host},scope="a,b",Realm="https://${host}/oauth2/token"`;
    const read = { scheme: 'bearer', host, path: '/oauth2/token', service: host };
    assert.deepEqual(readChallenge(header, host), read);
    assert.deepEqual(readChallenge(`Basic realm="x", ${header}`, host), read);
  });
  it('may be a password', () => {
    assert.deepEqual(readChallenge('Basic realm="x"', host), { scheme: 'basic' });
  });
  it('may lead to a declared host, and to its port only', () => {
    const header = 'Bearer realm="https://login.example:5001/token?a=1",service="s"';
    assert.deepEqual(readChallenge(header, host, ['login.example:5001']), {
      scheme: 'bearer',
      host: 'login.example:5001',
      path: '/token?a=1',
      service: 's',
    });
    assert.throws(() => readChallenge(header, host, ['login.example']), { code: 'REGISTRY_AUTH' });
  });
  for (const [header, message] of [
    [undefined, /without saying which/],
    ['Negotiate abc', /asks for negotiate authentication/],
    ['Bearer service="x"', /sends its clients to "" for tokens/],
    [
      `Bearer realm="https://${host}@evil.example/t"`,
      /sends its clients to https:\/\/evil\.example/,
    ],
    [`Bearer realm="https://user@${host}/t"`, /sends its clients to/],
    [`Bearer realm="https://${host}:444/t"`, /sends its clients to https:\/\/cr\.azurecr\.io:444/],
  ] as const) {
    it(`is refused: ${String(header)}`, () =>
      assert.throws(() => readChallenge(header, host), { code: 'REGISTRY_AUTH', message }));
  }
});

describe('oci location', () => {
  it('keeps path and query as they came', () => {
    const state = '/v2/a/blobs/uploads/1?_state=a%2Fb%3D&x=1';
    assert.equal(ownLocation(state, host), state);
    assert.equal(ownLocation(`https://${host}${state}`, host), state);
    assert.equal(withDigest(state, 'sha256:1'), `${state}&digest=sha256%3A1`);
    assert.equal(withDigest('/v2/a', 'sha256:1'), '/v2/a?digest=sha256%3A1');
  });
  it('is relative to the request that it answers', () => {
    const asked = '/v2/team/app/blobs/uploads/?mount=x';
    for (const [text, expected] of [
      ['1?_state=a', '/v2/team/app/blobs/uploads/1?_state=a'],
      ['/v2/x/1?_state=a', '/v2/x/1?_state=a'],
      ['?_state=a', '/v2/team/app/blobs/uploads/?_state=a'],
      [`https://${host.toUpperCase()}:443/v2/x?a`, '/v2/x?a'],
    ] as const) {
      assert.equal(ownLocation(text, host, asked), expected);
    }
  });
  it('says what to do about a proxy that hides https', () => {
    assert.throws(() => ownLocation(`http://${host}/v2/x`, host), {
      message: `${host} sends the upload to http://${host}`,
      hint: /^Nothing is sent unencrypted\. .*X-Forwarded-Proto/,
    });
  });
  for (const bad of [
    undefined,
    '',
    'https://x.example/',
    '//x.example/',
    `https://u@${host}/`,
    'ftp://x',
  ]) {
    it(`refuses ${String(bad)}`, () =>
      assert.throws(() => ownLocation(bad, host), { code: 'REGISTRY_REQUEST' }));
  }
});

describe('oci back-off', () => {
  it('waits as long as the registry asks, but not for ever', () => {
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    assert.equal(new SharedBackoff(clock).throttled('7'), 7_000);
    assert.equal(new SharedBackoff(clock).throttled('99999'), 300_000);
  });

  it('takes its own time where the registry says at once', () => {
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    for (const value of ['0', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      assert.equal(new SharedBackoff(clock, () => 0.5).throttled(value), 375, value);
    }
  });

  it('grows with each step, not with each answer of the same step', () => {
    let at = 0;
    const clock = { now: () => at, sleep: () => Promise.resolve() };
    const backoff = new SharedBackoff(clock, () => 0.5);
    assert.equal(backoff.throttled(undefined), 375);
    assert.equal(backoff.throttled(undefined), 375);
    at = 500;
    assert.equal(backoff.throttled(undefined), 750);
    at = 1500;
    backoff.succeeded();
    assert.equal(backoff.throttled(undefined), 375);
  });
});

describe('oci pool', () => {
  it('runs so many big items at once, four times as many small ones, and all of them', async () => {
    const running = { big: 0, small: 0 };
    const most = { big: 0, small: 0 };
    const items = Array.from({ length: 40 }, (_, position) => ({
      size: position % 4 === 0 ? 5_000_000 : 10,
    }));
    let done = 0;
    const never = new AbortController().signal;
    await runSized(items, { concurrency: 3, small: 4 }, never, async ({ size }) => {
      const kind = size > 10 ? 'big' : 'small';
      running[kind] += 1;
      most[kind] = Math.max(most[kind], running[kind]);
      assert.ok(running.big * 4 + running.small <= 12);
      await new Promise((resolve) => setImmediate(resolve));
      running[kind] -= 1;
      done += 1;
    });
    assert.deepEqual({ most, done }, { most: { big: 3, small: 12 }, done: 40 });
  });

  it('stops the others at the first failure, waits for them, and throws that one', async () => {
    let ended = 0;
    let started = 0;
    const items = Array.from({ length: 20 }, () => ({ size: 5_000_000 }));
    const never = new AbortController().signal;
    const running = runSized(items, { concurrency: 4, small: 2 }, never, async (_, signal) => {
      started += 1;
      if (started === 4) throw new Error('first');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended += 1;
      throw new Error('aborted');
    });
    await assert.rejects(running, /first/);
    assert.deepEqual({ started, ended }, { started: 4, ended: 3 });
  });

  it('has nothing to do for nothing', () =>
    runSized([], { concurrency: 4, small: 2 }, new AbortController().signal, () =>
      Promise.reject(new Error('no')),
    ));

  it('does more at once where a round trip takes long', () => {
    assert.deepEqual(lanesFor(8, 2), { concurrency: 8, small: 2 });
    assert.deepEqual(lanesFor(8, 25), { concurrency: 8, small: 6 });
  });
});

describe('oci deadline', () => {
  it('says what was being done', async () => {
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const work = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('x'))));
    const running = withDeadline(5000, clock, new AbortController().signal, () => 'pushing', work);
    await assert.rejects(running, { code: 'TIMEOUT', message: 'Not done after 5 s: pushing' });
  });

  it('leaves results, failures and cancels as they are', async () => {
    const never = new AbortController().signal;
    const within = <T>(work: () => Promise<T>, signal = never): Promise<T> =>
      withDeadline(60_000, systemClock, signal, () => '', work);
    assert.equal(await within(() => Promise.resolve(7)), 7);
    await assert.rejects(
      within(() => Promise.reject(new Error('own'))),
      /own/,
    );
    const reason = new SpokelineError('CANCELLED', 'stop');
    const cancelled = within(() => Promise.reject(new Error('x')), AbortSignal.abort(reason));
    await assert.rejects(cancelled, reason);
  });
});
