import assert from 'node:assert/strict';
import { layers, name, PushWorld } from './push-world.ts';

describe('push', function () {
  this.timeout(20_000);
  const world = new PushWorld();

  describe('refuses', () => {
    const forged = 'https://evil.example/oauth2/token';
    for (const realm of [forged, `https://${name}.evil.example/x`, `http://${name}/oauth2/token`]) {
      it(`to sign in at ${realm}`, async () => {
        await world.image(layers(10));
        const { log } = await world.start({ realm });
        await assert.rejects(world.push(), {
          code: 'REGISTRY_AUTH',
          message: /sends its clients to/,
        });
        assert.equal(world.exchanges, 0);
        assert.deepEqual(log, ['HEAD /v2/team/app/manifests/1.0']);
      });
    }

    for (const location of [
      (path: string) => `https://evil.example${path}`,
      (path: string) => `//evil.example${path}`,
      (path: string) => `http://${name}${path}`,
      (path: string) => `https://${name}:8443${path}`,
    ]) {
      it(`to upload to ${location('/x')}`, async () => {
        await world.image(layers(10));
        const { blobs } = await world.start({ location });
        await assert.rejects(world.push(), {
          code: 'REGISTRY_REQUEST',
          message: /^crtest\.azurecr\.io sends the upload to /,
        });
        assert.equal(blobs.size, 0);
      });
    }

    it('nothing of an absolute Location on the registry itself', async () => {
      await world.image(layers(10));
      const { tags } = await world.start({ location: (path) => `https://${name}${path}` });
      await world.push();
      assert.equal(tags.size, 1);
    });

    it('an endpoint that shows the certificate of another name', async () => {
      await world.image(layers(10));
      const { log } = await world.start({
        certificate: await world.authority.issue(['other.azurecr.io']),
      });
      await assert.rejects(world.push(), {
        code: 'REGISTRY_REQUEST',
        hint: /does not show a trusted certificate of crtest\.azurecr\.io/,
      });
      assert.deepEqual(log, []);
    });

    it('to go on when the registry stores another digest', async () => {
      await world.image(layers(10));
      const { tags } = await world.start({
        intercept: ({ method, path }, response) => {
          if (method !== 'PUT' || !path.includes('/uploads/')) return undefined;
          response.writeHead(201, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }).end();
          return 'done';
        },
      });
      await assert.rejects(world.push(), {
        code: 'REGISTRY_REQUEST',
        message: /says that it stored/,
      });
      assert.equal(tags.size, 0);
    });
  });

  it('explains a firewall that sees a public address', async () => {
    await world.image(layers(10));
    const message =
      "client with IP '20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall";
    await world.start({
      intercept: ({ path }, response) => {
        if (!path.startsWith('/v2/')) return undefined;
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
        return 'done';
      },
    });
    await assert.rejects(world.push(), {
      code: 'REGISTRY_REQUEST',
      hint: /saw this agent as 20\.1\.2\.3 .* It was sent to crtest\.azurecr\.io -> 127\.0\.0\.1\./,
    });
  });

  it('says which right is missing', async () => {
    await world.image(layers(10));
    await world.start({
      intercept: ({ method, path }, response) => {
        if (method !== 'POST' || !path.startsWith('/v2/')) return undefined;
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access' }] }));
        return 'done';
      },
    });
    await assert.rejects(world.push(), {
      code: 'REGISTRY_AUTH',
      hint: /AcrPush on crtest\.azurecr\.io/,
    });
  });
});
