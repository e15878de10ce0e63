import { SpokelineError } from '../errors.ts';
import type { Blob, ImageSource, Manifest, Referrer } from './image.ts';
import { ManifestStore } from './manifest-store.ts';
import { lanesFor, runSized } from './pool.ts';
import { keepReferrerLists } from './referrer-lists.ts';
import { nearestTag, sharedBlobs } from './relative.ts';
import type { RegistrySession } from './session.ts';
import { BlobUploader } from './upload.ts';
import type { BlobOutcome } from './upload.ts';

export interface PushTarget {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Another repository of the registry to mount blobs from. */
  readonly mountFrom?: string;
  /** Whether a tag that names another digest already is a reason to fail. */
  readonly immutable?: boolean;
}

export interface PushOptions {
  /** Big blobs in flight. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called after each blob. */
  readonly onBlob?: (blob: Blob, outcome: BlobOutcome, done: number, all: number) => void;
  readonly onManifest?: (digest: string, tag: string | undefined) => void;
}

export interface PushResult {
  readonly digest: string;
  readonly mediaType: string;
  /** Whether the registry had this digest under every tag already. */
  readonly unchanged: boolean;
  readonly blobs: { readonly uploaded: number; readonly skipped: number; readonly mounted: number };
  /** Signatures, attestations, SBOMs. */
  readonly referrers: { readonly pushed: number; readonly skipped: number };
  /** Bytes of blobs sent and accepted. */
  readonly bytesSent: number;
  readonly requests: number;
}

/** What is known of a repository before its blobs are asked for. */
interface Known {
  /** The registry says that there is no such repository, so it has no blob of it. */
  readonly isNew: boolean;
  /** Digests that another image of the repository names. */
  readonly shared: ReadonlySet<string>;
}

/** Below this many blobs, asking for each is as short as looking for a relative of the image. */
const fewBlobs = 3;
/** Together 4 to 8 s, in which replicas within reach of each other have small blobs. */
const replicationWaits = 4;

/**
 * Pushes an image: blobs first, then the manifests that name them, the root last, once for each
 * tag; then asks the registry for the digest. No tag moves unless everything below it is there.
 *
 * @throws SpokelineError IMAGE_DIGEST_MISMATCH, REGISTRY_REQUEST, REGISTRY_AUTH, REGISTRY_TAG_EXISTS
 */
export async function pushImage(
  layout: ImageSource,
  target: PushTarget,
  session: RegistrySession,
  options: PushOptions,
): Promise<PushResult> {
  const push = new Push(layout, target, session, options);
  return push.run();
}

class Push {
  readonly #layout: ImageSource;
  readonly #target: PushTarget;
  readonly #session: RegistrySession;
  readonly #options: PushOptions;
  readonly #store: ManifestStore;
  readonly #uploader: BlobUploader;
  readonly #outcomes = new Map<string, BlobOutcome>();
  readonly #before: number;
  /** Referrers sent. */
  #pushed = 0;

  constructor(
    layout: ImageSource,
    target: PushTarget,
    session: RegistrySession,
    options: PushOptions,
  ) {
    this.#layout = layout;
    this.#target = target;
    this.#session = session;
    this.#options = options;
    this.#store = new ManifestStore(session, target.repository, options.signal);
    this.#uploader = new BlobUploader(session, target.repository, target.mountFrom);
    this.#before = session.requests;
  }

