import { constants, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { SpokelineError } from '../errors.ts';
import type { ServiceConnection } from './connection.ts';

/** Seconds; it is used at once. */
const lifetime = 600;

/**
 * An assertion that the application signs itself, with the key of one of its certificates.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 *
 * @param pem certificate, perhaps with its chain, and private key
 * @throws SpokelineError CONNECTION_INVALID for a key that is none of the certificates'
 */
export function certificateAssertion(
  { id, authorityUrl, tenantId, clientId }: ServiceConnection,
  pem: string,
  now: () => number,
): string {
  const { key, certificate } = read(id, pem);
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex');
  const seconds = Math.floor(now() / 1000);
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint.toString('base64url') };
  const claims = {
    aud: `${authorityUrl}/${tenantId}/oauth2/v2.0/token`,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    nbf: seconds,
    iat: seconds,
    exp: seconds + lifetime,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part(header)}.${part(claims)}`;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign('sha256', Buffer.from(content), { key, padding, saltLength: 32 });
  return `${content}.${signature.toString('base64url')}`;
}

function read(id: string, pem: string) {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const key = createPrivateKey(pem);
    const own = blocks
      .map((block) => new X509Certificate(block))
      .find((c) => c.checkPrivateKey(key));
    if (own !== undefined && key.asymmetricKeyType === 'rsa') return { key, certificate: own };
  } catch {
    // What OpenSSL says of a key may quote it.
  }
  throw new SpokelineError(
    'CONNECTION_INVALID',
    `The service connection ${id} has a certificate that cannot be used; ` +
      'allowed: PEM with an RSA key and its certificate.',
  );
}
