import type { Cloud } from '../topology/model.ts';
import type { ServiceConnection } from './connection.ts';

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const nationalClouds: Readonly<Record<string, Cloud>> = {
  'login.microsoftonline.us': 'usgovernment',
  'login.chinacloudapi.cn': 'china',
  'login.partner.microsoftonline.cn': 'china',
};

/** The cloud that an identity belongs to, by where it signs in. */
export function cloudOf({ authorityUrl }: Pick<ServiceConnection, 'authorityUrl'>): Cloud {
  return nationalClouds[new URL(authorityUrl).host] ?? 'public';
}