  async run(): Promise<PushResult> {
    const { root, manifests, referrers } = this.#layout;
    const { tags } = this.#target;
    const present = await this.#present();
    const missing = tags.filter((tag) => present.get(tag) !== root.digest);
    if (tags.length > 0 && missing.length === 0 && referrers.length === 0)
      return this.#result(true);
    // Under one of the tags it is known already.
    const tagged = missing.length < tags.length;
    const [known, isThere] = await Promise.all([
      tagged ? undefined : this.#known(present),
      tagged || this.#store.has(root),
    ]);
    if (isThere && tags.length === 0 && referrers.length === 0) return this.#result(true);
    if (!isThere && known !== undefined) await this.#content(known);
    const related = referrers.length > 0 || manifests.some(({ subject }) => subject !== undefined);
    if (related) await this.#relate(isThere);
    if (isThere && missing.length === 0) return this.#result(this.#pushed === 0);
    // Uploading takes time, in which somebody else may have made the tag.
    if (this.#target.immutable === true && !isThere) await this.#present();
    const [first, ...others] = missing;
    if (first !== undefined || !related) await this.#put(root, first);
    for (const tag of others) await this.#put(root, tag);
    if (!(await this.#store.has(root))) throw this.#vanished();
    return this.#result(false);
  }

  /** What the wanted tags name now. */
  async #present(): Promise<ReadonlyMap<string, string>> {
    const { tags, immutable, repository } = this.#target;
    const { digest } = this.#layout.root;
    const present = new Map<string, string>();
    await Promise.all(
      tags.map(async (tag) => {
        const found = await this.#store.digestOf(tag);
        if (found !== undefined) present.set(tag, found);
      }),
    );
    const others = [...present].filter(([, found]) => found !== digest);
    if (immutable !== true || others.length === 0) return present;
    const details = others.map(([tag, found]) => ({
      message: `${repository}:${tag} is ${found}, not ${digest}`,
      code: 'REGISTRY_TAG_EXISTS',
      target: tag,
    }));
    throw new SpokelineError(
      'REGISTRY_TAG_EXISTS',
      `${details.map(({ message }) => message).join('; ')}; nothing was sent`,
      { details, hint: 'Push under a tag of its own, or set immutable to false.' },
    );
  }

  async #known(present: ReadonlyMap<string, string>): Promise<Known> {
    const { blobs } = this.#layout;
    const none = { isNew: false, shared: new Set<string>() };
    if (blobs.size < fewBlobs) return none;
    // What a moving tag names now is the nearest relative that there can be.
    let [relative] = present.values();
    if (relative === undefined) {
      const tags = await this.#store.tags();
      if (tags === 'unknown') return { ...none, isNew: true };
      relative = nearestTag(tags ?? [], this.#target.tags[0] ?? lastInOrder);
    }
    if (relative === undefined) return none;
    return { isNew: false, shared: await sharedBlobs(this.#store, relative, blobs) };
  }

  /** Blobs, then all manifests but the root. */
  async #content({ isNew, shared }: Known): Promise<void> {
    const children = this.#layout.manifests.filter((manifest) => manifest !== this.#layout.root);
    const there = isNew ? [] : await Promise.all(children.map((child) => this.#store.has(child)));
    const lacking = children.filter((_, position) => there[position] !== true);
    const wanted = new Set([...lacking, this.#layout.root].flatMap((manifest) => manifest.blobs));
    for (const digest of shared) this.#outcomes.set(digest, 'skipped');
    const blobs = [...this.#layout.blobs.values()].filter(({ digest }) => wanted.has(digest));
    await this.#bring(
      blobs.filter(({ digest }) => !shared.has(digest)),
      isNew,
    );
    for (const manifest of lacking) await this.#put(manifest);
  }

  /** @param areNew whether the registry surely has none of them in this repository */
  async #bring(blobs: readonly Blob[], areNew: boolean): Promise<void> {
    let done = 0;
    const { concurrency, signal } = this.#options;
    const lanes = lanesFor(concurrency, this.#session.latency);
    await runSized(blobs, lanes, signal, async (blob, either) => {
      const outcome = await this.#uploader.bring(blob, areNew, either);
      this.#outcomes.set(blob.digest, outcome);
      done += 1;
      this.#options.onBlob?.(blob, outcome, done, blobs.length);
    });
  }

  /**
   * Brings what is about the image, after the image and before its tags: nobody shall find it under
   * a tag without what signs it.
   */
  async #relate(isThere: boolean): Promise<void> {
    const { root, manifests, referrers, blobs } = this.#layout;
    if (!isThere) await this.#put(root);
    const there = await Promise.all(referrers.map((referrer) => this.#hasReferrer(referrer)));
    const lacking = referrers.filter((_, position) => there[position] !== true);
    const wanted = new Set(lacking.flatMap((referrer) => referrer.blobs));
    await this.#bring(
      [...blobs.values()].filter(({ digest }) => wanted.has(digest) && !this.#outcomes.has(digest)),
      false,
    );
    for (const referrer of lacking) await this.#put(referrer, referrer.tag);
    this.#pushed = lacking.length;
    const { repository } = this.#target;
    const { signal } = this.#options;
    const target = { session: this.#session, repository, signal };
    const about = isThere ? referrers : [...manifests, ...referrers];
    await keepReferrerLists(target, about, this.#store.listsReferrers);
  }

  async #hasReferrer(referrer: Referrer): Promise<boolean> {
    const { tag } = referrer;
    if (tag === undefined) return this.#store.has(referrer);
    const found = await this.#store.digestOf(tag);
    if (found === undefined || found === referrer.digest) return found !== undefined;
    // Each signer adds to what is there; what others have added would be lost.
    throw new SpokelineError(
      'REGISTRY_TAG_EXISTS',
      `${this.#target.repository}:${tag} is ${found}, not ${referrer.digest}; it is not overwritten`,
      { hint: 'Copy that signature or attestation by hand, or set referrers to false.' },
    );
  }

  /** A manifest whose blobs are there by all we know. */
  async #put(manifest: Manifest, tag?: string): Promise<void> {
    let fault = await this.#store.put(manifest, tag);
    if (fault !== undefined) {
      // What we know may be old: now each blob that was not sent is asked for by itself.
      const skipped = manifest.blobs
        .map((digest) => this.#layout.blobs.get(digest))
        .filter((blob) => blob !== undefined && this.#outcomes.get(blob.digest) !== 'uploaded');
      await this.#bring(skipped as Blob[], false);
      fault = await this.#store.put(manifest, tag);
    }
    // All of them are there, so another replica got the manifest, whose copies are under way:
    // https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication
    for (let wait = 1; fault !== undefined && wait <= replicationWaits; wait += 1) {
      await this.#session.pause(wait, this.#options.signal);
      fault = await this.#store.put(manifest, tag);
    }
    if (fault !== undefined) throw fault;
    this.#options.onManifest?.(manifest.digest, tag);
  }

  #result(unchanged: boolean): PushResult {
    const { root, blobs, referrers } = this.#layout;
    const outcomes = [...this.#outcomes.values()];
    const count = (wanted: BlobOutcome): number =>
      outcomes.filter((outcome) => outcome === wanted).length;
    const [uploaded, mounted] = [count('uploaded'), count('mounted')];
    return {
      digest: root.digest,
      mediaType: root.mediaType,
      unchanged,
      // Those of manifests that are there were not even looked at.
      blobs: { uploaded, mounted, skipped: blobs.size - uploaded - mounted },
      referrers: { pushed: this.#pushed, skipped: referrers.length - this.#pushed },
      bytesSent: this.#uploader.bytes,
      requests: this.#session.requests - this.#before,
    };
  }

  #vanished(): SpokelineError {
    const { digest } = this.#layout.root;
    return new SpokelineError(
      'REGISTRY_REQUEST',
      `${this.#session.path.loginServer} accepted ${digest} but does not know it now`,
      { hint: 'Replicas of a geo-replicated registry that are not in step do this; run again.' },
    );
  }
}

/** Comes after every tag: without a wanted one the newest is the nearest. */
const lastInOrder = '\uffff';
