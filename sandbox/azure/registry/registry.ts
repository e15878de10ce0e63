import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../../http/json-body.ts';
import type { Handler } from '../../http/tls-server.ts';
import type { AuthOptions } from './auth.ts';
import { createAuth } from './auth.ts';
import { Content } from './content.ts';
import { serveLink } from './data-host.ts';
import { RegistryError, sendRegistryError } from './errors.ts';
import { findManifest, putManifest, referrers } from './manifests.ts';
import { misbehaving } from './misbehaviour.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { checkDigest, checkRepository, isDigest } from './names.ts';
import { Replicas } from './replicas.ts';
import type { Replica } from './replicas.ts';
import {
  blobUnknown,
  checkAccept,
  decoded,
  digestHeaders,
  paged,
  sendBlob,
  unsupported,
} from './responses.ts';
import type { Grant } from './tokens.ts';
import { Uploads } from './uploads.ts';

export interface RegistryOptions extends Omit<AuthOptions, 'now'> {
  /** Where the content is, first what the login server leads to; without any it hands out layers itself. */
  replicas?: () => readonly Replica[];
  misbehaviour?: Misbehaviour;
  /** Bytes that the registry keeps in memory; 1 GiB if absent. */
  capacity?: number;
  now?: () => number;
}

export interface Registry {
  loginServer: string;
  handler: Handler;
  /** What a data host answers: signed links to blobs that its replica has, and nothing else. */
  dataHandler(dataHost: string): Handler;
  content: Content;
}

const manifestLimit = 4 * 1024 * 1024;

interface Call {
  url: URL;
  name: string;
  request: IncomingMessage;
  response: ServerResponse;
}

