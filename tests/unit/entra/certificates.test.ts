import assert from 'node:assert/strict';
import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { RunningEntra } from './entra-client.ts';
import { runEntra, start, tenant } from './entra-client.ts';

const seconds = start / 1000;
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Change {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs something else than it sends. */
  forged?: boolean;
}

describe('Entra, of assertions signed with a certificate,', () => {
  let run: RunningEntra;
  let clientId: string;
  let certificate: { cert: string; private: string };

  before(async () => {
    run = await runEntra();
    certificate = await generate([{ name: 'commonName', value: 'pipeline' }], {
      keySize: 2048,
      algorithm: 'sha256',
      notBeforeDate: new Date(start - 86_400_000),
      notAfterDate: new Date(start + 86_400_000),
    });
    const made = run.entra.addApplication({ name: 'signer', certificates: [certificate.cert] });
    assert.equal(made.secret, undefined);
    ({ clientId } = made);
  });
  after(() => run.stop());
  beforeEach(() => {
    run.clock.now = start;
  });

  function assertion({ header = {}, claims = {}, forged = false }: Change = {}): string {
    const der = new X509Certificate(certificate.cert).raw;
    const x5t = createHash('sha1').update(der).digest('base64url');
    const head = base64({ alg: 'RS256', typ: 'JWT', x5t, ...header });
    const body = base64({
      aud: `${run.entra.authorityUrl}/${tenant}/oauth2/v2.0/token`,
      iss: clientId,
      sub: clientId,
      nbf: seconds,
      exp: seconds + 600,
      ...claims,
    });
    const content = Buffer.from(forged ? 'something else' : `${head}.${body}`);
    const signature = sign('sha256', content, createPrivateKey(certificate.private));
    return `${head}.${body}.${signature.toString('base64url')}`;
  }

  const ask = (change?: Change) =>
    run.call('POST', `/${tenant}/oauth2/v2.0/token`, {
      ...run.federatedForm(assertion(change)),
      client_id: clientId,
    });

  it('takes the application’s own', async () => {
    const { status, body } = await ask();
    assert.equal(status, 200, JSON.stringify(body));
    const identity = run.entra.verify(String(body['access_token']), [
      'https://management.azure.com',
    ]);
    assert.equal(identity?.clientId, clientId);
  });

  const refused: [string, Change, number, number?][] = [
    ['of another certificate', { header: { x5t: 'AAAA' } }, 700027],
    ['with a forged signature', { forged: true }, 700027],
    ['without a signature', { header: { alg: 'none' } }, 700027],
    ['for another service', { claims: { aud: 'https://elsewhere' } }, 700023],
    ['that are expired', { claims: { exp: seconds - 301 } }, 700024],
    ['that are not valid yet', { claims: { nbf: seconds + 301 } }, 700024],
    ['that never end', { claims: { exp: undefined } }, 700024],
    ['that live too long', { claims: { exp: seconds + 90_000 } }, 700024],
    ['of an expired certificate', {}, 1000502, start + 2 * 86_400_000],
  ];
  for (const [name, change, code, now = start] of refused) {
    it(`refuses those ${name}`, async () => {
      run.clock.now = now;
      const { status, body } = await ask(change);
      assert.equal(status, 401);
      assert.deepEqual(body['error_codes'], [code]);
    });
  }
});
