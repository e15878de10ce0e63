import { createHash } from 'node:crypto';
import { SpokelineError } from '../errors.ts';
import { isRecord } from './descriptor.ts';
import { refusal, registryErrors } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { Manifest } from './image.ts';
import { acceptManifests } from './media-types.ts';
import type { RegistrySession } from './session.ts';

/** Tags of a page of the list; enough to find a relative of the image. */
const pageLength = 100;

/** Manifests and tags of one repository. */
export class ManifestStore {
  readonly #session: RegistrySession;
  readonly #repository: string;
  readonly #signal: AbortSignal;
  #listsReferrers: boolean | undefined;

  constructor(session: RegistrySession, repository: string, signal: AbortSignal) {
    this.#session = session;
    this.#repository = repository;
    this.#signal = signal;
  }

  /** Whether the registry knows what a manifest is about; undefined before one that is about another. */
  get listsReferrers(): boolean | undefined {
    return this.#listsReferrers;
  }

  /** Digest of what a tag or digest names; undefined if nothing. */
  async digestOf(reference: string): Promise<string | undefined> {
    const head = await this.#read('HEAD', reference);
    if (head === undefined) return undefined;
    const stated = head.headers['docker-content-digest'];
    if (stated !== undefined) return stated;
    // The header is optional in the specification.
    const whole = await this.get(reference);
    if (whole === undefined) return undefined;
    return `sha256:${createHash('sha256').update(whole).digest('hex')}`;
  }

  async has({ digest }: Manifest): Promise<boolean> {
    return (await this.digestOf(digest)) === digest;
  }

  /** The bytes; undefined if the registry has nothing under this name. */
  async get(reference: string): Promise<Buffer | undefined> {
    return (await this.#read('GET', reference))?.body;
  }

  /**
   * Stores it under its digest or under a tag.
   *
   * @returns undefined when stored, or the refusal that something it names is not there
   * @throws SpokelineError REGISTRY_REQUEST, REGISTRY_AUTH
   */
  async put(manifest: Manifest, tag?: string): Promise<SpokelineError | undefined> {
    const reference = tag ?? manifest.digest;
    const response = await this.#session.send(
      {
        method: 'PUT',
        target: this.#target(reference),
        headers: {
          'content-type': manifest.mediaType,
          'content-length': String(manifest.bytes.length),
        },
        body: manifest.bytes,
        signal: this.#signal,
      },
      { repeat: true },
    );
    if (response.status !== 201) {
      const fault = refusal(`PUT of manifest ${reference}`, response, this.#session.path);
      if (registryErrors(response.body).some(({ code }) => lackingCodes.has(code))) return fault;
      throw fault;
    }
    if (manifest.subject !== undefined) {
      this.#listsReferrers = response.headers['oci-subject'] !== undefined;
    }
    const stated = response.headers['docker-content-digest'];
    if (stated === undefined || stated === manifest.digest) return undefined;
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${this.#session.path.loginServer} stored manifest ${manifest.digest} as ${stated}`,
      { hint: 'Something between this agent and the registry changes content.' },
    );
  }

  /**
   * The first tags of the repository. `unknown`: the registry says that there is no such
   * repository, so that it holds no blob of it either. Undefined: it does not say.
   */
  async tags(): Promise<readonly string[] | 'unknown' | undefined> {
    const target = `/v2/${this.#repository}/tags/list?n=${pageLength}`;
    let response: RegistryResponse;
    try {
      response = await this.#session.send(
        { method: 'GET', target, signal: this.#signal },
        { repeat: true },
      );
    } catch (error) {
      // A right of its own with some registries, and a short cut only.
      if (error instanceof SpokelineError && error.code === 'REGISTRY_AUTH') return undefined;
      throw error;
    }
    if (response.status === 404) {
      const known = registryErrors(response.body).some(({ code }) => code === 'NAME_UNKNOWN');
      return known ? 'unknown' : undefined;
    }
    return response.status === 200 ? tagsIn(response.body) : undefined;
  }

  async #read(method: 'GET' | 'HEAD', reference: string): Promise<RegistryResponse | undefined> {
    const response = await this.#session.send(
      {
        method,
        target: this.#target(reference),
        headers: { accept: acceptManifests },
        signal: this.#signal,
      },
      { repeat: true },
    );
    if (response.status === 200) return response;
    if (response.status === 404) return undefined;
    // The answer to a HEAD has no body, which is where registries say why; and some take no HEAD.
    if (method === 'HEAD') return this.#read('GET', reference);
    throw refusal(`${method} of manifest ${reference}`, response, this.#session.path);
  }

  #target(reference: string): string {
    return `/v2/${this.#repository}/manifests/${reference}`;
  }
}

const lackingCodes = new Set(['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN']);

function tagsIn(body: Buffer): readonly string[] | undefined {
  try {
    const document: unknown = JSON.parse(body.toString('utf8'));
    const tags = isRecord(document) ? document['tags'] : undefined;
    // A repository without tags has null here.
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  } catch {
    return undefined;
  }
}