/** One container registry: the OCI distribution routes behind ACR's tokens. */
export function createRegistry(o: RegistryOptions): Registry {
  const misbehaviour = o.misbehaviour ?? {};
  const { accessLifetime } = misbehaviour;
  const lifetime = accessLifetime === undefined ? {} : { accessLifetime };
  const now = o.now ?? Date.now;
  const auth = createAuth({ ...o, ...lifetime, now });
  const { replicationLag = {}, replicaSplit } = misbehaviour;
  const replicas = new Replicas(o.replicas ?? (() => []), replicationLag, replicaSplit, now);
  const content = new Content(o.capacity ?? 1024 ** 3, replicas);
  const uploads = new Uploads(content, misbehaviour);

  function repository(name: string, ...actions: string[]): Grant {
    return { type: 'repository', name: checkRepository(name), actions };
  }

  function startUpload({ url, name, request, response }: Call): void {
    const bearer = auth.bearer(request, repository(name, 'pull', 'push'));
    request.resume();
    const mount = url.searchParams.get('mount');
    const from = url.searchParams.get('from');
    if (mount !== null && from !== null) {
      const digest = checkDigest(mount);
      const blob = bearer.may(from, 'pull') ? content.blob(from, digest) : undefined;
      if (blob !== undefined) {
        content.mount(name, digest);
        const location = `/v2/${name}/blobs/${digest}`;
        response.writeHead(201, { ...digestHeaders(digest), Location: location }).end();
        return;
      }
    }
    uploads.begin(name, response);
  }

  async function upload(call: Call, id: string): Promise<void> {
    const { url, name, request, response } = call;
    auth.bearer(request, repository(name, 'pull', 'push'));
    switch (request.method) {
      case 'PATCH':
        return uploads.append(name, id, url, request, response);
      case 'PUT':
        return uploads.finish(name, id, url, request, response);
      case 'GET':
        return uploads.status(name, id, response);
      case 'DELETE':
        return uploads.cancel(name, id, response);
      default:
        throw unsupported(request);
    }
  }

  function blob({ name, request, response }: Call, reference: string): void {
    const { method } = request;
    const action = method === 'DELETE' ? 'delete' : 'pull';
    auth.bearer(request, repository(name, action));
    const digest = checkDigest(reference);
    if (method === 'DELETE') {
      if (!content.dropBlob(name, digest)) throw blobUnknown(digest);
      response.writeHead(202, digestHeaders(digest)).end();
      return;
    }
    const found = content.blob(name, digest);
    if (found === undefined) throw blobUnknown(digest);
    const { dataHost } = replicas;
    if (method === 'GET' && dataHost !== undefined) {
      const location = `https://${dataHost}/blobs/${digest}?link=${auth.linkFor(digest)}`;
      response.writeHead(307, { Location: location, 'Content-Length': 0 }).end();
      return;
    }
    sendBlob(response, method ?? 'GET', digest, found);
  }

  async function manifest(call: Call, reference: string): Promise<void> {
    const { url, name, request, response } = call;
    switch (request.method) {
      case 'PUT': {
        auth.bearer(request, repository(name, 'pull', 'push'));
        const type = request.headers['content-type'] ?? '';
        const bytes = await readBody(request, manifestLimit);
        const tags = url.searchParams.getAll('tag');
        const stored = putManifest(content, name, reference, type, bytes, tags);
        response
          .writeHead(201, {
            ...digestHeaders(stored.digest),
            Location: `/v2/${name}/manifests/${stored.digest}`,
            ...(stored.subject === undefined ? {} : { 'OCI-Subject': stored.subject }),
            ...(stored.tags.length === 0 ? {} : { 'OCI-Tag': stored.tags }),
          })
          .end();
        return;
      }
      case 'GET':
      case 'HEAD': {
        auth.bearer(request, repository(name, 'pull'));
        const { digest, manifest: found } = findManifest(content, name, reference);
        checkAccept(request.headers.accept, found.mediaType);
        response.writeHead(200, {
          ...digestHeaders(digest, found.bytes.length),
          'Content-Type': found.mediaType,
          ETag: `"${digest}"`,
        });
        response.end(request.method === 'GET' ? found.bytes : undefined);
        return;
      }
      case 'DELETE': {
        auth.bearer(request, repository(name, 'delete'));
        const { digest } = findManifest(content, name, reference);
        const { manifests, tags } = content.openRepository(name);
        if (isDigest(reference)) manifests.delete(digest);
        for (const [tag, of] of tags) {
          if (tag === reference || (of === digest && isDigest(reference))) tags.delete(tag);
        }
        response.writeHead(202, { 'Content-Length': 0 }).end();
        return;
      }
      default:
        throw unsupported(request);
    }
  }

  function tags({ url, name, request, response }: Call): void {
    auth.bearer(request, repository(name, 'pull'));
    const found = content.repositories.get(name);
    if (found === undefined) {
      const message = 'repository name not known to registry';
      throw new RegistryError(404, 'NAME_UNKNOWN', message, { detail: { name } });
    }
    const page = paged(url, [...found.tags.keys()].sort());
    sendJson(response, 200, { name, tags: page.items }, page.headers);
  }

  function catalogue(url: URL, request: IncomingMessage, response: ServerResponse): void {
    auth.bearer(request, { type: 'registry', name: 'catalog', actions: ['*'] });
    const page = paged(url, [...content.repositories.keys()].sort());
    sendJson(response, 200, { repositories: page.items }, page.headers);
  }

  function about({ url, name, request, response }: Call, digest: string): void {
    auth.bearer(request, repository(name, 'pull'));
    const wanted = url.searchParams.get('artifactType');
    const body = referrers(content.repositories.get(name), checkDigest(digest), wanted);
    sendJson(response, 200, body, {
      'Content-Type': 'application/vnd.oci.image.index.v1+json',
      ...(wanted === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
    });
  }

  async function route(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { method } = request;
    const path = decoded(url.pathname);
    if (await auth.serve(url, request, response)) return;
    if (path === '/v2' || path === '/v2/') {
      auth.bearer(request);
      sendJson(response, 200, {});
      return;
    }
    if (path === '/v2/_catalog' && method === 'GET') {
      catalogue(url, request, response);
      return;
    }
    const match = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/.exec(
      path,
    );
    if (match === null) throw new RegistryError(404, 'NOT_FOUND', `no route ${path}`);
    const [, name = '', kind = '', last = ''] = match;
    const call: Call = { url, name, request, response };
    switch (`${kind} ${method ?? ''}`) {
      case 'blobs/uploads POST':
        startUpload(call);
        return;
      case 'blobs/uploads PATCH':
      case 'blobs/uploads PUT':
      case 'blobs/uploads GET':
      case 'blobs/uploads DELETE':
        await upload(call, last);
        return;
      case 'blobs GET':
      case 'blobs HEAD':
      case 'blobs DELETE':
        blob(call, last);
        return;
      case 'tags GET':
        if (last !== 'list') throw unsupported(request);
        tags(call);
        return;
      case 'referrers GET':
        about(call, last);
        return;
      default:
        if (kind !== 'manifests') throw unsupported(request);
        await manifest(call, last);
    }
  }

  function guarded(answer: (url: URL, ...rest: Parameters<Handler>) => Promise<void>): Handler {
    return async (request, response) => {
      response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
      response.setHeader('X-Ms-Correlation-Request-Id', randomUUID());
      response.setHeader('X-Content-Type-Options', 'nosniff');
      try {
        const url = new URL(request.url ?? '/', `https://${o.loginServer}`);
        await answer(url, request, response);
      } catch (error) {
        if (!(error instanceof RegistryError) || response.headersSent) throw error;
        // The rest of a refused body is read unseen: closing on it would reset the answer away.
        request.resume();
        sendRegistryError(response, error);
      }
    };
  }

  return {
    loginServer: o.loginServer,
    content,
    handler: misbehaving(guarded(route), misbehaviour),
    dataHandler: (dataHost) =>
      guarded((url, request, response) => {
        const { linkedDigest } = auth;
        serveLink(dataHost, { replicas, content, linkedDigest }, url, request, response);
        return Promise.resolve();
      }),
  };
}
