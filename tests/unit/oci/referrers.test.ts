import assert from 'node:assert/strict';
import {
  addBlob,
  addImage,
  addJson,
  digestOf,
  finish,
  imageType,
  indexType,
} from './layout-files.ts';
import type { Named } from './layout-files.ts';
import { layers, name, PushWorld } from './push-world.ts';

const sbomType = 'application/spdx+json';

interface ListEntry {
  digest: string;
  artifactType?: string;
  annotations?: Record<string, string>;
}

describe('what is about an image', () => {
  const world = new PushWorld();
  let image: Named;
  let signature: Named;
  let sbom: Named;

  /** An artifact about another manifest. */
  async function artifact(subject: Named, artifactType: string): Promise<Named> {
    const config = await addBlob(
      world.folder,
      'application/vnd.oci.empty.v1+json',
      Buffer.from('{}'),
    );
    const content = Buffer.from(`${artifactType} of ${subject.digest}`);
    return addJson(world.folder, imageType, {
      schemaVersion: 2,
      mediaType: imageType,
      artifactType,
      config,
      layers: [await addBlob(world.folder, artifactType, content)],
      subject,
      annotations: { made: 'now' },
    });
  }

  beforeEach(async () => {
    image = await addImage(world.folder, layers(100));
    sbom = await artifact(image, sbomType);
    // A signature of the SBOM is about the image as well, by way of it.
    signature = await artifact(sbom, 'application/vnd.cncf.notary.signature');
    await finish(world.folder, signature, image, sbom);
  });

  const listTag = ({ digest }: Named): string => digest.replace(':', '-');

  /** Somebody else's entry, and the list that has it alone. */
  const other = { mediaType: imageType, size: 2, digest: digestOf(Buffer.from('{}')) };
  function listElsewhere({ manifests, tags }: Awaited<ReturnType<PushWorld['start']>>): void {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [other] }));
    manifests.set(digestOf(bytes), { type: indexType, bytes });
    manifests.set(other.digest, { type: imageType, bytes: Buffer.from('{}') });
    tags.set(listTag(image), digestOf(bytes));
  }

  function listOf(registry: Awaited<ReturnType<PushWorld['start']>>, subject: Named): ListEntry[] {
    const bytes = registry.manifests.get(registry.tags.get(listTag(subject)) ?? '')?.bytes;
    const list = JSON.parse(bytes?.toString() ?? '{"manifests":[]}') as { manifests: ListEntry[] };
    return list.manifests;
  }

  it('is pushed before the tag, and listed where the registry keeps no list', async () => {
    const registry = await world.start();
    const { digest, referrers } = await world.push();
    assert.equal(digest, image.digest);
    assert.deepEqual(referrers, { pushed: 2, skipped: 0 });
    const puts = registry.log.filter((line) => line.startsWith('PUT /v2/team/app/manifests/'));
    assert.deepEqual(
      puts.map((line) => line.replace('PUT /v2/team/app/manifests/', '')),
      [image.digest, sbom.digest, signature.digest, listTag(image), listTag(sbom), '1.0'],
    );
    const annotations = { made: 'now' };
    const described = { mediaType: imageType, size: sbom.size, digest: sbom.digest };
    assert.deepEqual(listOf(registry, image), [
      { ...described, artifactType: sbomType, annotations },
    ]);
    assert.deepEqual(
      listOf(registry, sbom).map((entry) => entry.digest),
      [signature.digest],
    );
  });

  it('needs no list where the registry knows what it is about', async () => {
    const registry = await world.start({ subjects: true });
    await world.push();
    assert.deepEqual([...registry.tags.keys()], ['1.0']);
  });

  it('is not sent again', async () => {
    const registry = await world.start();
    await world.push();
    registry.log.length = 0;
    const again = await world.push();
    assert.equal(again.unchanged, true);
    assert.deepEqual(again.referrers, { pushed: 0, skipped: 2 });
    assert.deepEqual(
      registry.log.filter((line) => !/^(HEAD|GET|POST \/oauth2)/.test(line)),
      [],
    );
  });

  it('is added to an image that is there already', async () => {
    const registry = await world.start();
    await finish(world.folder, image);
    await world.push();
    await finish(world.folder, image, sbom);
    const { unchanged, referrers } = await world.push();
    assert.equal(unchanged, false);
    assert.deepEqual(referrers, { pushed: 1, skipped: 0 });
    assert.equal(listOf(registry, image).length, 1);
  });

  it('may be an index, which is added with what it names', async () => {
    const registry = await world.start();
    await finish(world.folder, image);
    await world.push();
    const named = [
      await addImage(world.folder, layers(30)),
      await addImage(world.folder, layers(40)),
    ];
    const index = await addJson(world.folder, indexType, {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: named,
      subject: image,
    });
    await finish(world.folder, image, index);
    const { referrers, unchanged } = await world.push();
    assert.deepEqual(
      { referrers, unchanged },
      { referrers: { pushed: 3, skipped: 0 }, unchanged: false },
    );
    for (const { digest } of [...named, index]) assert.ok(registry.manifests.has(digest));
    assert.deepEqual(
      listOf(registry, image).map((entry) => entry.digest),
      [index.digest],
    );
  });

  it('is listed although a run before ended between the manifest and the list', async () => {
    const registry = await world.start();
    await world.push();
    registry.tags.delete(listTag(image));
    await world.push();
    assert.equal(listOf(registry, image).length, 1);
  });

  it('loses nothing that somebody else adds to the list at the same time', async () => {
    const registry = await world.start({
      intercept: ({ method, path, count }) => {
        if (method !== 'PUT' || !path.endsWith(listTag(image)) || count > 1) return undefined;
        listElsewhere(registry);
        return undefined;
      },
    });
    await world.push();
    assert.deepEqual(
      listOf(registry, image).map((entry) => entry.digest),
      [other.digest, sbom.digest],
    );
  });

  it('is listed in the end by a registry that heeds no conditions and loses a write', async () => {
    const registry = await world.start({
      intercept: ({ method, path, count }, response) => {
        if (method !== 'PUT' || !path.endsWith(listTag(image)) || count > 1) return undefined;
        response.writeHead(201, { 'content-length': '0' }).end();
        return 'done';
      },
    });
    await world.push();
    assert.equal(listOf(registry, image).length, 1);
  });

  it('fails, and no tag moves, if the list is never as it was written', async () => {
    const registry = await world.start({
      intercept: ({ method, path }, response) => {
        if (method !== 'PUT' || !path.endsWith(listTag(image))) return undefined;
        response.writeHead(201, { 'content-length': '0' }).end();
        return 'done';
      },
    });
    await assert.rejects(world.push(), {
      code: 'REGISTRY_REQUEST',
      message: `${name}: the list of referrers of ${image.digest} is changed by others all the time`,
    });
    assert.equal(registry.tags.has('1.0'), false);
  });

  it('is listed again when somebody has written what he had read before', async () => {
    const registry = await world.start({
      intercept: ({ method, path }) => {
        if (method !== 'PUT' || !path.endsWith('/manifests/1.0')) return undefined;
        listElsewhere(registry);
        return undefined;
      },
    });
    await world.push();
    assert.deepEqual(
      listOf(registry, image).map((entry) => entry.digest),
      [other.digest, sbom.digest],
    );
  });

  it('is listed where a proxy weakens the entity tags', async () => {
    const registry = await world.start({ weakTags: true });
    await world.push();
    registry.tags.delete('1.0');
    const second = await artifact(image, 'application/vnd.example.note');
    await finish(world.folder, image, sbom, second);
    await world.push();
    assert.equal(listOf(registry, image).length, 2);
  });

  it('does not overwrite something else under the tag of the list', async () => {
    const registry = await world.start();
    const bytes = Buffer.from('{"schemaVersion":2}');
    registry.manifests.set(digestOf(bytes), { type: imageType, bytes });
    registry.tags.set(listTag(image), digestOf(bytes));
    await assert.rejects(world.push(), {
      code: 'REGISTRY_REQUEST',
      message: `${name} has something else than the list of referrers of ${image.digest} under its tag`,
    });
    assert.equal(registry.tags.get(listTag(image)), digestOf(bytes));
  });

  describe('as cosign tags it', () => {
    let tag: string;
    let cosigned: Named;
    beforeEach(async () => {
      tag = `${listTag(image)}.sig`;
      const simple = 'application/vnd.dev.cosign.simplesigning.v1+json';
      cosigned = await addImage(world.folder, [], {
        layers: [await addBlob(world.folder, simple, Buffer.from('signed'))],
      });
      const annotations = { 'org.opencontainers.image.ref.name': tag };
      await finish(world.folder, image, { ...cosigned, annotations });
    });

    it('keeps its tag', async () => {
      const registry = await world.start();
      assert.deepEqual((await world.push()).referrers, { pushed: 1, skipped: 0 });
      assert.equal(registry.tags.get(tag), cosigned.digest);
      assert.equal(registry.tags.get('1.0'), image.digest);
    });

    it('does not take the place of what others have signed', async () => {
      const registry = await world.start();
      const bytes = Buffer.from('{"schemaVersion":2}');
      registry.manifests.set(digestOf(bytes), { type: imageType, bytes });
      registry.tags.set(tag, digestOf(bytes));
      await assert.rejects(world.push(), {
        code: 'REGISTRY_TAG_EXISTS',
        message:
          `team/app:${tag} is ${digestOf(bytes)}, not ${cosigned.digest}; ` +
          'it is not overwritten',
      });
      assert.equal(registry.tags.has('1.0'), false);
    });
  });

  it('is found through a list in the layout as well', async () => {
    const registry = await world.start({ subjects: true });
    const list = await addJson(world.folder, indexType, { schemaVersion: 2, manifests: [sbom] });
    const annotations = { 'org.opencontainers.image.ref.name': listTag(image) };
    await finish(world.folder, image, { ...list, annotations });
    assert.deepEqual((await world.push()).referrers, { pushed: 1, skipped: 0 });
    assert.ok(registry.manifests.has(sbom.digest));
  });

  it('may be all that is pushed', async () => {
    const registry = await world.start();
    await finish(world.folder, image);
    await world.push();
    await finish(world.folder, sbom);
    const { digest } = await world.push({ tags: [] });
    assert.equal(digest, sbom.digest);
    assert.equal(listOf(registry, image).length, 1);
  });
});
