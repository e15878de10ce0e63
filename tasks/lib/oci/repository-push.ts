import { SpokelineError } from '../errors.ts';
import type { ErrorDetail } from '../errors.ts';
import type { Blob, ImageSource, Manifest, Referrer } from './image.ts';
import { ManifestStore } from './manifest-store.ts';
import { lanesFor, runSized } from './pool.ts';
import { keepReferrerLists } from './referrer-lists.ts';
import { conflictsOf, presentTags } from './present-tags.ts';
import type { WantedTags } from './present-tags.ts';
import { knownBlobs } from './relative.ts';
import type { Known } from './relative.ts';
import type { RegistrySession } from './session.ts';
import { BlobUploader } from './upload.ts';
import type { BlobOutcome } from './upload.ts';

export interface PushTarget extends WantedTags {
  /** Another repository of the registry to mount blobs from. */
  readonly mountFrom?: string;
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

/** 0.5 to 1 s, far more than a writer of a list has between reading and writing. */
const writerWait = 2;
/** Together 4 to 8 s, in which replicas within reach of each other have small blobs. */
const replicationWaits = 4;

/** One image on its way to one repository. */
export class RepositoryPush {
  readonly #image: ImageSource;
  readonly #target: PushTarget;
  readonly #session: RegistrySession;
  readonly #options: PushOptions;
  readonly #store: ManifestStore;
  readonly #uploader: BlobUploader;
  readonly #outcomes = new Map<string, BlobOutcome>();
  /** What the wanted tags name. */
  #present: ReadonlyMap<string, string> = new Map();
  #isThere = false;
  /** Whether what is about manifests was put, and so the root by its digest. */
  #isRelated = false;
  #isUnchanged = true;
  /** Manifests that lists of referrers have to name. */
  #about: readonly Manifest[] = [];
  #hasWrittenLists = false;
  /** Referrers sent. */
  #pushed = 0;
  #requests = 0;

  constructor(
    image: ImageSource,
    target: PushTarget,
    session: RegistrySession,
    options: PushOptions,
  ) {
    this.#image = image;
    this.#target = target;
    this.#session = session;
    this.#options = options;
    this.#store = new ManifestStore(session, target.repository, options.signal);
    this.#uploader = new BlobUploader(session, target.repository, target.mountFrom);
  }

  get repository(): string {
    return this.#target.repository;
  }

  /** Tags that name another image and may not move, as it was last seen. */
  get conflicts(): readonly ErrorDetail[] {
    return conflictsOf(this.#target, this.#present, this.#image.root.digest);
  }

  /** Whether a tag that somebody else makes meanwhile would be in the way. */
  get mayConflict(): boolean {
    return this.#target.immutable === true && this.#missing.length > 0;
  }

  /** Tags that are to be put. */
  get #missing(): readonly string[] {
    const { digest } = this.#image.root;
    return this.#target.tags.filter((tag) => this.#present.get(tag) !== digest);
  }

