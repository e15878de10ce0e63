import assert from 'node:assert/strict';
import { constants, verify, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { certificateAssertion } from '../../../tasks/lib/azure/certificate-assertion.ts';
import type { ServiceConnection } from '../../../tasks/lib/azure/connection.ts';

const connection: ServiceConnection = {
  id: 'the-connection',
  scheme: 'ServicePrincipal',
  resourceManagerUrl: 'https://management.example',
  authorityUrl: 'https://login.example',
  audience: 'https://management.example',
  tenantId: 'tenant',
  clientId: 'client',
};
const at = Date.UTC(2026, 0, 1);

describe('an assertion that a certificate signs', () => {
  let own: { cert: string; private: string };
  let other: { cert: string; private: string };

  before(async () => {
    const make = () => generate([{ name: 'commonName', value: 'x' }], { keySize: 2048 });
    [own, other] = await Promise.all([make(), make()]);
  });

  it('is for the token endpoint, for ten minutes, and says whose key it is, also from a chain', () => {
    const pem = `${other.cert}\n${own.private}\n${own.cert}`;
    const [head = '', body = '', signature = ''] = certificateAssertion(
      connection,
      pem,
      () => at,
    ).split('.');
    const read = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    const { jti, ...claims } = read(body);
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    assert.deepEqual(claims, {
      aud: 'https://login.example/tenant/oauth2/v2.0/token',
      iss: 'client',
      sub: 'client',
      nbf: at / 1000,
      iat: at / 1000,
      exp: at / 1000 + 600,
    });
    const certificate = new X509Certificate(own.cert);
    const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex');
    assert.deepEqual(read(head), {
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': thumbprint.toString('base64url'),
    });
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const key = { key: certificate.publicKey, padding, saltLength: 32 };
    const signed = Buffer.from(`${head}.${body}`);
    assert.ok(verify('sha256', signed, key, Buffer.from(signature, 'base64url')));
  });

  it('needs the certificate of its key, and never quotes the key', () => {
    const broken = own.private.replace(/\n.{20}/, '\nxxxxxxxxxxxxxxxxxxxx');
    for (const pem of [`${other.cert}\n${own.private}`, `${own.cert}\n${broken}`, '']) {
      assert.throws(() => certificateAssertion(connection, pem, () => at), {
        code: 'CONNECTION_INVALID',
        message:
          'The service connection the-connection has a certificate that cannot be used; ' +
          'allowed: PEM with an RSA key and its certificate.',
      });
    }
  });
});
