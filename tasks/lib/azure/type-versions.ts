import { nameOf } from '../deploy/resource-id.ts';
import { SpokelineError } from '../errors.ts';
import type { ArmClient } from './arm-client.ts';
import { asObject, listOf } from '../net/json-value.ts';

/** The API version to speak of a resource's type in. */
export type VersionOf = (resourceId: string, signal: AbortSignal) => Promise<string>;

/**
 * Versions by asking the providers, each once. Their list for the tenant needs no right:
 * https://learn.microsoft.com/rest/api/resources/providers/get-at-tenant-scope
 */
export function createTypeVersions(arm: ArmClient): VersionOf {
  const providers = new Map<string, Promise<unknown>>();
  return async (resourceId, signal) => {
    const { type } = nameOf(resourceId);
    const [namespace = '', ...rest] = type.split('/');
    const asked =
      providers.get(namespace.toLowerCase()) ??
      arm.get<unknown>(`/providers/${namespace}`, '2021-04-01', { signal }).then((a) => a.body);
    providers.set(namespace.toLowerCase(), asked);
    const known = listOf(asObject(await asked)['resourceTypes']);
    // Children that are not listed are served in the versions of their parent.
    const found = rest
      .map((_part, index) =>
        rest
          .slice(0, rest.length - index)
          .join('/')
          .toLowerCase(),
      )
      .map((wanted) => known.find((one) => String(one['resourceType']).toLowerCase() === wanted))
      .find((entry) => entry !== undefined);
    const list = found?.['apiVersions'];
    const versions = (Array.isArray(list) ? (list as unknown[]) : []).filter(
      (version) => typeof version === 'string',
    );
    const newest = versions.sort().reverse();
    const version = newest.find((one) => !one.endsWith('-preview')) ?? newest[0];
    if (version !== undefined) return version;
    throw new SpokelineError('ARM_REQUEST', `Azure names no API version of ${type}.`, {
      details: [{ target: resourceId, message: `no API version of ${type}` }],
    });
  };
}
