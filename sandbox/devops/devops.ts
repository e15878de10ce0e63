import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authority } from '../http/certificates.ts';
import type { Faults } from '../http/faults.ts';
import { sendJson } from '../http/json-body.ts';
import { listenTls } from '../http/tls-server.ts';
import { createSigningKey } from './signing-key.ts';

/** A service connection as far as the token service needs to know it. */
export interface ConnectionName {
  id: string;
  name: string;
}

/** One job that may ask for tokens, until `end` is called. */
export interface RegisteredJob {
  planId: string;
  jobId: string;
  /** The value of SYSTEM_OIDCREQUESTURI. */
  oidcRequestUri: string;
  /** The value of System.AccessToken. */
  accessToken: string;
  /** From here on the access token is refused, as after the end of a real job. */
  end(): void;
}

export interface DevopsOptions {
  authority: Authority;
  /** 0 takes a free one. */
  port: number;
  host?: string;
  faults?: Faults;
  organization?: string;
  project?: string;
  /** Milliseconds since 1970; tests inject it. */
  now?: () => number;
}

/** The part of Azure DevOps that tasks call: job tokens for workload identity federation. */
export interface Devops {
  /** Base URL, without a slash at the end. */
  url: string;
  port: number;
  organization: string;
  project: string;
  /** `iss` of every token. */
  issuer: string;
  publicJwk: JsonWebKey;
  /** Tokens that the OIDC route has handed out. */
  readonly handedOut: number;
  /** `sub` of the tokens of a connection, to be named in a federated credential. */
  subjectOf(connectionName: string): string;
  /** A token for a subject, as the OIDC route hands it out. */
  sign(subject: string): string;
  /** Only the connections named here are authorised for the job. */
  registerJob(connections: readonly ConnectionName[]): RegisteredJob;
  close(): Promise<void>;
}

interface JobEntry {
  token: Buffer;
  connections: Map<string, string>;
}

/** What Azure DevOps puts into `aud` of the tokens it hands to pipelines. */
const audience = 'api://AzureADTokenExchange';
const lifetimeSeconds = 600;
const route =
  /^(?:\/[^/]+){0,2}\/_apis\/distributedtask\/hubs\/build\/plans\/([^/]+)\/jobs\/([^/]+)\/oidctoken\/?$/i;

/** Starts the server; HTTPS under the run's authority, for `localhost` and the address. */
export async function startDevops(options: DevopsOptions): Promise<Devops> {
  const host = options.host ?? '127.0.0.1';
  const organization = options.organization ?? 'spokeline-sandbox';
  const project = options.project ?? 'delivery';
  const now = options.now ?? Date.now;
  const key = await createSigningKey();
  const issuer = `https://vstoken.dev.azure.com/${randomUUID()}`;
  const jobs = new Map<string, JobEntry>();
  let handedOut = 0;

  function subjectOf(name: string): string {
    return `sc://${organization}/${project}/${name}`;
  }

  function signFor(subject: string): string {
    const seconds = Math.floor(now() / 1000);
    return key.sign({
      jti: randomUUID(),
      iss: issuer,
      sub: subject,
      aud: audience,
      iat: seconds,
      nbf: seconds,
      exp: seconds + lifetimeSeconds,
    });
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const url = new URL(request.url ?? '/', 'https://localhost');
    const match = route.exec(url.pathname);
    if (!match) {
      refuse(response, 404, 'RouteNotFound', `no route ${url.pathname} in this sandbox`);
      return;
    }
    if (request.method !== 'POST') {
      const message = `the OIDC route takes POST, not ${request.method ?? ''}`;
      refuse(response, 405, 'MethodNotAllowed', message);
      return;
    }
    const job = jobs.get(jobKey(match[1] ?? '', match[2] ?? ''));
    if (!job || !bears(request, job.token)) {
      const message = 'the request does not carry the access token of a running job';
      refuse(response, 401, 'Unauthorized', message);
      return;
    }
    const id = url.searchParams.get('serviceConnectionId');
    if (id === null || id === '') {
      refuse(response, 400, 'BadRequest', 'serviceConnectionId is missing');
      return;
    }
    const name = job.connections.get(id.toLowerCase());
    if (name === undefined) {
      const message = `the service connection ${id} is not authorized for this job`;
      refuse(response, 404, 'ServiceConnectionNotFound', message);
      return;
    }
    handedOut += 1;
    sendJson(response, 200, { oidcToken: signFor(subjectOf(name)) });
  }

  const listener = await listenTls({
    host,
    port: options.port,
    certificate: await options.authority.issue(['localhost', host]),
    handler: answer,
    name: 'oidc',
    ...(options.faults ? { faults: options.faults } : {}),
  });

  return {
    url: listener.url,
    port: listener.port,
    organization,
    project,
    issuer,
    publicJwk: key.publicJwk,
    get handedOut() {
      return handedOut;
    },
    subjectOf,
    sign: signFor,
    registerJob(connections) {
      const planId = randomUUID();
      const jobId = randomUUID();
      const accessToken = randomBytes(39).toString('base64url');
      jobs.set(jobKey(planId, jobId), {
        token: Buffer.from(accessToken),
        connections: new Map(connections.map((c) => [c.id.toLowerCase(), c.name])),
      });
      const path = `_apis/distributedtask/hubs/build/plans/${planId}/jobs/${jobId}/oidctoken`;
      return {
        planId,
        jobId,
        oidcRequestUri: `${listener.url}/${organization}/${project}/${path}`,
        accessToken,
        end() {
          jobs.delete(jobKey(planId, jobId));
        },
      };
    },
    close: () => listener.close(),
  };
}

function jobKey(planId: string, jobId: string): string {
  return `${planId}/${jobId}`.toLowerCase();
}

function bears(request: IncomingMessage, token: Buffer): boolean {
  const match = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '');
  if (!match) return false;
  const given = Buffer.from(match[1] ?? '');
  return given.length === token.length && timingSafeEqual(given, token);
}

function refuse(response: ServerResponse, status: number, typeKey: string, message: string): void {
  sendJson(response, status, { typeKey, message });
}
