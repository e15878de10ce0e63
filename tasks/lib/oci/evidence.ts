import type { ImageSource } from './image.ts';
import type { PathEvidence } from './private-path.ts';
import type { PushResult } from './repository-push.ts';
import type { ReplicaEvidence } from './replica-check.ts';

/** One repository that was pushed to. */
export interface Pushed {
  readonly repository: string;
  readonly result: PushResult;
}

/** All that one run of a push saw. */
export interface PushRun {
  readonly image: ImageSource;
  readonly tags: readonly string[];
  readonly path: PathEvidence;
  /** Ways to token services and data endpoints. */
  readonly otherPaths: readonly PathEvidence[];
  readonly pushed: readonly Pushed[];
  /** Undefined when pulling back was not asked for. */
  readonly replicas?: readonly ReplicaEvidence[];
  readonly ms: number;
}

export interface BlobCounts {
  readonly uploaded: number;
  readonly skipped: number;
  readonly mounted: number;
}

/** `login server/repository@digest`. */
export function referenceOf({ path, image }: PushRun, repository: string): string {
  return `${path.loginServer}/${repository}@${image.root.digest}`;
}

/** Bytes of the image: its blobs and manifests, without what is about it. */
export function sizeOf({ blobs, manifests }: ImageSource): number {
  const own = new Set(manifests.flatMap((manifest) => manifest.blobs));
  const content = [...blobs.values()].filter(({ digest }) => own.has(digest));
  return [...content, ...manifests].reduce((sum, { size }) => sum + size, 0);
}

/** Blobs of all repositories together. */
export function countsOf(pushed: readonly Pushed[]): BlobCounts {
  const total = (kind: keyof BlobCounts): number =>
    pushed.reduce((sum, { result }) => sum + result.blobs[kind], 0);
  return { uploaded: total('uploaded'), skipped: total('skipped'), mounted: total('mounted') };
}

/** The evidence of a run, as a JSON value. Its shape is a contract: new fields only. */
export function evidenceOf(run: PushRun): Record<string, unknown> {
  const { image, tags, path, otherPaths, pushed, replicas, ms } = run;
  const [first] = pushed;
  return {
    schemaVersion: 1,
    reference: referenceOf(run, first?.repository ?? ''),
    digest: image.root.digest,
    mediaType: image.root.mediaType,
    size: sizeOf(image),
    tags,
    loginServer: path.loginServer,
    ...wayOf(path),
    findings: [path, ...otherPaths].flatMap(({ findings }) => findings),
    otherPaths: otherPaths.map((other) => ({ host: other.loginServer, ...wayOf(other) })),
    unchanged: pushed.every(({ result }) => result.unchanged),
    blobs: countsOf(pushed),
    bytes: pushed.reduce((sum, { result }) => sum + result.bytesSent, 0),
    requests: pushed.reduce((sum, { result }) => sum + result.requests, 0),
    repositories: pushed.map(({ repository, result }) => ({
      reference: referenceOf(run, repository),
      unchanged: result.unchanged,
      blobs: result.blobs,
      referrers: result.referrers,
      bytes: result.bytesSent,
      requests: result.requests,
    })),
    ...(replicas === undefined ? {} : { replicas }),
    ms,
  };
}

function wayOf({ address, chain, witnesses }: PathEvidence): Record<string, unknown> {
  return {
    address,
    chain,
    witnesses: witnesses.map(({ source, addresses, chain: names, error }) => ({
      source,
      addresses,
      chain: names,
      ...(error === undefined ? {} : { error }),
    })),
  };
}
