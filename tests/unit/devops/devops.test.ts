import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevops } from '../../../sandbox/devops/devops.ts';
import type { Devops } from '../../../sandbox/devops/devops.ts';
import { createAuthority } from '../../../sandbox/http/certificates.ts';
import type { Authority } from '../../../sandbox/http/certificates.ts';

const connection = { id: '6B1E2F7C-0000-4000-8000-0000000000AA', name: 'stamps' };

interface Answer {
  status: number;
  body: Record<string, string>;
}

describe('the stand-in for Azure DevOps', () => {
  let directory: string;
  let authority: Authority;
  let devops: Devops;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'spokeline-devops-'));
    authority = await createAuthority(directory);
    devops = await startDevops({ authority, port: 0, now: () => 1_800_000_000_500 });
  });

  after(async () => {
    await devops.close();
    await rm(directory, { recursive: true });
  });

  function send(url: string, token: string | undefined, method = 'POST'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const call = request(url, { method, headers, ca: authority.caPem, agent: false });
      call.on('error', reject);
      call.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        });
      });
      call.end();
    });
  }

  it('gives a running job a signed token for its connection', async () => {
    const job = devops.registerJob([connection]);
    const url = `${job.oidcRequestUri}?api-version=7.1&serviceConnectionId=${connection.id}`;
    const { status, body } = await send(url, job.accessToken);
    assert.equal(status, 200);
    const [head = '', claims = '', signature = ''] = (body.oidcToken ?? '').split('.');
    const key = createPublicKey({ key: devops.publicJwk, format: 'jwk' });
    const signed = Buffer.from(`${head}.${claims}`);
    assert.ok(verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')));
    const { jti, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    assert.match(jti, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      iss: devops.issuer,
      sub: 'sc://spokeline-sandbox/delivery/stamps',
      aud: 'api://AzureADTokenExchange',
      iat: 1_800_000_000,
      nbf: 1_800_000_000,
      exp: 1_800_000_600,
    });
    assert.equal(devops.subjectOf('stamps'), rest.sub);
  });

  it('finds a connection whatever the letter case of its id', async () => {
    const job = devops.registerJob([connection]);
    const id = connection.id.toLowerCase();
    const answer = await send(`${job.oidcRequestUri}?serviceConnectionId=${id}`, job.accessToken);
    assert.equal(answer.status, 200);
  });

  it('refuses what a real job could not do', async () => {
    const job = devops.registerJob([connection]);
    const other = devops.registerJob([]);
    const asks = (id: string): string => `${job.oidcRequestUri}?serviceConnectionId=${id}`;
    const unknown = '11111111-0000-4000-8000-000000000000';
    const table: [string, string | undefined, string, number, RegExp][] = [
      [asks(connection.id), undefined, 'POST', 401, /access token of a running job/],
      [asks(connection.id), 'wrong', 'POST', 401, /access token of a running job/],
      [asks(connection.id), other.accessToken, 'POST', 401, /access token of a running job/],
      [asks(unknown), job.accessToken, 'POST', 404, new RegExp(`${unknown} is not authorized`)],
      [job.oidcRequestUri, job.accessToken, 'POST', 400, /serviceConnectionId is missing/],
      [asks(connection.id), job.accessToken, 'GET', 405, /takes POST, not GET/],
      [`${devops.url}/_apis/projects`, job.accessToken, 'POST', 404, /no route \/_apis\/projects/],
    ];
    for (const [url, token, method, status, message] of table) {
      const answer = await send(url, token, method);
      assert.equal(answer.status, status, `${method} ${url}`);
      assert.match(answer.body.message ?? '', message);
    }
  });

  it('refuses the token of a job that has ended', async () => {
    const job = devops.registerJob([connection]);
    job.end();
    const url = `${job.oidcRequestUri}?serviceConnectionId=${connection.id}`;
    assert.equal((await send(url, job.accessToken)).status, 401);
  });
});
