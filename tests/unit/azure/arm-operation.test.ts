import assert from 'node:assert/strict';
import { failing, group, useFakeArm, zone } from './fake-arm.ts';

describe('azure/arm-operation', () => {
  const fake = useFakeArm();

  describe('long-running operations', () => {
    const operation = `${group}/providers/Microsoft.Network/operations/1`;
    const result = `${group}/results/1`;
    const link = (name: string, path: string) => (host: string) => ({
      [name]: `https://${host}${path}`,
    });

    it('follows Azure-AsyncOperation and returns the resource', async () => {
      fake.answers = [
        (host) => ({
          status: 201,
          headers: { ...link('azure-asyncoperation', operation)(host), 'retry-after': '3' },
          body: { properties: { provisioningState: 'Updating' } },
        }),
        { status: 200, headers: { 'retry-after': '2' }, body: { status: 'InProgress' } },
        { status: 200, body: { status: 'Succeeded' } },
        { status: 200, headers: { etag: '"e2"' }, body: { name: 'z' } },
      ];
      const response = await fake.arm.put(zone, 'v', {});
      assert.deepEqual(response.body, { name: 'z' });
      assert.equal(response.etag, '"e2"');
      assert.deepEqual(fake.clock.sleeps, [3_000, 2_000]);
      assert.deepEqual(
        fake.seen.map((request) => `${request.method} ${request.url}`),
        [
          `PUT ${zone}?api-version=v`,
          `GET ${operation}`,
          `GET ${operation}`,
          `GET ${zone}?api-version=v`,
        ],
      );
    });

    it('follows Location and returns the result of a POST', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('location', result)(host) }),
        { status: 202 },
        { status: 200, body: { answer: 42 } },
      ];
      assert.deepEqual((await fake.arm.post(`${zone}/act`, 'v', {})).body, { answer: 42 });
      assert.equal(fake.seen.length, 3);
    });

    it('follows the state of the resource itself', async () => {
      fake.answers = [
        { status: 201, body: { properties: { provisioningState: 'Accepted' } } },
        { status: 200, body: { properties: { provisioningState: 'RegisteringDns' } } },
        { status: 200, body: { properties: { provisioningState: 'Succeeded' } } },
      ];
      const response = await fake.arm.put<{ properties: { provisioningState: string } }>(
        zone,
        'v',
        {},
      );
      assert.equal(response.body.properties.provisioningState, 'Succeeded');
      assert.equal(fake.seen.length, 3);
    });

    it('follows a delete to its end', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('location', result)(host) }),
        { status: 202 },
        { status: 204 },
      ];
      await fake.arm.delete(zone, 'v');
      assert.equal(fake.seen.length, 3);
    });

    it('leaves it alone when told so', async () => {
      fake.answers = [(host) => ({ status: 202, headers: link('location', result)(host) })];
      assert.equal((await fake.arm.delete(zone, 'v', { follow: false })).status, 202);
      assert.equal(fake.seen.length, 1);
    });

    it('outlives an operation that is not visible yet, throttled, failing or reset', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('azure-asyncoperation', operation)(host) }),
        { status: 404 },
        { status: 429 },
        'reset',
        ...Array.from({ length: 8 }, () => ({ status: 503 })),
        { status: 200, body: { status: 'Succeeded' } },
      ];
      await fake.arm.delete(zone, 'v');
      assert.equal(fake.seen.length, 13);
    });

    it('outlives a sign-in service that is away', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('azure-asyncoperation', operation)(host) }),
        () => {
          fake.brokenSignIns = 9;
          return { status: 200, body: { status: 'Running' } };
        },
        { status: 200, body: { status: 'Succeeded' } },
      ];
      await fake.arm.delete(zone, 'v');
      assert.equal(fake.seen.length, 3);
      assert.equal(fake.brokenSignIns, 0);
    });

    for (const word of ['Conflicted', 'Queued', '']) {
      it(`does not take the state "${word}" for the end`, async () => {
        fake.answers = [
          (host) => ({ status: 201, headers: link('azure-asyncoperation', operation)(host) }),
          { status: 200, body: { status: word } },
          { status: 200, body: { status: 'Succeeded' } },
          { status: 200, body: { name: 'z' } },
        ];
        await fake.arm.put(zone, 'v', {});
        assert.equal(fake.seen.length, 4);
      });
    }

    it('does not take a resource that failed at once for made', async () => {
      const error = { code: 'Quota', message: 'too many' };
      fake.answers = [
        { status: 200, body: { properties: { provisioningState: 'Failed', error } } },
      ];
      const thrown = await failing(fake.arm.put(zone, 'v', {}));
      assert.equal(thrown.message, `PUT ${zone} ended as Failed: Quota too many`);
    });

    it('does not take a deletion whose operation vanishes for done', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('azure-asyncoperation', operation)(host) }),
        { status: 200, body: { status: 'Running' } },
        { status: 404 },
      ];
      assert.equal((await failing(fake.arm.delete(zone, 'v'))).code, 'ARM_NOT_FOUND');
    });

    it('fails when the operation vanishes', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('azure-asyncoperation', operation)(host) }),
        { status: 200, body: { status: 'Running' } },
        { status: 404 },
      ];
      assert.equal((await failing(fake.arm.put(zone, 'v', {}))).code, 'ARM_NOT_FOUND');
    });

    it('fails with the causes of the operation', async () => {
      fake.answers = [
        (host) => ({ status: 202, headers: link('azure-asyncoperation', operation)(host) }),
        {
          status: 200,
          body: {
            status: 'Failed',
            error: {
              code: 'Outer',
              message: 'it broke',
              details: [{ code: 'In', message: 'why' }],
            },
          },
        },
      ];
      const error = await failing(fake.arm.put(zone, 'v', {}));
      assert.equal(error.code, 'ARM_REQUEST');
      assert.equal(error.message, `PUT ${zone} ended as Failed: Outer it broke`);
      assert.deepEqual(error.details, [{ code: 'In', message: 'why' }]);
      assert.equal(error.correlationId, 'corr-1');
    });

    it('fails when the time is over', async () => {
      fake.answers = [
        (host) => ({
          status: 202,
          headers: { ...link('location', result)(host), 'retry-after': '10' },
        }),
        ...Array.from({ length: 9 }, () => ({ status: 202, headers: { 'retry-after': '10' } })),
      ];
      const error = await failing(fake.arm.delete(zone, 'v', { timeoutMs: 35_000 }));
      assert.equal(error.code, 'TIMEOUT');
      assert.equal(error.message, `DELETE ${zone} was still under way when its time ran out.`);
      assert.deepEqual(fake.clock.sleeps, [10_000, 10_000, 10_000]);
    });

    for (const header of ['azure-asyncoperation', 'location']) {
      it(`sends no token to another host by ${header}`, async () => {
        fake.answers = [{ status: 202, headers: { [header]: 'https://evil.example/op' } }];
        const error = await failing(fake.arm.delete(zone, 'v'));
        assert.equal(error.code, 'ARM_REQUEST');
        assert.match(error.message, /leads to https:\/\/evil\.example; it is not followed/);
        assert.equal(fake.seen.length, 1);
      });
    }
  });
});
