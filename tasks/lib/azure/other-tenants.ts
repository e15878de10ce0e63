import type { TransportOptions } from './arm-transport.ts';
import type { ServiceConnection } from './connection.ts';
import { tokenSource } from './credential.ts';

/**
 * The options for a client whose writes may name resources of other connections, as a link names a network: identities
 * of other tenants come along, each to the Resource Manager that it is for.
 */
export function withOtherTenants(
  connection: ServiceConnection,
  others: readonly ServiceConnection[],
  options: TransportOptions,
): TransportOptions {
  const { httpClient, tokens } = options;
  const foreign = others.filter(
    ({ tenantId, resourceManagerUrl }) =>
      tenantId !== connection.tenantId && resourceManagerUrl === connection.resourceManagerUrl,
  );
  if (foreign.length === 0 || tokens !== undefined) return options;
  const through = httpClient === undefined ? {} : { httpClient };
  return { ...options, auxiliary: foreign.map((other) => tokenSource(other, through)) };
}
