import { constants, verify, X509Certificate } from 'node:crypto';
import { TokenError } from './errors.ts';
import { readClaims, readHeader } from './jwt.ts';

/** Allowed difference between two clocks, in seconds. */
const skewSeconds = 300;
/** Longest life of an assertion that Entra takes, in seconds. */
const longestSeconds = 24 * 3600;

/**
 * Judges an assertion that an application signed with the key of one of its certificates.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 * @param audiences addresses of the token endpoint
 * @throws TokenError AADSTS700023, 700024, 700027 or 1000502
 */
export function checkCertificateAssertion(
  assertion: string,
  certificates: readonly X509Certificate[],
  audiences: readonly string[],
  nowSeconds: number,
): void {
  const header = readHeader(assertion) ?? {};
  const claims = readClaims(assertion) ?? {};
  const certificate = certificates.find((each) => isMeant(header, each));
  if (certificate === undefined) {
    throw refusal(
      700027,
      'Client assertion contains an invalid signature. [Reason - The key was not found.]',
    );
  }
  if (!isSignedBy(assertion, String(header['alg']), certificate)) {
    const reason = 'The provided signature value did not match the expected signature value.';
    throw refusal(700027, `Client assertion contains an invalid signature. [Reason - ${reason}]`);
  }
  const now = nowSeconds * 1000;
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) {
    throw refusal(1000502, 'The provided certificate is not within its specified validity period.');
  }
  if (!audiences.includes(claims.aud ?? '')) {
    throw refusal(
      700023,
      `Client assertion audience claim does not match Realm issuer. Audience: '${claims.aud ?? ''}'.`,
    );
  }
  const { exp, nbf = nowSeconds } = claims;
  const late = exp === undefined || exp + skewSeconds <= nowSeconds;
  if (late || nbf - skewSeconds > nowSeconds || exp - nbf > longestSeconds) {
    throw refusal(700024, 'Client assertion is not within its valid time range.');
  }
}

/** A thumbprint in the header says whose key it is. */
function isMeant(header: Record<string, unknown>, certificate: X509Certificate): boolean {
  const bytes = (fingerprint: string) =>
    Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
  if (header['x5t#S256'] !== undefined) {
    return header['x5t#S256'] === bytes(certificate.fingerprint256);
  }
  return header['x5t'] === bytes(certificate.fingerprint);
}

function isSignedBy(assertion: string, algorithm: string, { publicKey }: X509Certificate): boolean {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const content = Buffer.from(`${head}.${body}`);
  const given = Buffer.from(signature, 'base64url');
  switch (algorithm) {
    case 'RS256':
      return verify('sha256', content, publicKey, given);
    case 'PS256': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return verify('sha256', content, { key: publicKey, padding, saltLength: 32 }, given);
    }
    default:
      return false;
  }
}

function refusal(code: number, message: string): TokenError {
  return new TokenError(401, 'invalid_client', code, message);
}
