import { createHash, generateKeyPair, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';

/** An RSA key that signs the OIDC tokens of one sandbox run. */
export interface SigningKey {
  /** With `kid`, `use` and `alg`, as a key set publishes it. */
  publicJwk: JsonWebKey;
  /** @returns a compact JWS, RS256 */
  sign(claims: Record<string, unknown>): string;
}

/** Makes a new 2048-bit key; the private half never leaves the process. */
export async function createSigningKey(): Promise<SigningKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const bare = pair.publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(JSON.stringify({ e: bare.e, kty: bare.kty, n: bare.n }))
    .digest('base64url');
  return {
    publicJwk: { ...bare, kid, use: 'sig', alg: 'RS256' },
    sign(claims) {
      const head = encode({ alg: 'RS256', typ: 'JWT', kid });
      const content = `${head}.${encode(claims)}`;
      const signature = sign('RSA-SHA256', Buffer.from(content), pair.privateKey);
      return `${content}.${signature.toString('base64url')}`;
    },
  };
}

function encode(part: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