  /** Sees what the wanted tags name now. */
  look(): Promise<void> {
    return this.#counted(async () => {
      this.#present = await presentTags(this.#store, this.#target.tags);
    });
  }

  /** Brings everything that the tags need: blobs, manifests, and what is about them. */
  bring(): Promise<void> {
    return this.#counted(async () => {
      const { root, manifests, referrers, blobs } = this.#image;
      const { tags } = this.#target;
      const hasReferrers = referrers.length > 0;
      // Under one of the tags it is known already.
      this.#isThere = this.#missing.length < tags.length;
      if (tags.length > 0 && this.#missing.length === 0 && !hasReferrers) return;
      const isTagged = this.#isThere;
      const [known, isThere] = await Promise.all([
        isTagged ? undefined : knownBlobs(this.#store, blobs, this.#present, tags),
        isTagged || this.#store.has(root),
      ]);
      this.#isThere = isThere;
      if (isThere && tags.length === 0 && !hasReferrers) return;
      if (!isThere && known !== undefined) await this.#content(known);
      this.#isRelated = hasReferrers || manifests.some(({ subject }) => subject !== undefined);
      if (this.#isRelated) await this.#relate();
    });
  }

  /** Puts the tags, or the digest where there are none, and asks for what was put. */
  name(): Promise<void> {
    return this.#counted(async () => {
      this.#isUnchanged = this.#isThere && this.#missing.length === 0 && this.#pushed === 0;
      if (!this.#isThere || this.#missing.length > 0) await this.#putRoot();
      if (!this.#hasWrittenLists) return;
      // Where no condition is heeded, a writer who had read them before us may write after us.
      await this.#session.pause(writerWait, this.#options.signal);
      await this.#keepLists(false);
    });
  }

  async #putRoot(): Promise<void> {
    const { root } = this.#image;
    const [first, ...others] = this.#missing;
    // What has referrers has been put by its digest already.
    if (first !== undefined || !this.#isRelated) await this.#put(root, first);
    for (const tag of others) await this.#put(root, tag);
    if (!(await this.#store.has(root))) throw this.#vanished();
  }

  /** Sums up what was done. */
  get result(): PushResult {
    const { root, blobs, referrers } = this.#image;
    const outcomes = [...this.#outcomes.values()];
    const count = (wanted: BlobOutcome): number =>
      outcomes.filter((outcome) => outcome === wanted).length;
    const [uploaded, mounted] = [count('uploaded'), count('mounted')];
    return {
      digest: root.digest,
      mediaType: root.mediaType,
      unchanged: this.#isUnchanged,
      // Those of manifests that are there were not even looked at.
      blobs: { uploaded, mounted, skipped: blobs.size - uploaded - mounted },
      referrers: { pushed: this.#pushed, skipped: referrers.length - this.#pushed },
      bytesSent: this.#uploader.bytes,
      requests: this.#requests,
    };
  }

  /** Pushes take turns, so that the requests meanwhile are this one's. */
  async #counted(work: () => Promise<void>): Promise<void> {
    const before = this.#session.requests;
    await work();
    this.#requests += this.#session.requests - before;
  }

  /** Blobs, then all manifests but the root. */
  async #content({ isNew, shared }: Known): Promise<void> {
    const children = this.#image.manifests.filter((manifest) => manifest !== this.#image.root);
    const there = isNew ? [] : await Promise.all(children.map((child) => this.#store.has(child)));
    const lacking = children.filter((_, position) => there[position] !== true);
    const wanted = new Set([...lacking, this.#image.root].flatMap((manifest) => manifest.blobs));
    for (const digest of shared) this.#outcomes.set(digest, 'skipped');
    const blobs = [...this.#image.blobs.values()].filter(({ digest }) => wanted.has(digest));
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
  async #relate(): Promise<void> {
    const { root, manifests, referrers, blobs } = this.#image;
    if (!this.#isThere) await this.#put(root);
    const there = await Promise.all(referrers.map((referrer) => this.#hasReferrer(referrer)));
    const lacking = referrers.filter((_, position) => there[position] !== true);
    const wanted = new Set(lacking.flatMap((referrer) => referrer.blobs));
    await this.#bring(
      [...blobs.values()].filter(({ digest }) => wanted.has(digest) && !this.#outcomes.has(digest)),
      false,
    );
    for (const referrer of lacking) await this.#put(referrer, referrer.tag);
    this.#pushed = lacking.length;
    this.#about = this.#isThere ? referrers : [...manifests, ...referrers];
    this.#hasWrittenLists = await this.#keepLists(this.#store.listsReferrers);
  }

  #keepLists(answered: boolean | undefined): Promise<boolean> {
    const { repository } = this.#target;
    const target = { session: this.#session, repository, signal: this.#options.signal };
    return keepReferrerLists(target, this.#about, answered);
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
        .map((digest) => this.#image.blobs.get(digest))
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

  #vanished(): SpokelineError {
    const { digest } = this.#image.root;
    return new SpokelineError(
      'REGISTRY_REQUEST',
      `${this.#session.path.loginServer} accepted ${digest} but does not know it now`,
      { hint: 'Replicas of a geo-replicated registry that are not in step do this; run again.' },
    );
  }
}
