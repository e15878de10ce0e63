import { inside, kv, link, table } from './check-table.ts';
import type { World } from './fake-probe.ts';

const names = { [kv]: link };
const url = `https://${kv}/health`;
const pg = 'pg.postgres.database.azure.com';

/** A world in which the URL answers so. */
function answers(answer: Partial<NonNullable<World['answers']>[string]>): World {
  return { names, answers: { [url]: { class: 'answered', status: 200, ...answer } } };
}

/** A world with a database server that says so after TLS. */
function says(said: string | Buffer): World {
  const bytes = typeof said === 'string' ? Buffer.from(said, 'latin1') : said;
  return {
    names: { [pg]: link },
    greetings: { [inside]: { class: 'connected', protocol: 'TLSv1.3', said: bytes } },
  };
}

describe('gate checks of services', () => {
  describe('http', () => {
    const http = `kind: http, url: '${url}'`;
    table([
      ['passes with 200', http, answers({}), 'pass OK answered'],
      ['another status', http, answers({ status: 503 }), 'fail HTTP_STATUS http-503'],
      [
        'a status of a list',
        `${http}, status: [200, 401]`,
        answers({ status: 401 }),
        'pass OK answered',
      ],
      [
        'a pattern of the body',
        `${http}, body: 'ready.*yes'`,
        answers({ body: 'ready: yes' }),
        'pass OK answered',
      ],
      [
        'another body',
        `${http}, body: ready`,
        answers({ body: 'starting' }),
        'fail HTTP_BODY body',
      ],
      ['no body', `${http}, body: ready`, answers({ body: '' }), 'fail HTTP_BODY body'],
      [
        'a body that is too long',
        `${http}, body: ready`,
        answers({}),
        'unknown HTTP_BODY_TOO_LONG body',
      ],
      [
        'a pattern that never ends',
        `${http}, body: '^(a+)+$'`,
        answers({ body: `${'a'.repeat(40)}!` }),
        'unknown HTTP_PATTERN_SLOW body',
      ],
      [
        'a value of a JSON body',
        `${http}, json: { checks.0.state: ready, count: 2 }`,
        answers({ body: '{"checks":[{"state":"ready"}],"count":2}' }),
        'pass OK answered',
      ],
      [
        'another value of a JSON body',
        `${http}, json: { count: 2 }`,
        answers({ body: '{"count":"2"}' }),
        'fail HTTP_JSON body',
      ],
      [
        'no such value',
        `${http}, json: { a.b: 1 }`,
        answers({ body: '{"a":1}' }),
        'fail HTTP_JSON body',
      ],
      ['no JSON', `${http}, json: { a: 1 }`, answers({ body: '<html>' }), 'fail HTTP_JSON body'],
      [
        'a header',
        `${http}, headers: { Strict-Transport-Security: max-age }`,
        answers({ headers: { 'strict-transport-security': 'max-age=1' } }),
        'pass OK answered',
      ],
      ['no header', `${http}, headers: { x-ready: '1' }`, answers({}), 'fail HTTP_HEADER header'],
      [
        'the target of a redirect',
        `${http}, status: 302, location: '^https://login[.]'`,
        answers({ status: 302, headers: { location: 'https://login.example/' } }),
        'pass OK answered',
      ],
      [
        'another target of a redirect',
        `${http}, status: 302, location: '^https://login[.]'`,
        answers({ status: 302, headers: { location: 'https://evil.example/' } }),
        'fail HTTP_LOCATION header',
      ],
      ['too slow', `${http}, maxMs: 2`, answers({ ms: 3 }), 'fail HTTP_SLOW slow'],
      [
        'not private',
        http,
        { names: { [kv]: { addresses: ['203.0.113.9'] } } },
        'fail DNS_OUTSIDE_NETWORKS public-address',
      ],
      ['dropped', http, { names }, 'fail TCP_TIMEOUT timeout'],
      [
        'another certificate',
        http,
        answers({ class: 'certificate-name' }),
        'fail TLS_NAME certificate-name final',
      ],
      ['no HTTP', http, answers({ class: 'not-http' }), 'fail HTTP_NOT_HTTP not-http final'],
      [
        'a redirect into the platform is not followed',
        `${http}, follow: 2`,
        answers({ status: 307, headers: { location: 'https://169.254.169.254/metadata' } }),
        'fail GATE_TARGET_FORBIDDEN platform-address',
      ],
      [
        'a redirect out of the estate is not followed',
        `${http}, follow: 2`,
        answers({ status: 307, headers: { location: 'https://203.0.113.9/' } }),
        'fail DNS_OUTSIDE_NETWORKS public-address',
      ],
      [
        'the end of a redirect counts',
        `${http}, follow: 1`,
        {
          names,
          answers: {
            [url]: { class: 'answered', status: 308, headers: { location: '/ready' } },
            [`https://${kv}/ready`]: { class: 'answered', status: 200 },
          },
        },
        'pass OK answered',
      ],
      [
        'a pinned address',
        `${http}, address: ${inside}`,
        { answers: answers({}).answers ?? {} },
        'pass OK answered',
      ],
    ]);
  });

  describe('mtls', () => {
    const mtls = `kind: mtls, url: '${url}'`;
    const both = (
      without: Partial<NonNullable<World['answers']>[string]>,
      shown: Partial<NonNullable<World['answers']>[string]>,
    ): World => ({
      names,
      answers: {
        [url]: { class: 'answered', status: 400, ...without },
        [`${url}+certificate`]: { class: 'answered', status: 200, ...shown },
      },
    });
    table([
      ['400 without, 200 with', mtls, both({}, {}), 'pass OK answered'],
      [
        'an alert without, 404 with',
        mtls,
        both({ class: 'tls-alert' }, { status: 404 }),
        'pass OK answered',
      ],
      ['open', mtls, both({ status: 200 }, {}), 'fail MTLS_OPEN answered final'],
      ['an alert with', mtls, both({}, { class: 'tls-alert' }), 'fail MTLS_REFUSED tls-alert'],
      ['403 with', mtls, both({}, { status: 403 }), 'fail MTLS_REFUSED http-403'],
      [
        'no certificate to show',
        mtls,
        both({}, { class: 'no-certificate' }),
        'unknown MTLS_NO_CERTIFICATE no-certificate',
      ],
      ['nobody answers', mtls, { names }, 'fail TCP_TIMEOUT timeout'],
    ]);
  });

  describe('postgres', () => {
    const postgres = `kind: postgres, name: ${pg}`;
    const scram = Buffer.from([0x52, 0, 0, 0, 23, 0, 0, 0, 10, 0]);
    table([
      ['asks for a password', postgres, says(scram), 'pass OK connected'],
      [
        'refuses the user',
        postgres,
        says('E\0\0\0\x20SFATAL\0C28000\0Mno\0\0'),
        'pass OK connected',
      ],
      ['another protocol', postgres, says('HTTP/1.1 400'), 'fail GREETING_UNKNOWN other-protocol'],
      [
        'nothing said',
        postgres,
        { names: { [pg]: link }, greetings: { [inside]: { class: 'connected' } } },
        'fail GREETING_UNKNOWN silent',
      ],
      [
        'no TLS',
        postgres,
        { names: { [pg]: link }, greetings: { [inside]: { class: 'no-tls' } } },
        'fail GREETING_NO_TLS no-tls final',
      ],
      [
        'refused',
        postgres,
        { names: { [pg]: link }, greetings: { [inside]: { class: 'refused' } } },
        'fail TCP_REFUSED refused',
      ],
      ['unknown name', postgres, {}, 'fail DNS_NXDOMAIN nxdomain'],
    ]);
  });

  describe('redis', () => {
    const redis = `kind: redis, name: ${pg}`;
    table([
      [
        'wants a password',
        redis,
        says('-NOAUTH Authentication required.\r\n'),
        'pass OK connected',
      ],
      ['answers', redis, says('+PONG\r\n'), 'pass OK connected'],
      ['another protocol', redis, says('SSH-2.0'), 'fail GREETING_UNKNOWN other-protocol'],
    ]);
  });

  describe('tls with an oldest version', () => {
    const tls = `kind: tls, name: ${kv}, oldest: TLSv1.2`;
    const certificates = { [inside]: { class: 'connected' as const, protocol: 'TLSv1.3' } };
    table([
      [
        'old clients are turned away',
        tls,
        { names, certificates, old: { [inside]: { class: 'tls-alert' } } },
        'pass OK connected',
      ],
      [
        'old clients are taken',
        tls,
        { names, certificates, old: { [inside]: { class: 'connected', protocol: 'TLSv1.1' } } },
        'fail TLS_OLD_VERSION tls-version final',
      ],
      [
        'it goes away meanwhile',
        tls,
        { names, certificates },
        'unknown TLS_VERSION_UNPROVEN timeout',
      ],
    ]);
  });

  describe('dns in depth', () => {
    const dns = `kind: dns, name: ${kv}`;
    table([
      ['equals the endpoint', `${dns}, equals: [${inside}]`, { names }, 'pass OK private-address'],
      [
        'is another endpoint',
        `${dns}, equals: [10.1.2.6]`,
        { names },
        'fail DNS_NOT_ENDPOINT other-address',
      ],
      [
        'a short time to live',
        `${dns}, maxTtl: 10`,
        { names: { [kv]: { ...link, ttl: 10 } } },
        'pass OK private-address',
      ],
      [
        'a long time to live',
        `${dns}, maxTtl: 10`,
        { names: { [kv]: { ...link, ttl: 300 } } },
        'fail DNS_TTL ttl',
      ],
      ['nobody tells it', `${dns}, maxTtl: 10`, { names }, 'unknown DNS_TTL_UNSEEN ttl'],
      [
        'a further server agrees',
        `${dns}, servers: [10.0.0.53]`,
        { names, servers: { '10.0.0.53': { [kv]: link } } },
        'pass OK private-address',
      ],
      [
        'a further server does not',
        `${dns}, servers: [10.0.0.53]`,
        { names },
        'fail DNS_DISAGREE disagree',
      ],
    ]);
  });
});
