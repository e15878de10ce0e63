import assert from 'node:assert/strict';
import { createZonePort } from '../../../tasks/lib/azure/private-dns.ts';
import { failing, group, useFakeArm, zone, type Answer } from './fake-arm.ts';

describe('azure/arm-client', () => {
  const fake = useFakeArm();

  describe('requests', () => {
    it('sends path, version, token and correlation id, and reads the answer', async () => {
      fake.answers = [{ status: 200, headers: { etag: '"e1"' }, body: { name: 'z' } }];
      const response = await fake.arm.get<{ name: string }>(zone, '2024-06-01', {
        query: { $filter: "a eq 'b c'" },
      });
      assert.deepEqual(response.body, { name: 'z' });
      assert.equal(response.etag, '"e1"');
      assert.equal(response.correlationId, 'corr-1');
      const [request] = fake.seen;
      assert.equal(request?.url, `${zone}?%24filter=a+eq+%27b+c%27&api-version=2024-06-01`);
      assert.equal(request?.headers.authorization, 'Bearer token-1');
      assert.match(String(request?.headers['x-ms-correlation-request-id']), /^[0-9a-f-]{36}$/);
      assert.match(String(request?.headers['x-ms-client-request-id']), /^[0-9a-f-]{36}$/);
    });

    it('sends bodies and preconditions', async () => {
      fake.answers = [{ status: 200, body: {} }];
      await fake.arm.put(zone, 'v', { a: 1 }, { ifMatch: '"e1"' });
      assert.equal(fake.seen[0]?.body, '{"a":1}');
      assert.equal(fake.seen[0]?.headers['if-match'], '"e1"');
    });

    for (const path of [
      'subscriptions/s',
      '//evil.example/x',
      '/a/../b',
      '/a?b',
      '/a#b',
      '/a\\b',
    ]) {
      it(`refuses the path ${path}`, async () => {
        const error = await failing(fake.arm.get(path, 'v'));
        assert.equal(error.code, 'INTERNAL');
        assert.equal(fake.seen.length, 0);
      });
    }

    it('gets another token once when one is refused', async () => {
      fake.answers = [{ status: 401 }, { status: 200, body: {} }];
      await fake.arm.get(zone, 'v');
      assert.deepEqual(fake.tokens, ['kept', 'fresh']);
      assert.equal(fake.seen[1]?.headers.authorization, 'Bearer token-2');
    });

    it('does not follow a redirect', async () => {
      fake.answers = [{ status: 307, headers: { location: 'https://evil.example/' } }];
      const error = await failing(fake.arm.get(zone, 'v'));
      assert.equal(error.code, 'ARM_REQUEST');
      assert.equal(fake.seen.length, 1);
    });

    it('says that a success without JSON is no answer', async () => {
      fake.answers = [{ status: 200, text: '<html>' }];
      const error = await failing(fake.arm.get(zone, 'v'));
      assert.equal(error.message, `GET ${zone} was answered with 200 and a body that is not JSON.`);
    });

    it('knows a missing resource from a fault', async () => {
      fake.answers = [
        { status: 404, body: { error: { code: 'ResourceNotFound', message: 'no' } } },
      ];
      assert.equal(await fake.arm.tryGet(zone, 'v'), undefined);
      fake.answers = [
        { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
      ];
      assert.equal((await failing(fake.arm.tryGet(zone, 'v'))).code, 'ARM_FORBIDDEN');
    });

    it('deletes what is not there without an error', async () => {
      fake.answers = [{ status: 404 }];
      assert.equal((await fake.arm.delete(zone, 'v')).status, 404);
    });
  });

  describe('lists', () => {
    it('reads all pages', async () => {
      fake.answers = [
        (host) => ({
          status: 200,
          body: { value: [1, 2], nextLink: `https://${host}${zone}/A?page=2` },
        }),
        { status: 200, body: { value: [3], nextLink: null } },
      ];
      assert.deepEqual(await fake.arm.list(`${zone}/A`, 'v'), [1, 2, 3]);
      assert.equal(fake.seen[1]?.url, `${zone}/A?page=2`);
    });

    for (const [title, link] of [
      ['another host', 'https://evil.example/next'],
      ['another port', 'https://127.0.0.1:1/next'],
      ['http', 'http://127.0.0.1/next'],
      ['a user', 'https://user@127.0.0.1/next'],
    ] as const) {
      it(`sends no token to ${title}`, async () => {
        fake.answers = [{ status: 200, body: { value: [], nextLink: link } }];
        const error = await failing(fake.arm.list(zone, 'v'));
        assert.equal(error.code, 'ARM_REQUEST');
        assert.match(error.message, /^Resource Manager sent a nextLink that leads to http/);
        assert.equal(fake.seen.length, 1);
      });
    }

    for (const body of [undefined, {}, { value: null }, { value: {} }]) {
      it(`does not take ${JSON.stringify(body) ?? 'no body'} for an empty list`, async () => {
        fake.answers = [{ status: 200, body }];
        const error = await failing(fake.arm.list(`${group}/x`, 'v'));
        assert.equal(error.code, 'ARM_REQUEST');
        assert.equal(error.message, `The answer to GET ${group}/x is no list.`);
      });
    }

    it('writes the name of a record into the path once', async () => {
      fake.answers = [{ status: 404 }];
      await createZonePort(fake.arm, 's', 'g').record(
        { zone: 'z', name: '@', type: 'A' },
        new AbortController().signal,
      );
      assert.equal(fake.seen[0]?.url, `${zone}/A/%40?api-version=2024-06-01`);
    });

    it('ends when pages go round in a circle', async () => {
      const page = (host: string): Answer => ({
        status: 200,
        body: { value: [1], nextLink: `https://${host}${zone}` },
      });
      fake.answers = [page, page, page];
      assert.match((await failing(fake.arm.list(zone, 'v'))).message, /leads back to its own page/);
      assert.equal(fake.seen.length, 2);
    });
  });
});
