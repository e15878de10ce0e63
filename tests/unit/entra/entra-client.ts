import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Entra } from '../../../sandbox/azure/entra/entra.ts';
import { startEntra } from '../../../sandbox/azure/entra/entra.ts';
import type { SigningKey } from '../../../sandbox/devops/signing-key.ts';
import { createSigningKey } from '../../../sandbox/devops/signing-key.ts';
import { createAuthority } from '../../../sandbox/http/certificates.ts';

export const tenant = '00000000-0000-4000-8000-0000000000ff';
export const start = Date.parse('2026-01-01T00:00:00Z');

type Form = Record<string, string>;

/** Entra with one application of each kind, at a clock that tests move. */
export interface RunningEntra {
  entra: Entra;
  clock: { now: number };
  /** The issuer whose assertions are trusted. */
  pipelines: SigningKey;
  client: { clientId: string; objectId: string };
  federated: { clientId: string; objectId: string };
  call(
    method: string,
    url: string,
    form?: Form,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  secretForm(): Form;
  federatedForm(assertion: string): Form;
  assertion(claims?: Record<string, unknown>, key?: SigningKey): string;
  tokenFor(form: Form): Promise<string>;
  stop(): Promise<void>;
}

export async function runEntra(): Promise<RunningEntra> {
  const directory = await mkdtemp(path.join(tmpdir(), 'entra-'));
  const authority = await createAuthority(directory);
  const pipelines = await createSigningKey();
  const clock = { now: start };
  const entra = await startEntra({ authority, tenantId: tenant, port: 0, now: () => clock.now });
  entra.trustIssuer('https://issuer', pipelines.publicJwk);
  const client = entra.addApplication({ name: 'with a secret', secret: 's3cret' });
  const federated = entra.addApplication({
    name: 'federated',
    federated: [{ issuer: 'https://issuer', subject: 'sc://org/project/connection' }],
  });

  const call: RunningEntra['call'] = (method, url, form) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        entra.authorityUrl + url,
        { method, ca: authority.caPem, agent: false },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('end', () => {
            const text = Buffer.concat(parts).toString();
            const body = JSON.parse(text) as Record<string, unknown>;
            resolve({ status: incoming.statusCode ?? 0, body });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(form === undefined ? undefined : new URLSearchParams(form).toString());
    });

  const common = {
    grant_type: 'client_credentials',
    scope: 'https://management.azure.com/.default',
  };
  return {
    entra,
    clock,
    pipelines,
    client,
    federated,
    call,
    secretForm: () => ({ ...common, client_id: client.clientId, client_secret: 's3cret' }),
    federatedForm: (assertion) => ({
      ...common,
      client_id: federated.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
    assertion(claims = {}, key = pipelines) {
      const seconds = clock.now / 1000;
      return key.sign({
        iss: 'https://issuer',
        sub: 'sc://org/project/connection',
        aud: 'api://AzureADTokenExchange',
        iat: seconds,
        nbf: seconds,
        exp: seconds + 600,
        ...claims,
      });
    },
    async tokenFor(form) {
      const { status, body } = await call('POST', `/${tenant}/oauth2/v2.0/token`, form);
      assert.equal(status, 200, JSON.stringify(body));
      return String(body['access_token']);
    },
    async stop() {
      await entra.close();
      await rm(directory, { recursive: true });
    },
  };
}

export function claimsOf(token: string): Record<string, unknown> {
  const body = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return JSON.parse(body) as Record<string, unknown>;
}
