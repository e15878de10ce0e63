import type { Cloud } from '../topology/model.ts';
import type { ServiceConnection } from './connection.ts';

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const nationalDomains: readonly (readonly [domain: string, cloud: Cloud])[] = [
  ['.microsoftonline.us', 'usgovernment'],
  ['.usgovcloudapi.net', 'usgovernment'],
  ['.microsoftonline.cn', 'china'],
  ['.chinacloudapi.cn', 'china'],
];

/**
 * The cloud of a connection, by where its identity signs in and by its Resource Manager, which connections to
 * registries may lack. A stand-in counts as the public one.
 */
export function cloudOf({
  authorityUrl,
  resourceManagerUrl = authorityUrl,
}: Pick<ServiceConnection, 'authorityUrl'> &
  Partial<Pick<ServiceConnection, 'resourceManagerUrl'>>): Cloud {
  const hosts = [authorityUrl, resourceManagerUrl].map((url) => new URL(url).host);
  const found = nationalDomains.find(([domain]) => hosts.some((host) => host.endsWith(domain)));
  return found?.[1] ?? 'public';
}
