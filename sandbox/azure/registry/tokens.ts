import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

/** One kind of right on one repository, as in Docker's token specification. */
export interface Grant {
  type: string;
  name: string;
  actions: string[];
}

export interface RegistryClaims {
  grant: 'refresh_token' | 'access_token' | 'blob';
  aud: string;
  /** Object id of the identity behind it; the blob's digest for a blob link. */
  sub: string;
  exp: number;
  access: Grant[];
}

/** Signs and reads the registry's own tokens; nobody else can verify them. */
export interface TokenMint {
  sign(claims: RegistryClaims, nowSeconds: number): string;
  /** Undefined unless this mint signed it, for this purpose, and it has not expired. */
  read(
    token: string,
    grant: RegistryClaims['grant'],
    nowSeconds: number,
  ): RegistryClaims | undefined;
}

export function createMint(service: string): TokenMint {
  const secret = randomBytes(32);
  const hmac = (content: string): Buffer => createHmac('sha256', secret).update(content).digest();
  return {
    sign(claims, nowSeconds) {
      const head = encode({ alg: 'HS256', typ: 'JWT' });
      const body = encode({
        ...claims,
        jti: randomUUID(),
        iss: service,
        iat: nowSeconds,
        nbf: nowSeconds - 60,
      });
      return `${head}.${body}.${hmac(`${head}.${body}`).toString('base64url')}`;
    },
    read(token, grant, nowSeconds) {
      const [head = '', body = '', signature = ''] = token.split('.');
      const expected = hmac(`${head}.${body}`);
      const given = Buffer.from(signature, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as RegistryClaims;
      if (claims.grant !== grant || claims.aud !== service) return undefined;
      return claims.exp > nowSeconds ? claims : undefined;
    },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
