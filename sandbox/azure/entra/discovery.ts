import type { JsonWebKey } from 'node:crypto';

export interface DiscoveryOptions {
  /** URL of the server, without a slash at the end. */
  base: string;
  tenantId: string;
  keys: readonly JsonWebKey[];
}

/** The metadata document at a path, and the tenant that the path names; undefined for none. */
export function discovery(
  path: string,
  { base, tenantId, keys }: DiscoveryOptions,
): { tenant: string; body: unknown } | undefined {
  if (/^\/common\/discovery\/instance$/i.test(path)) {
    const { host } = new URL(base);
    const body = {
      tenant_discovery_endpoint: `${base}/${tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    };
    return { tenant: tenantId, body };
  }
  const keySet = /^\/([^/]+)\/discovery\/(?:v2\.0\/)?keys$/i.exec(path);
  if (keySet !== null) return { tenant: keySet[1] ?? '', body: { keys } };
  const openId = /^\/([^/]+)(\/v2\.0)?\/\.well-known\/openid-configuration$/i.exec(path);
  if (openId === null) return undefined;
  const tenant = openId[1] ?? '';
  const version = openId[2] ?? '';
  const home = `${base}/${tenant}`;
  return {
    tenant,
    body: {
      issuer: `${home}${version}`,
      authorization_endpoint: `${home}/oauth2${version}/authorize`,
      token_endpoint: `${home}/oauth2${version}/token`,
      jwks_uri: `${home}/discovery${version}/keys`,
      end_session_endpoint: `${home}/oauth2${version}/logout`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      response_types_supported: ['code', 'id_token', 'token'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nbf', 'tid', 'oid', 'appid'],
      tenant_region_scope: null,
      cloud_instance_name: new URL(base).host,
    },
  };
}
